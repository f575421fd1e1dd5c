//! Calls that AWS refuses, and the hints for the user.

use std::fmt::Write as _;

use insta::assert_snapshot;
use plexmon_deploy::stack::Stack;
use serde_json::json;

use super::answers::json_of;
use super::fake::{Answer, refused};
use super::rig::Rig;
use crate::plan::deployment::Only as _;

fn denied(operation: &str) -> Answer {
    // IAM's codes have no suffix.
    let code = if operation.starts_with("iam:") { "AccessDenied" } else { "AccessDeniedException" };
    refused(code, "You may not do that.")
}

fn hint(error: &str) -> &str {
    error.rsplit_once("hint: ").map_or("no hint", |(_, hint)| hint)
}

#[tokio::test(start_paused = true)]
async fn a_denied_read_names_the_missing_permission() {
    let mut hints = String::new();
    for operation in [
        "iam:GetRole",
        "iam:GetRolePolicy",
        "logs:DescribeLogGroups",
        "ssm:GetParameter",
        "ssm:ListTagsForResource",
        "lambda:GetFunction",
        "lambda:GetFunctionEventInvokeConfig",
        "lambda:GetPolicy",
        "events:DescribeRule",
        "events:ListTargetsByRule",
    ] {
        let rig = Rig::new();
        super::answers::deployed(&rig.fake, &rig.deployment, &crate::plan::deployment::secrets());
        rig.fake.always(operation, denied(operation));
        let error = rig.observe(false).await.unwrap_err().to_string();
        let _ = writeln!(hints, "{}", hint(&error));
    }
    assert_snapshot!(hints, @"
    the credentials in use need `iam:GetRole` on this resource
    the credentials in use need `iam:GetRolePolicy` on this resource
    the credentials in use need `logs:DescribeLogGroups` on this resource
    the credentials in use need `ssm:GetParameter` on this resource
    the credentials in use need `ssm:ListTagsForResource` on this resource
    the credentials in use need `lambda:GetFunction` on this resource
    the credentials in use need `lambda:GetFunctionEventInvokeConfig` on this resource
    the credentials in use need `lambda:GetPolicy` on this resource
    the credentials in use need `events:DescribeRule` on this resource
    the credentials in use need `events:ListTargetsByRule` on this resource
    ");
}

#[tokio::test(start_paused = true)]
async fn a_denied_write_names_the_missing_permission() {
    let mut hints = String::new();
    for operation in [
        "iam:CreateRole",
        "iam:PutRolePolicy",
        "logs:CreateLogGroup",
        "logs:PutRetentionPolicy",
        "ssm:PutParameter",
        "lambda:CreateFunction",
        "lambda:PutFunctionEventInvokeConfig",
        "lambda:AddPermission",
        "events:PutRule",
        "events:PutTargets",
    ] {
        let rig = Rig::new();
        rig.fake.always(operation, denied(operation));
        let _ = writeln!(hints, "{}", hint(&rig.up().await));
        assert_eq!(rig.fake.elapsed().as_secs(), 0, "{operation} was waited for");
    }
    assert_snapshot!(hints, @"
    the credentials in use need `iam:CreateRole` on this resource
    the credentials in use need `iam:PutRolePolicy` on this resource
    the credentials in use need `logs:CreateLogGroup` on this resource
    the credentials in use need `logs:PutRetentionPolicy` on this resource
    the credentials in use need `ssm:PutParameter` on this resource
    the credentials in use need `lambda:CreateFunction` on this resource
    the credentials in use need `lambda:PutFunctionEventInvokeConfig` on this resource
    the credentials in use need `lambda:AddPermission` on this resource
    the credentials in use need `events:PutRule` on this resource
    the credentials in use need `events:PutTargets` on this resource
    ");
}

#[tokio::test(start_paused = true)]
async fn the_hint_names_the_permission_that_aws_names() {
    let rig = Rig::new();
    let message = "User: arn:aws:iam::123456789012:user/me is not authorized to perform: iam:PassRole on \
                   resource: arn:aws:iam::123456789012:role/plex-remote-health-role because no \
                   identity-based policy allows the iam:PassRole action";
    rig.fake.always("lambda:CreateFunction", refused("AccessDeniedException", message));
    assert_snapshot!(rig.up().await, @"
    error: could not create function `plex-remote-health`
      cause: lambda:CreateFunction was refused (AccessDeniedException): User: arn:aws:iam::123456789012:user/me is not authorized to perform: iam:PassRole on resource: arn:aws:iam::123456789012:role/plex-remote-health-role because no identity-based policy allows the iam:PassRole action

    hint: the credentials in use need `iam:PassRole` on this resource
    ");
}

/// More permissions for these credentials would not help, so the hint does not suggest any.
#[tokio::test(start_paused = true)]
async fn the_hint_names_the_policy_that_denies_the_call() {
    let user = "User: arn:aws:iam::123456789012:user/me is not authorized to perform: iam:TagRole on resource: \
                arn:aws:iam::123456789012:role/plex-remote-health-role";
    let mut hints = String::new();
    for rest in [
        "with an explicit deny",
        "with an explicit deny in a service control policy",
        "with an explicit deny in an identity-based policy",
        "because no permissions boundary allows the iam:TagRole action",
        "because no session policy allows the iam:TagRole action",
    ] {
        let rig = Rig::new();
        rig.fake.always("iam:CreateRole", refused("AccessDenied", &format!("{user} {rest}")));
        let _ = writeln!(hints, "{}", hint(&rig.up().await));
    }
    assert_snapshot!(hints, @"
    a policy denies `iam:TagRole` explicitly: an SCP of the organization, a permissions boundary, a session policy or an identity policy; granting these credentials more permissions does not help; ask the administrator of the account, or use another account
    a policy of the organization (SCP or RCP) forbids `iam:TagRole`: granting these credentials more permissions does not help; ask the administrator of the organization, or use another account or region
    a policy of the credentials in use denies `iam:TagRole` explicitly: granting these credentials more permissions does not help; remove that statement or meet its condition (often by signing in with MFA)
    the permissions boundary of the credentials in use does not allow `iam:TagRole`: granting these credentials more permissions does not help; ask the administrator of the account to extend the boundary, or use other credentials
    the session policy of these credentials does not allow `iam:TagRole`: granting these credentials more permissions does not help; get new credentials with a wider session policy
    ");
}

#[tokio::test(start_paused = true)]
async fn a_wrong_clock_is_recognised_by_the_message() {
    let mut hints = String::new();
    for (code, message) in [
        ("SignatureDoesNotMatch", "Signature expired: 20261125T100000Z is now earlier than 20261125T101000Z"),
        (
            "SignatureDoesNotMatch",
            "Signature not yet current: 20261125T103000Z is still later than 20261125T102000Z",
        ),
        (
            "SignatureDoesNotMatch",
            "The request signature we calculated does not match the signature you provided.",
        ),
        ("RegionDisabledException", "STS is not activated in this region"),
    ] {
        let rig = Rig::new();
        rig.fake.always("sts:GetCallerIdentity", refused(code, message));
        let _ = writeln!(hints, "{}", hint(&rig.observe(false).await.unwrap_err().to_string()));
    }
    assert_snapshot!(hints, @"
    the clock of this computer is behind: set it, for example by enabling NTP
    the clock of this computer is ahead: set it, for example by enabling NTP
    check the secret access key: it does not belong to this access key
    activate STS for eu-central-1 (IAM console, Account settings), or use another region
    ");
}

#[tokio::test(start_paused = true)]
async fn an_expired_session_is_reported_before_anything_else() {
    let rig = Rig::new();
    let message = "The security token included in the request is expired";
    rig.fake.always("sts:GetCallerIdentity", refused("ExpiredToken", message));
    for operation in ["lambda:GetFunction", "ssm:GetParameter", "events:DescribeRule"] {
        rig.fake.always(operation, refused("ExpiredTokenException", message));
    }
    assert_snapshot!(rig.observe(false).await.unwrap_err(), @"
    error: sts:GetCallerIdentity was refused (ExpiredToken): The security token included in the request is expired

    hint: the session has expired: sign in again, for example with `aws sso login`
    ");
}

#[tokio::test(start_paused = true)]
async fn unknown_keys_are_reported_with_what_to_check() {
    let rig = Rig::new();
    let message = "The security token included in the request is invalid.";
    rig.fake.always("sts:GetCallerIdentity", refused("InvalidClientTokenId", message));
    assert_snapshot!(rig.observe(false).await.unwrap_err(), @"
    error: sts:GetCallerIdentity was refused (InvalidClientTokenId): The security token included in the request is invalid.

    hint: check the access key: it is mistyped, disabled, deleted or from another partition, or it begins with ASIA and AWS_SESSION_TOKEN is missing
    ");
}

#[tokio::test(start_paused = true)]
async fn throttled_calls_are_retried() {
    for (operation, code) in [
        ("iam:PutRolePolicy", "Throttling"),
        ("ssm:PutParameter", "ThrottlingException"),
        ("events:PutRule", "ThrottlingException"),
        ("logs:PutRetentionPolicy", "ThrottlingException"),
    ] {
        let rig = Rig::new();
        let throttled = || refused(code, "Rate exceeded");
        let succeeded =
            if operation.starts_with("iam:") { Answer::Xml(String::new()) } else { json_of(json!({})) };
        rig.fake.in_turn(operation, [throttled(), throttled(), throttled(), succeeded]);
        assert_eq!(rig.up().await, "done", "{operation}");
        assert!(rig.fake.sent(operation).len() >= 4, "{operation}");
    }
}

#[tokio::test(start_paused = true)]
async fn endless_throttling_is_an_error_that_suggests_to_wait() {
    let rig = Rig::new();
    rig.fake.always("events:PutRule", refused("ThrottlingException", "Rate exceeded"));
    assert_snapshot!(rig.up().await, @"
    error: could not create schedule `plex-remote-health-schedule`
      cause: timed out after 60 s of waiting for AWS to accept more calls
      cause: events:PutRule was refused (ThrottlingException): Rate exceeded

    hint: AWS is throttling calls: run the same command again in a minute, and it continues
    ");
}

/// A new account may run only ten functions at a time, and AWS allows it to reserve none of them.
#[tokio::test(start_paused = true)]
async fn no_concurrency_is_reserved() {
    let rig = Rig::new();
    let message = "Specified ReservedConcurrentExecutions for function decreases account's \
                   UnreservedConcurrentExecution below its minimum value of [10].";
    rig.fake.always("lambda:PutFunctionConcurrency", refused("InvalidParameterValueException", message));
    assert_eq!(rig.up().await, "done");
    let changed = |stack: &mut Stack| {
        let function = stack.the_function();
        function.memory_mb = 512;
        function.code = None;
        function.retries = None;
    };
    assert_eq!(rig.repair(changed).await, "done");
    assert_eq!(rig.fake.sent("lambda:PutFunctionConcurrency").len(), 0);
}

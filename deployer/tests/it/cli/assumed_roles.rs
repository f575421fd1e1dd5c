//! Failures to assume the role of a profile, each with its reason and a hint.

use super::credentials::{KEYS, down, home, refusing};
use crate::support::{AwsStandIn, snapshot};

const NOT_TRUSTED: &str = "User: arn:aws:iam::123456789012:user/me is not authorized to perform: sts:AssumeRole on \
                           resource: arn:aws:iam::123456789012:role/deployer";

fn role(settings: &str) -> String {
    format!(
        "[profile deploy]\nrole_arn = arn:aws:iam::123456789012:role/deployer\nsource_profile = base\n{settings}[profile \
         base]\n{KEYS}"
    )
}

#[test]
fn a_role_that_does_not_trust_these_credentials_is_named() {
    let aws = refusing("AssumeRole", "AccessDenied", NOT_TRUSTED);
    let home_ = home(&role(""));
    snapshot!(down(home_.path(), &aws).args(["--profile", "deploy"]).run().whole(), @"
    exit 1
    --- stderr
    error: role `arn:aws:iam::123456789012:role/deployer` could not be assumed
      cause: User: arn:aws:iam::123456789012:user/me is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::123456789012:role/deployer (AccessDenied)

    hint: check that the role exists and that its trust policy allows the credentials of profile `base` to assume it, with or without MFA
    ");
}

#[test]
fn a_role_that_requires_mfa_leads_to_the_aws_cli() {
    let aws = refusing("AssumeRole", "AccessDenied", NOT_TRUSTED);
    let home_ = home(&role("mfa_serial = arn:aws:iam::123456789012:mfa/me\n"));
    snapshot!(down(home_.path(), &aws).args(["--profile", "deploy"]).run().whole(), @r#"
    exit 1
    --- stderr
    warning: profile `deploy` has `mfa_serial`, which plexmon-deploy does not support: the role is assumed without an MFA code
    error: role `arn:aws:iam::123456789012:role/deployer` could not be assumed
      cause: User: arn:aws:iam::123456789012:user/me is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::123456789012:role/deployer (AccessDenied)

    hint: the role seems to require MFA, which plexmon-deploy does not support: run `eval "$(aws configure export-credentials --profile deploy --format env)"`, then the same command without --profile
    "#);
    // A role that does not require a code is assumed, with a warning.
    let giving = AwsStandIn::start();
    let ran = down(home_.path(), &giving).args(["--profile", "deploy"]).run().ended(0);
    assert!(ran.stderr.contains("profile `deploy` has `mfa_serial`"), "{}", ran.whole());
    assert_eq!(giving.requests().last().unwrap().key, "ASIAROLE");
}

#[test]
fn other_errors_about_a_role_have_their_own_hints() {
    for (code, message, hint) in [
        (
            "AccessDenied",
            "User: u is not authorized to perform: sts:AssumeRole on resource: r with an explicit deny in a service \
             control policy",
            "a policy of the organization (SCP or RCP) forbids `sts:AssumeRole`",
        ),
        (
            "InvalidClientTokenId",
            "The security token included in the request is invalid.",
            "check the access key",
        ),
        ("ExpiredToken", "The security token included in the request is expired", "the session has expired"),
        ("RegionDisabledException", "STS is not activated in this region", "activate STS for eu-central-1"),
        ("ValidationError", "arn is invalid", "correct `role_arn` of profile `deploy`"),
    ] {
        let aws = refusing("AssumeRole", code, message);
        let home_ = home(&role(""));
        let ran = down(home_.path(), &aws).args(["--profile", "deploy"]).run().ended(1);
        let text = &ran.stderr;
        assert!(
            text.starts_with("error: role `arn:aws:iam::123456789012:role/deployer` could not be assumed"),
            "{text}"
        );
        assert!(text.contains(message) && text.contains(&format!("hint: {hint}")), "{text}");
        assert!(!text.contains("Error {") && !text.contains("Some("), "{text}");
    }
}

#[test]
fn a_missing_answer_is_not_reported_as_a_refused_role() {
    let aws = AwsStandIn::start();
    let home_ = home(&role(""));
    let ran = down(home_.path(), &aws)
        .args(["--profile", "deploy"])
        .env("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:1")
        .run();
    snapshot!(ran.whole(), @"
    exit 1
    --- stderr
    error: role `arn:aws:iam::123456789012:role/deployer` could not be assumed
      cause: no answer: client error (Connect): tcp connect error: Connection refused (os error [NUMBER])

    hint: check the network, the region and AWS_ENDPOINT_URL, then run the same command again: it continues
    ");
}

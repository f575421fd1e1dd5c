//! "Not found" is retried for resources that this run has created, and final for all others.

use std::time::Duration;

use insta::assert_snapshot;

use super::answers::json_of;
use super::fake::refused;
use super::rig::Rig;
use crate::plan::deployment::Only as _;

/// Calls that refer to new resources, each with the error that AWS returns until it knows them.
const CALLS: [(&str, &str, &str); 6] = [
    ("iam:PutRolePolicy", "NoSuchEntity", "The role with name plex-remote-health-role cannot be found."),
    ("logs:PutRetentionPolicy", "ResourceNotFoundException", "The specified log group does not exist."),
    ("events:PutTargets", "ResourceNotFoundException", "Rule plex does not exist on EventBus default."),
    ("lambda:AddPermission", "ResourceNotFoundException", "Function not found: arn:aws:lambda:plex"),
    ("lambda:PutFunctionEventInvokeConfig", "ResourceNotFoundException", "The function doesn't exist."),
    (
        "lambda:GetFunctionConfiguration",
        "ResourceNotFoundException",
        "Function not found: arn:aws:lambda:plex",
    ),
];

#[tokio::test(start_paused = true)]
async fn resources_created_by_this_run_are_waited_for() {
    for (operation, code, message) in CALLS {
        let rig = Rig::new();
        let success = super::answers::usual_success(operation);
        rig.fake.until(Duration::from_secs(8), operation, refused(code, message), success);
        assert_eq!(rig.up().await, "done", "{operation}");
        let elapsed = rig.fake.elapsed().as_secs_f64();
        assert!((8.0..=10.0).contains(&elapsed), "{operation}: {elapsed}");
        assert!(rig.reported().contains("to become visible in"), "{operation}: {}", rig.reported());
    }
}

#[tokio::test(start_paused = true)]
async fn the_wait_for_new_resources_is_limited() {
    for (operation, code, message) in CALLS {
        let rig = Rig::new();
        rig.fake.always(operation, refused(code, message));
        let error = rig.up().await;
        assert!(error.contains(message), "{operation}: {error}");
        // The wait for a function has its own limit.
        let elapsed = rig.fake.elapsed().as_secs();
        assert!((15..=125).contains(&elapsed), "{operation}: {elapsed}");
    }
}

/// Another client has deleted it since it was read.
#[tokio::test(start_paused = true)]
async fn a_missing_resource_of_an_earlier_run_is_an_error_at_once() {
    let (operation, code, message) = CALLS[0];
    let rig = Rig::new();
    rig.fake.always(operation, refused(code, message));
    assert_snapshot!(rig.repair(|stack| stack.the_role().policy = None).await, @"
    error: could not update role `plex-remote-health-role`
      cause: iam:PutRolePolicy was refused (NoSuchEntity): The role with name plex-remote-health-role cannot be found.
    ");
    assert_eq!(rig.fake.elapsed(), Duration::ZERO);

    for (operation, code, message) in &CALLS[2..5] {
        let rig = Rig::new();
        rig.fake.always(operation, refused(code, message));
        let error = rig.repair(|stack| {
            stack.the_schedule().target = None;
            stack.the_schedule().permission = None;
            stack.the_function().retries = None;
        });
        assert!(error.await.contains(message), "{operation}");
        assert_eq!(rig.fake.elapsed(), Duration::ZERO, "{operation}");
    }
}

/// A boundary is never created by this run, even if the role is.
#[tokio::test(start_paused = true)]
async fn a_missing_boundary_is_not_waited_for() {
    let rig = Rig::new();
    let message = "Scope ARN: arn:aws:iam::123456789012:policy/b does not exist or is not attachable.";
    rig.fake.always("iam:CreateRole", refused("NoSuchEntity", message));
    let error = rig.up().await;
    assert!(error.contains(message), "{error}");
    assert_eq!(rig.fake.elapsed(), Duration::ZERO);
}

/// Errors of Lambda during another change of the same function.
const BUSY: [(&str, &str); 4] = [
    ("ResourceConflictException", "The function could not be updated due to a concurrent update operation."),
    ("PreconditionFailedException", "The Revision Id provided does not match the latest Revision Id."),
    (
        "InvalidParameterValueException",
        "Your request has been throttled by EC2, please make sure you have enough.",
    ),
    ("ResourceConflictException", "A message that was never recorded."),
];

#[tokio::test(start_paused = true)]
async fn a_concurrent_change_of_the_function_is_waited_for_whatever_the_message() {
    for (code, message) in BUSY {
        for operation in [
            "lambda:UpdateFunctionCode",
            "lambda:UpdateFunctionConfiguration",
            "lambda:PutFunctionEventInvokeConfig",
            "lambda:AddPermission",
            "lambda:TagResource",
        ] {
            let rig = Rig::new();
            let busy = refused(code, message);
            rig.fake.until(Duration::from_secs(5), operation, busy, json_of(serde_json::json!({})));
            let changed = rig.repair(|stack| {
                let function = stack.the_function();
                (function.code, function.memory_mb, function.retries) = (None, 512, None);
                stack.the_schedule().permission = None;
            });
            assert_eq!(changed.await, "done", "{operation}: {code} {message}");
            let elapsed = rig.fake.elapsed().as_secs_f64();
            assert!((5.0..=9.0).contains(&elapsed), "{operation}: {code} {elapsed}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn deleting_a_busy_function_is_retried_whatever_the_message() {
    for (code, message) in BUSY {
        let rig = Rig::new();
        let busy = refused(code, message);
        let gone = json_of(serde_json::json!({}));
        rig.fake.until(Duration::from_secs(5), "lambda:DeleteFunction", busy, gone);
        assert_eq!(rig.down(|_| {}).await, "done", "{code} {message}");
    }
}

/// This role cannot be deleted until its owner changes it.
#[tokio::test(start_paused = true)]
async fn a_role_in_an_instance_profile_is_not_waited_for() {
    let rig = Rig::new();
    let message = "Cannot delete entity, must remove roles from instance profile first.";
    rig.fake.always("iam:DeleteRole", refused("DeleteConflict", message));
    assert!(rig.down(|_| {}).await.contains(message));
    assert_eq!(rig.fake.elapsed(), Duration::ZERO);
}

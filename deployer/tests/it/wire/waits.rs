//! Temporary conditions are waited for, no longer than they last; permanent ones fail at once.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use insta::assert_snapshot;
use serde_json::json;

use super::answers::{json_of, ready};
use super::fake::{Answer, refused};
use super::rig::Rig;
use crate::plan::deployment::Only as _;

const NOT_ASSUMABLE: &str = "The role defined for the function cannot be assumed by Lambda.";

fn not_assumable() -> Answer {
    refused("InvalidParameterValueException", NOT_ASSUMABLE)
}

/// A role that Lambda knows after `role_lag_s`, and a function that then starts within `pending_s`.
async fn up_with(role_lag_s: u64, pending_s: u64) -> (Rig, Duration) {
    let rig = Rig::new();
    let created = Arc::new(Mutex::new(None));
    let known = Duration::from_secs(role_lag_s);
    let remember = created.clone();
    rig.fake.on("lambda:CreateFunction", move |request| {
        if request.at < known {
            return not_assumable();
        }
        *remember.lock().unwrap() = Some(request.at);
        json_of(json!({ "State": "Pending" }))
    });
    rig.fake.on("lambda:GetFunctionConfiguration", move |request| {
        let created = (*created.lock().unwrap()).expect("the function is read only after it was created");
        let started = request.at >= created + Duration::from_secs(pending_s);
        if started { ready() } else { json_of(json!({ "State": "Pending" })) }
    });
    assert_eq!(rig.up().await, "done");
    let elapsed = rig.fake.elapsed();
    (rig, elapsed)
}

/// Each of the two waits exceeds the lag by its last pause at most, which is a second.
#[tokio::test(start_paused = true)]
async fn the_usual_lag_of_a_new_role_costs_little_more_than_itself() {
    for (role_lag_s, pending_s) in [(5, 2), (6, 3), (7, 2), (8, 3), (9, 4)] {
        let (rig, elapsed) = up_with(role_lag_s, pending_s).await;
        let lag = Duration::from_secs(role_lag_s + pending_s);
        assert!((lag..=lag + Duration::from_secs(2)).contains(&elapsed), "{elapsed:?} for {lag:?}");
        assert_eq!(rig.writes().last().unwrap(), "events:PutTargets");
        let said = rig.reported();
        assert!(said.contains("waiting_for: \"the new role to become usable in Lambda\""), "{said}");
        assert!(said.contains("waiting_for: \"Lambda to start the function\""), "{said}");
    }
}

#[tokio::test(start_paused = true)]
async fn without_any_lag_there_is_no_wait() {
    let (_, elapsed) = up_with(0, 0).await;
    assert_eq!(elapsed, Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn the_wait_exceeds_a_long_lag_by_at_most_a_tenth() {
    for lag_s in [12, 16, 20, 25, 30, 40, 50, 60] {
        let (rig, elapsed) = up_with(lag_s, 0).await;
        // Each pause is rounded up to a millisecond.
        let lag = Duration::from_secs(lag_s);
        let limit = lag + lag / 10 + Duration::from_millis(100);
        assert!((lag..=limit).contains(&elapsed), "{elapsed:?} for {lag:?}");
        let attempts = rig.fake.sent("lambda:CreateFunction").len() as u64;
        // A second each, minus a fifth at most for jitter, and some shorter ones at first.
        assert!(attempts <= lag_s * 5 / 4 + 6, "{attempts} uploads of the code in {lag:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_role_that_is_never_assumable_ends_with_the_last_error() {
    let rig = Rig::new();
    let mut attempt = 0;
    rig.fake.on("lambda:CreateFunction", move |_| {
        attempt += 1;
        refused("InvalidParameterValueException", &format!("{NOT_ASSUMABLE} Attempt {attempt}."))
    });
    let error = rig.up().await;
    let last = format!("Attempt {}.", rig.fake.sent("lambda:CreateFunction").len());
    assert!(error.contains(&last), "{last} {error}");
    assert_snapshot!(error.replace(&last, "The last attempt."), @"
    error: could not create function `plex-remote-health`
      cause: timed out after 300 s of waiting for the new role to become usable in Lambda
      cause: lambda:CreateFunction was refused (InvalidParameterValueException): The role defined for the function cannot be assumed by Lambda. The last attempt.

    hint: run the same command again: it continues where this one stopped
    ");
    let elapsed = rig.fake.elapsed();
    assert!((300..=301).contains(&elapsed.as_secs()), "{elapsed:?}");
    // A rule without a target runs nothing.
    let writes = rig.writes();
    assert!(
        !writes.iter().any(|write| ["events:PutTargets", "lambda:AddPermission"].contains(&write.as_str()))
    );
}

#[tokio::test(start_paused = true)]
async fn other_invalid_values_fail_at_once() {
    let rig = Rig::new();
    let message = "'MemorySize' value failed to satisfy constraint: Member must have value less than 3008";
    rig.fake.always("lambda:CreateFunction", refused("InvalidParameterValueException", message));
    assert_snapshot!(rig.up().await, @"
    error: could not create function `plex-remote-health`
      cause: lambda:CreateFunction was refused (InvalidParameterValueException): 'MemorySize' value failed to satisfy constraint: Member must have value less than 3008
    ");
    assert_eq!(rig.fake.elapsed(), Duration::ZERO);
    assert_eq!(rig.fake.sent("lambda:CreateFunction").len(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_update_by_another_client_is_waited_for() {
    let rig = Rig::new();
    let busy = refused(
        "ResourceConflictException",
        "The operation cannot be performed at this time. An update is in progress for resource: \
         arn:aws:lambda:eu-central-1:123456789012:function:plex-remote-health",
    );
    rig.fake.until(Duration::from_secs(5), "lambda:UpdateFunctionConfiguration", busy, json_of(json!({})));
    assert_eq!(rig.repair(|stack| stack.the_function().memory_mb = 512).await, "done");
    let elapsed = rig.fake.elapsed().as_secs_f64();
    assert!((5.0..=6.0).contains(&elapsed), "{elapsed}");
}

#[tokio::test(start_paused = true)]
async fn code_and_configuration_are_never_sent_back_to_back() {
    let rig = Rig::new();
    rig.fake.in_turn(
        "lambda:GetFunctionConfiguration",
        [json_of(json!({ "State": "Active", "LastUpdateStatus": "InProgress" })), ready()],
    );
    let changed = rig.repair(|stack| {
        let function = stack.the_function();
        function.code = None;
        function.memory_mb = 512;
    });
    assert_eq!(changed.await, "done");
    assert_snapshot!(rig.fake.operations().join("\n"), @"
    lambda:UpdateFunctionCode
    lambda:GetFunctionConfiguration
    lambda:TagResource
    lambda:GetFunctionConfiguration
    lambda:UpdateFunctionConfiguration
    lambda:GetFunctionConfiguration
    ");
    // If it were omitted, it would silently become x86_64.
    assert_eq!(rig.fake.sent("lambda:UpdateFunctionCode")[0]["Architectures"], json!(["x86_64"]));
    assert_eq!(
        rig.fake.sent("lambda:UpdateFunctionConfiguration")[0]["Environment"],
        json!({ "Variables": {} })
    );
}

#[tokio::test(start_paused = true)]
async fn a_new_function_that_is_not_known_yet_is_waited_for() {
    let rig = Rig::new();
    let unknown = || refused("ResourceNotFoundException", "Function not found");
    rig.fake.in_turn("lambda:GetFunctionConfiguration", [unknown(), unknown(), ready()]);
    rig.fake.in_turn("lambda:AddPermission", [unknown(), json_of(json!({}))]);
    assert_eq!(rig.up().await, "done");
    assert!(rig.fake.elapsed() < Duration::from_secs(1), "{:?}", rig.fake.elapsed());
}

/// For example by a concurrent `down`.
#[tokio::test(start_paused = true)]
async fn a_function_that_was_deleted_meanwhile_is_not_waited_for_long() {
    let rig = Rig::new();
    let unknown = refused("ResourceNotFoundException", "Function not found");
    rig.fake.always("lambda:GetFunctionConfiguration", unknown.clone());
    assert_snapshot!(rig.up().await, @"
    error: could not create function `plex-remote-health`
      cause: function `plex-remote-health` no longer exists: another program may have deleted it
      cause: lambda:GetFunctionConfiguration was refused (ResourceNotFoundException): Function not found

    hint: make sure that no other `down` is running, then run `up` again
    ");
    let elapsed = rig.fake.elapsed();
    assert!((15..=17).contains(&elapsed.as_secs()), "{elapsed:?}");

    // If it was found before, it has the same time to appear again.
    let rig = Rig::new();
    let pending = json_of(json!({ "State": "Pending" }));
    rig.fake.until(Duration::from_secs(20), "lambda:GetFunctionConfiguration", pending, unknown);
    assert!(rig.up().await.contains("no longer exists"));
    let elapsed = rig.fake.elapsed();
    assert!((35..=38).contains(&elapsed.as_secs()), "{elapsed:?}");
}

#[tokio::test(start_paused = true)]
async fn a_function_that_cannot_start_says_why() {
    let rig = Rig::new();
    let failed =
        json!({ "State": "Failed", "StateReason": "The image is not there", "StateReasonCode": "X" });
    rig.fake.always("lambda:GetFunctionConfiguration", json_of(failed));
    assert_snapshot!(rig.up().await, @"
    error: could not create function `plex-remote-health`
      cause: Lambda could not start the function
      cause: The image is not there

    hint: run the same command again; if it fails again, `plexmon-deploy down --keep-state` and then `plexmon-deploy up` create the function again
    ");
    assert_eq!(rig.fake.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn an_update_that_failed_says_why() {
    let rig = Rig::new();
    let failed = json!({
        "State": "Active", "LastUpdateStatus": "Failed", "LastUpdateStatusReason": "No room for it"
    });
    rig.fake.always("lambda:GetFunctionConfiguration", json_of(failed));
    assert_snapshot!(rig.repair(|stack| stack.the_function().code = None).await, @"
    error: could not update function `plex-remote-health`
      cause: Lambda could not update the function
      cause: No room for it

    hint: run the same command again; if it fails again, `plexmon-deploy down --keep-state` and then `plexmon-deploy up` create the function again
    ");
}

//! The schedule: failures within successful responses, and the permission, which cannot be overwritten.

use std::time::Duration;

use insta::assert_snapshot;
use plexmon_deploy::stack::Stack;
use serde_json::json;

use super::answers::json_of;
use super::fake::Answer;
use super::rig::Rig;
use crate::plan::deployment::Only as _;

fn without_target(stack: &mut Stack) {
    stack.the_schedule().target = None;
}

/// A successful response that contains a failure.
fn failed_inside(code: &str, message: &str) -> Answer {
    json_of(json!({
        "FailedEntryCount": 1,
        "FailedEntries": [{ "TargetId": "lambda", "ErrorCode": code, "ErrorMessage": message }],
    }))
}

fn busy_inside() -> Answer {
    failed_inside("ConcurrentModificationException", "Rule is being modified by another request")
}

fn succeeded() -> Answer {
    json_of(json!({ "FailedEntryCount": 0, "FailedEntries": [] }))
}

#[tokio::test(start_paused = true)]
async fn setting_a_target_is_retried_during_a_concurrent_change() {
    let rig = Rig::new();
    rig.fake.in_turn("events:PutTargets", [busy_inside(), busy_inside(), succeeded()]);
    assert_eq!(rig.repair(without_target).await, "done");
    assert_eq!(rig.writes(), ["events:PutTargets"; 3]);
    assert!(rig.fake.elapsed() > Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_target_that_fails_within_a_successful_response_is_an_error() {
    let rig = Rig::new();
    rig.fake
        .always("events:PutTargets", failed_inside("InternalFailure", "Something is wrong with the target"));
    assert_snapshot!(rig.repair(without_target).await, @"
    error: could not update schedule `plex-remote-health-schedule`
      cause: timed out after 15 s of waiting for AWS to recover from a fault
      cause: events:PutTargets was refused (InternalFailure): Something is wrong with the target

    hint: run the same command again: it continues where this one stopped
    ");
    assert!(rig.writes().iter().all(|write| write == "events:PutTargets"));
}

#[tokio::test(start_paused = true)]
async fn a_target_that_cannot_be_removed_is_an_error_and_its_rule_is_kept() {
    let rig = Rig::new();
    rig.fake
        .always("events:RemoveTargets", failed_inside("ManagedRuleException", "It is managed by another"));
    let only_schedule = |stack: &mut Stack| {
        *stack = Stack { schedules: stack.schedules.clone(), ..Stack::nothing() };
    };
    assert_snapshot!(rig.down(only_schedule).await, @"
    error: could not delete schedule `plex-remote-health-schedule`
      cause: events:RemoveTargets was refused (ManagedRuleException): It is managed by another
    ");
    assert_eq!(rig.writes(), ["events:RemoveTargets"]);
}

#[tokio::test(start_paused = true)]
async fn removing_a_target_is_retried_during_a_concurrent_change() {
    let rig = Rig::new();
    rig.fake.in_turn("events:RemoveTargets", [busy_inside(), succeeded()]);
    let only_schedule = |stack: &mut Stack| {
        *stack = Stack { schedules: stack.schedules.clone(), ..Stack::nothing() };
    };
    assert_eq!(rig.down(only_schedule).await, "done");
    assert_eq!(rig.writes(), ["events:RemoveTargets", "events:RemoveTargets", "events:DeleteRule"]);
}

#[tokio::test(start_paused = true)]
async fn a_stale_permission_is_removed_before_a_new_one_is_granted() {
    let rig = Rig::new();
    let stale = |stack: &mut Stack| {
        let permission = stack.the_schedule().permission.as_mut().unwrap();
        permission.source =
            Some("arn:aws:events:eu-central-1:999999999999:rule/plex-remote-health-schedule".to_owned());
    };
    assert_eq!(rig.repair(stale).await, "done");
    assert_eq!(rig.writes(), ["lambda:RemovePermission", "lambda:AddPermission"]);
    // A `SourceAccount` would keep the rule from invoking.
    assert_snapshot!(rig.fake.sent("lambda:AddPermission")[0], @r#"{"Action":"lambda:InvokeFunction","Principal":"events.amazonaws.com","SourceArn":"arn:aws:events:eu-central-1:123456789012:rule/plex-remote-health-schedule","StatementId":"plex-remote-health-events"}"#);
}

#[tokio::test(start_paused = true)]
async fn the_target_is_set_after_the_rule_and_the_permission() {
    let rig = Rig::new();
    assert_eq!(rig.repair(|stack| stack.schedules.clear()).await, "done");
    let writes = rig.writes();
    assert_eq!(writes.len(), 3, "{writes:?}");
    assert_eq!(writes[2], "events:PutTargets");
    assert_eq!(rig.fake.sent("events:PutRule")[0]["State"], "ENABLED");
}

/// `PutRule` resets every field that it omits, and accepts tags only for a new rule.
#[tokio::test(start_paused = true)]
async fn a_rule_is_always_sent_completely() {
    let rig = Rig::new();
    let paused = |stack: &mut Stack| stack.the_schedule().rule.as_mut().unwrap().enabled = false;
    assert_eq!(rig.repair(paused).await, "done");
    assert_snapshot!(rig.fake.sent("events:PutRule")[0], @r#"{"Name":"plex-remote-health-schedule","ScheduleExpression":"rate(5 minutes)","State":"ENABLED","Description":"Runs the plexmon function"}"#);
    assert_eq!(rig.repair(|stack| stack.schedules.clear()).await, "done");
    assert_snapshot!(rig.fake.sent("events:PutRule")[1], @r#"{"Name":"plex-remote-health-schedule","ScheduleExpression":"rate(5 minutes)","State":"ENABLED","Description":"Runs the plexmon function","Tags":[{"Key":"plexmon:deployment","Value":"plex-remote-health"}]}"#);
}

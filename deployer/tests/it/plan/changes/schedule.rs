//! One difference of the schedule: its rule, its target or its permission.

use insta::assert_snapshot;
use plexmon_deploy::resources::schedule::Rule;
use plexmon_deploy::stack::Stack;
use serde_json::json;

use crate::plan::deployment::{Only as _, drift};

fn rule(stack: &mut Stack) -> &mut Rule {
    stack.the_schedule().rule.as_mut().unwrap()
}

#[test]
fn a_missing_schedule_is_recreated() {
    assert_snapshot!(drift(|stack| stack.schedules.clear()), @"
      + create schedule  plex-remote-health-schedule
    1 to create, 0 to update, 0 to delete
    ");
}

#[test]
fn a_paused_rule_is_enabled() {
    assert_snapshot!(drift(|stack| rule(stack).enabled = false), @"
      ~ update schedule  plex-remote-health-schedule
          enabled: false -> true
    0 to create, 1 to update, 0 to delete
    ");
}

#[test]
fn a_changed_expression_is_corrected() {
    let hourly = "rate(1 hour)".to_owned();
    assert_snapshot!(drift(|stack| rule(stack).expression = hourly), @"
      ~ update schedule  plex-remote-health-schedule
          expression: rate(1 hour) -> rate(5 minutes)
    0 to create, 1 to update, 0 to delete
    ");
}

#[test]
fn a_missing_target_is_restored() {
    assert_snapshot!(drift(|stack| stack.the_schedule().target = None), @r#"
      ~ update schedule  plex-remote-health-schedule
          target: (none) -> arn:aws:lambda:eu-central-1:123456789012:function:plex-remote-health
          retry_policy: (none) -> {"max_age_s":150,"attempts":5}
    0 to create, 1 to update, 0 to delete
    "#);
}

#[test]
fn a_missing_permission_is_granted_again() {
    assert_snapshot!(drift(|stack| stack.the_schedule().permission = None), @r#"
      ~ update schedule  plex-remote-health-schedule
          permission: (none) -> {"principal":"events.amazonaws.com","action":"lambda:InvokeFunction","source":"arn:aws:events:eu-cen...
    0 to create, 1 to update, 0 to delete
    "#);
}

#[test]
fn a_stale_permission_is_replaced() {
    let stale = |stack: &mut Stack| {
        let permission = stack.the_schedule().permission.as_mut().unwrap();
        permission.conditions = Some(json!({ "StringEquals": { "AWS:SourceAccount": "999999999999" } }));
    };
    assert_snapshot!(drift(stale), @r#"
      ~ update schedule  plex-remote-health-schedule
          permission: ...ote-health-schedule","further":{"StringEquals":{"AWS:SourceAccount":"999999999999"}}} -> ...ote-health-schedule"}
    0 to create, 1 to update, 0 to delete
    "#);
}

#[test]
fn a_missing_rule_is_recreated_while_its_permission_remains() {
    let missing = |stack: &mut Stack| {
        let schedule = stack.the_schedule();
        schedule.rule = None;
        schedule.target = None;
    };
    assert_snapshot!(drift(missing), @r#"
      ~ update schedule  plex-remote-health-schedule
          rule: (none) -> {"expression":"rate(5 minutes)","enabled":true}
          target: (none) -> arn:aws:lambda:eu-central-1:123456789012:function:plex-remote-health
          retry_policy: (none) -> {"max_age_s":150,"attempts":5}
    0 to create, 1 to update, 0 to delete
    "#);
}

#[test]
fn targets_added_by_others_are_not_a_difference() {
    assert_snapshot!(drift(|stack| stack.the_schedule().others.push("theirs".to_owned())), @"0 to create, 0 to update, 0 to delete");
}

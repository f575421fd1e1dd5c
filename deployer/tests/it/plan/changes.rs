//! One thing is not as it should be: the plan says so, and says nothing else.

use std::collections::BTreeSet;

use insta::assert_snapshot;
use plexmon_deploy::resources::Content;
use plexmon_deploy::resources::schedule::Rule;
use plexmon_deploy::stack::Stack;
use serde_json::json;

use super::world::{Only as _, World, drift, json, text};

fn rule(stack: &mut Stack) -> &mut Rule {
    stack.the_schedule().rule.as_mut().unwrap()
}

#[test]
fn from_nothing_everything_is_created() {
    let world = World::usual();
    assert_snapshot!(text(world.up(&Stack::nothing())), @"
      + create role      plex-remote-health-role
      + create log group /aws/lambda/plex-remote-health
      + create parameter /homelab/plex_remote_status
      + create secret    /homelab/plex_remote_status_secrets
      + create function  plex-remote-health
      + create schedule  plex-remote-health-schedule
    6 to create, 0 to update, 0 to delete
    ");
}

#[test]
fn from_nothing_the_json_has_every_field() {
    let world = World::usual();
    assert_snapshot!(json(&world.up(&Stack::nothing()).unwrap()));
}

#[test]
fn where_all_is_as_it_should_be_there_is_nothing_to_do() {
    let world = World::usual();
    let plan = world.up(&world.drifted(|_| {})).unwrap();
    assert!(plan.is_empty() && !plan.needs_code());
    assert_snapshot!(plan, @"0 to create, 0 to update, 0 to delete");
    assert_snapshot!(serde_json::to_string(&plan).unwrap(), @r#"{"digest":"4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945","steps":[]}"#);
}

#[test]
fn a_missing_policy_is_put_back() {
    assert_snapshot!(drift(|stack| stack.the_role().policy = None), @r#"
      ~ update role      plex-remote-health-role
          policy: (none) -> {"Version":"2012-10-17","Statement":[{"Sid":"LogEuCentral1","Effect":"Allow","Action":["logs:CreateL...
    0 to create, 1 to update, 0 to delete
    "#);
}

#[test]
fn a_changed_trust_is_set_right() {
    assert_snapshot!(drift(|stack| stack.the_role().trust["Statement"][0]["Principal"] = json!("*")), @r#"
      ~ update role      plex-remote-health-role
          trust: ..."Allow","Principal":"*","Action":"sts:AssumeRole"}]} -> ..."Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}
    0 to create, 1 to update, 0 to delete
    "#);
}

#[test]
fn a_missing_log_group_is_made_anew() {
    assert_snapshot!(drift(|stack| stack.log_groups.clear()), @"
      + create log group /aws/lambda/plex-remote-health
    1 to create, 0 to update, 0 to delete
    ");
}

#[test]
fn a_changed_retention_is_set_right() {
    assert_snapshot!(drift(|stack| stack.the_log_group().retention_days = Some(30)), @"
      ~ update log group /aws/lambda/plex-remote-health
          retention_days: 30 -> 14
    0 to create, 1 to update, 0 to delete
    ");
}

#[test]
fn a_missing_retention_is_set() {
    assert_snapshot!(drift(|stack| stack.the_log_group().retention_days = None), @"
      ~ update log group /aws/lambda/plex-remote-health
          retention_days: (none) -> 14
    0 to create, 1 to update, 0 to delete
    ");
}

#[test]
fn a_missing_state_is_made_anew() {
    assert_snapshot!(drift(|stack| stack.parameters.clear()), @"
      + create parameter /homelab/plex_remote_status
    1 to create, 0 to update, 0 to delete
    ");
}

#[test]
fn a_missing_secret_is_made_anew() {
    assert_snapshot!(drift(|stack| stack.secrets.clear()), @"
      + create secret    /homelab/plex_remote_status_secrets
    1 to create, 0 to update, 0 to delete
    ");
}

#[test]
fn a_changed_secret_is_hidden() {
    let old = Content::Digest("9".repeat(64));
    assert_snapshot!(drift(|stack| stack.the_secret().content = old), @"
      ~ update secret    /homelab/plex_remote_status_secrets
          value: (hidden) -> (hidden)
    0 to create, 1 to update, 0 to delete
    ");
}

#[test]
fn a_secret_that_cannot_be_read_is_written_anew() {
    assert_snapshot!(drift(|stack| stack.the_secret().content = Content::Unread), @"
      ~ update secret    /homelab/plex_remote_status_secrets
          value: (hidden) -> (hidden)
    0 to create, 1 to update, 0 to delete
    ");
}

#[test]
fn a_missing_function_is_made_anew_with_its_permission() {
    let missing = |stack: &mut Stack| {
        stack.functions.clear();
        stack.the_schedule().permission = None;
    };
    assert_snapshot!(drift(missing), @r#"
      + create function  plex-remote-health
      ~ update schedule  plex-remote-health-schedule
          permission: (none) -> {"principal":"events.amazonaws.com","action":"lambda:InvokeFunction","source":"arn:aws:events:eu-cen...
    1 to create, 1 to update, 0 to delete
    "#);
}

#[test]
fn changed_settings_of_the_function_are_listed() {
    let changed = |stack: &mut Stack| {
        let function = stack.the_function();
        function.memory_mb = 512;
        function.timeout_s = 3;
        function.handler = "lambda_function.lambda_handler".to_owned();
        function.runtime = "python3.12".to_owned();
        function.environment = BTreeSet::from(["PUSHOVER_TOKEN".to_owned(), "CHECK_URL".to_owned()]);
    };
    assert_snapshot!(drift(changed), @r#"
      ~ update function  plex-remote-health
          runtime: python3.12 -> provided.al2023
          handler: lambda_function.lambda_handler -> bootstrap
          memory_mb: 512 -> 128
          timeout_s: 3 -> 30
          environment: ["CHECK_URL","PUSHOVER_TOKEN"] -> []
    0 to create, 1 to update, 0 to delete
    "#);
}

#[test]
fn changed_code_is_uploaded() {
    let world = World::usual();
    let changed = "changed by someone else".to_owned();
    let plan = world.up(&world.drifted(|stack| stack.the_function().code = Some(changed))).unwrap();
    assert!(plan.needs_code());
    assert_snapshot!(plan, @"
      ~ update function  plex-remote-health
          code: changed by someone else -> 0123456789abcdef0123456789abcdef
    0 to create, 1 to update, 0 to delete
    ");
}

#[test]
fn another_architecture_needs_the_code_again() {
    let world = World::usual();
    let plan =
        world.up(&world.drifted(|stack| stack.the_function().architecture = "arm64".to_owned())).unwrap();
    assert!(plan.needs_code());
    assert_snapshot!(plan, @"
      ~ update function  plex-remote-health
          architecture: arm64 -> x86_64
    0 to create, 1 to update, 0 to delete
    ");
}

#[test]
fn other_memory_needs_no_code() {
    let world = World::usual();
    let plan = world.up(&world.drifted(|stack| stack.the_function().memory_mb = 512)).unwrap();
    assert!(!plan.needs_code());
    assert_snapshot!(json(&plan), @r#"
    {
      "digest": "da13a923a95bc45c41e2a877cd37dc25384856f3887f784e90bc6317b881f577",
      "steps": [
        {
          "action": "update",
          "kind": "function",
          "name": "plex-remote-health",
          "region": "eu-central-1",
          "needs": [],
          "changes": [
            {
              "field": "memory_mb",
              "from": 512,
              "to": 128
            }
          ]
        }
      ]
    }
    "#);
}

#[test]
fn missing_retries_are_set() {
    assert_snapshot!(drift(|stack| stack.the_function().retries = None), @r#"
      ~ update function  plex-remote-health
          retries: (none) -> {"attempts":0,"max_age_s":60}
    0 to create, 1 to update, 0 to delete
    "#);
}

#[test]
fn a_missing_schedule_is_made_anew() {
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
fn another_expression_is_set_right() {
    let hourly = "rate(1 hour)".to_owned();
    assert_snapshot!(drift(|stack| rule(stack).expression = hourly), @"
      ~ update schedule  plex-remote-health-schedule
          expression: rate(1 hour) -> rate(5 minutes)
    0 to create, 1 to update, 0 to delete
    ");
}

#[test]
fn a_missing_target_is_put_back() {
    assert_snapshot!(drift(|stack| stack.the_schedule().target = None), @r#"
      ~ update schedule  plex-remote-health-schedule
          target: (none) -> arn:aws:lambda:eu-central-1:123456789012:function:plex-remote-health
          retry_policy: (none) -> {"max_age_s":150,"attempts":5}
    0 to create, 1 to update, 0 to delete
    "#);
}

#[test]
fn a_missing_permission_is_given_again() {
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
fn a_missing_rule_is_made_anew_though_its_permission_is_left() {
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
fn targets_that_others_gave_to_the_rule_are_no_difference() {
    assert_snapshot!(drift(|stack| stack.the_schedule().others.push("theirs".to_owned())), @"0 to create, 0 to update, 0 to delete");
}

/// A policy of the account outdoes what the group itself has, whatever we call for.
#[test]
fn a_retention_that_the_account_sets_is_no_difference() {
    let imposed = |days| {
        move |stack: &mut Stack| {
            let group = stack.the_log_group();
            group.retention_days = days;
            group.account_policy = Some("for-auditors".to_owned());
        }
    };
    assert_snapshot!(drift(imposed(Some(365))), @"
      . keep   log group /aws/lambda/plex-remote-health (the account's policy `for-auditors` sets its retention: 365 days)
    0 to create, 0 to update, 0 to delete
    ");
    assert_snapshot!(drift(imposed(None)), @"
      . keep   log group /aws/lambda/plex-remote-health (the account's policy `for-auditors` sets its retention: no limit)
    0 to create, 0 to update, 0 to delete
    ");
    assert_snapshot!(drift(imposed(Some(14))), @"0 to create, 0 to update, 0 to delete");
}

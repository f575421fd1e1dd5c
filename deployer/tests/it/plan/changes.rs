//! One difference between AWS and the configuration: the plan has exactly that change.

mod function;
mod schedule;

use insta::assert_snapshot;
use plexmon_deploy::resources::Content;
use plexmon_deploy::stack::Stack;
use serde_json::json;

use super::deployment::{Deployment, Only as _, drift, json, text};

#[test]
fn from_nothing_everything_is_created() {
    let deployment = Deployment::usual();
    assert_snapshot!(text(deployment.up(&Stack::nothing())), @"
      + create role      plex-remote-health-role
      + create log group /aws/lambda/plex-remote-health
      + create parameter /homelab/plex_remote_status
      + create secret    /homelab/plex_remote_status_secrets
      + create parameter /homelab/plex_remote_status_history
      + create function  plex-remote-health
      + create schedule  plex-remote-health-schedule
    7 to create, 0 to update, 0 to delete
    ");
}

#[test]
fn from_nothing_the_json_has_every_field() {
    let deployment = Deployment::usual();
    assert_snapshot!(json(&deployment.up(&Stack::nothing()).unwrap()));
}

#[test]
fn without_differences_nothing_is_planned() {
    let deployment = Deployment::usual();
    let plan = deployment.up(&deployment.drifted(|_| {})).unwrap();
    assert!(plan.is_empty() && !plan.needs_code());
    assert_snapshot!(plan, @"0 to create, 0 to update, 0 to delete");
    assert_snapshot!(serde_json::to_string(&plan).unwrap(), @r#"{"digest":"0a369a75d59412d1f19636d4d8c72c26286bcb81e55507612fad44d9f5f43f3e","place":{"deployment":"plex-remote-health","partition":"aws","account":"123456789012","region":"eu-central-1"},"steps":[]}"#);
}

#[test]
fn a_missing_policy_is_restored() {
    assert_snapshot!(drift(|stack| stack.the_role().policy = None), @r#"
      ~ update role      plex-remote-health-role
          policy: (none) -> {"Version":"2012-10-17","Statement":[{"Sid":"LogEuCentral1","Effect":"Allow","Action":["logs:CreateL...
    0 to create, 1 to update, 0 to delete
    "#);
}

#[test]
fn a_changed_trust_is_corrected() {
    assert_snapshot!(drift(|stack| stack.the_role().trust["Statement"][0]["Principal"] = json!("*")), @r#"
      ~ update role      plex-remote-health-role
          trust: ..."Allow","Principal":"*","Action":"sts:AssumeRole"}]} -> ..."Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}
    0 to create, 1 to update, 0 to delete
    "#);
}

#[test]
fn a_missing_log_group_is_recreated() {
    assert_snapshot!(drift(|stack| stack.log_groups.clear()), @"
      + create log group /aws/lambda/plex-remote-health
    1 to create, 0 to update, 0 to delete
    ");
}

#[test]
fn a_changed_retention_is_corrected() {
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
fn a_missing_state_is_recreated() {
    assert_snapshot!(drift(|stack| stack.parameters.clear()), @"
      + create parameter /homelab/plex_remote_status
      + create parameter /homelab/plex_remote_status_history
    2 to create, 0 to update, 0 to delete
    ");
}

#[test]
fn a_missing_secret_is_recreated() {
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
fn an_unreadable_secret_is_written_again() {
    assert_snapshot!(drift(|stack| stack.the_secret().content = Content::Unread), @"
      ~ update secret    /homelab/plex_remote_status_secrets
          value: (hidden) -> (hidden)
    0 to create, 1 to update, 0 to delete
    ");
}

/// A policy of the account outdoes what the group itself has, whatever we call for.
#[test]
fn a_retention_set_by_the_account_is_not_a_difference() {
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

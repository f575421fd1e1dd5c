//! Resources with our name but without our tag, and what depends on a role that was deleted.

use insta::assert_snapshot;
use plexmon_deploy::resources::{Binding, Schedule};
use plexmon_deploy::stack::Stack;

use super::deployment::{Deployment, Only as _, drift, json, text};

fn foreign_role(stack: &mut Stack) {
    stack.the_role().owner = None;
}

fn adopted(change: impl FnOnce(&mut Stack)) -> String {
    let deployment = Deployment::usual();
    text(deployment.adopt(&deployment.drifted(change)))
}

#[test]
fn a_role_without_our_tag_stops_the_run() {
    assert_snapshot!(drift(foreign_role), @"
    error: role `plex-remote-health-role` already exists and is not managed by this deployment
      cause: it has no tag `plexmon:deployment`

    hint: `plexmon-deploy up --adopt` takes it over; or choose another `name` in the configuration
    ");
}

#[test]
fn adopting_takes_over_a_role_without_our_tag() {
    assert_snapshot!(adopted(foreign_role), @"
      ~ update role      plex-remote-health-role
          owner: (none) -> plex-remote-health
    0 to create, 1 to update, 0 to delete
    ");
}

#[test]
fn another_deployment_is_named() {
    let other = |stack: &mut Stack| stack.the_role().owner = Some("cinema".to_owned());
    assert_snapshot!(drift(other), @"
    error: role `plex-remote-health-role` already exists and is not managed by this deployment
      cause: its tag `plexmon:deployment` says that it belongs to the deployment `cinema`

    hint: `plexmon-deploy up --adopt` takes it over; or choose another `name` in the configuration
    ");
}

#[test]
fn a_function_without_our_tag_stops_the_run_even_if_its_role_is_gone() {
    let foreign = |stack: &mut Stack| {
        stack.roles.clear();
        let function = stack.the_function();
        function.owner = None;
        function.binding = Binding::Stale;
    };
    assert_snapshot!(drift(foreign), @"
    error: function `plex-remote-health` already exists and is not managed by this deployment
      cause: it has no tag `plexmon:deployment`

    hint: `plexmon-deploy up --adopt` takes it over; or choose another `name` in the configuration
    ");
}

#[test]
fn a_log_group_without_a_tag_is_adopted_silently() {
    assert_snapshot!(drift(|stack| stack.the_log_group().owner = None), @"
      ~ update log group /aws/lambda/plex-remote-health
          owner: (none) -> plex-remote-health
    0 to create, 1 to update, 0 to delete
    ");
}

#[test]
fn a_log_group_of_another_deployment_is_not_adopted_silently() {
    let other = |stack: &mut Stack| stack.the_log_group().owner = Some("cinema".to_owned());
    assert_snapshot!(drift(other), @"
    error: log group `/aws/lambda/plex-remote-health` already exists and is not managed by this deployment
      cause: its tag `plexmon:deployment` says that it belongs to the deployment `cinema`

    hint: `plexmon-deploy up --adopt` takes it over; or choose another `name` in the configuration
    ");
}

#[test]
fn a_missing_role_has_its_function_recreated() {
    let missing = |stack: &mut Stack| {
        stack.roles.clear();
        stack.the_function().binding = Binding::Stale;
    };
    assert_snapshot!(drift(missing), @r#"
      + create role      plex-remote-health-role
      - delete function  plex-remote-health
      + create function  plex-remote-health
      ~ update schedule  plex-remote-health-schedule
          permission: (none) -> {"principal":"events.amazonaws.com","action":"lambda:InvokeFunction","source":"arn:aws:events:eu-cen...
    2 to create, 1 to update, 1 to delete
    "#);
}

#[test]
fn a_recreated_role_has_its_function_recreated() {
    let deployment = Deployment::usual();
    let stale = deployment.drifted(|stack| stack.the_function().binding = Binding::Stale);
    let plan = deployment.up(&stale).unwrap();
    assert!(plan.needs_code());
    assert_snapshot!(plan, @r#"
      - delete function  plex-remote-health
      + create function  plex-remote-health
      ~ update schedule  plex-remote-health-schedule
          permission: (none) -> {"principal":"events.amazonaws.com","action":"lambda:InvokeFunction","source":"arn:aws:events:eu-cen...
    1 to create, 1 to update, 1 to delete
    "#);
    assert_snapshot!(json(&plan));
}

#[test]
fn a_function_that_does_not_know_its_role_is_only_tagged() {
    let deployment = Deployment::usual();
    let unknown = deployment.drifted(|stack| stack.the_function().binding = Binding::Unknown);
    let plan = deployment.up(&unknown).unwrap();
    assert!(!plan.needs_code());
    assert_snapshot!(plan, @"
      ~ update function  plex-remote-health
          role_binding: unknown -> current
    0 to create, 1 to update, 0 to delete
    ");
}

#[test]
fn adopting_the_shell_steps_replaces_their_rule() {
    let deployment = Deployment::usual();
    let created_by_hand = deployment.drifted(|stack| {
        foreign_role(stack);
        stack.the_log_group().owner = None;
        stack.the_state().owner = None;
        stack.secrets.clear();
        let function = stack.the_function();
        function.owner = None;
        function.binding = Binding::Unknown;
        function.runtime = "python3.12".to_owned();
        function.code = None;
        function.state = None;
        function.retries = None;
        let ours = stack.schedules.remove(0);
        let rule = "plex-remote-health-5min".to_owned();
        let mut permission = ours.permission.clone().unwrap();
        permission.source = Some(deployment.account.rule(&rule));
        // Both are read with the one statement that both rules would use.
        let previous =
            Schedule { name: rule, owner: None, permission: Some(permission.clone()), ..ours.clone() };
        let current =
            Schedule { owner: None, rule: None, target: None, permission: Some(permission), ..ours };
        stack.schedules = vec![current, previous];
    });
    assert_snapshot!(text(deployment.up(&created_by_hand)), @"
    error: role `plex-remote-health-role` already exists and is not managed by this deployment
      cause: it has no tag `plexmon:deployment`

    hint: `plexmon-deploy up --adopt` takes it over; or choose another `name` in the configuration
    ");
    assert_snapshot!(text(deployment.adopt(&created_by_hand)), @r#"
      ~ update role      plex-remote-health-role
          owner: (none) -> plex-remote-health
      ~ update log group /aws/lambda/plex-remote-health
          owner: (none) -> plex-remote-health
      ~ update parameter /homelab/plex_remote_status
          owner: (none) -> plex-remote-health
      + create secret    /homelab/plex_remote_status_secrets
      ~ update function  plex-remote-health
          owner: (none) -> plex-remote-health
          role_binding: unknown -> current
          runtime: python3.12 -> provided.al2023
          code: (none) -> 0123456789abcdef0123456789abcdef
          state_parameter: (none) -> /homelab/plex_remote_status
          retries: (none) -> {"attempts":0,"max_age_s":60}
      ~ update schedule  plex-remote-health-schedule
          owner: (none) -> plex-remote-health
          rule: (none) -> {"expression":"rate(5 minutes)","enabled":true}
          target: (none) -> arn:aws:lambda:eu-central-1:123456789012:function:plex-remote-health
          retry_policy: (none) -> {"max_age_s":150,"attempts":5}
          permission: .../plex-remote-health-5min"} -> .../plex-remote-health-schedule"}
      - delete schedule  plex-remote-health-5min
    1 to create, 5 to update, 1 to delete
    "#);
}

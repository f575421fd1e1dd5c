//! `down` is a plan for an empty stack.

use insta::assert_snapshot;
use plexmon_deploy::resource::Until;
use plexmon_deploy::resources::Schedule;
use plexmon_deploy::stack::Stack;

use super::deployment::{Deployment, Only as _, json, text};

fn down(change: impl FnOnce(&mut Stack)) -> String {
    let deployment = Deployment::usual();
    text(deployment.down(&deployment.drifted(change)))
}

#[test]
fn a_complete_deployment_is_deleted_in_reverse_order() {
    assert_snapshot!(down(|_| {}), @"
      - delete schedule  plex-remote-health-schedule
      - delete function  plex-remote-health
      - delete role      plex-remote-health-role
      - delete log group /aws/lambda/plex-remote-health
      - delete parameter /homelab/plex_remote_status
      - delete secret    /homelab/plex_remote_status_secrets
      - delete parameter /homelab/plex_remote_status_history
    0 to create, 0 to update, 7 to delete
    ");
}

#[test]
fn an_incomplete_deployment_is_deleted_completely() {
    let half = |stack: &mut Stack| {
        stack.the_role().policy = None;
        stack.secrets.clear();
        stack.functions.clear();
        stack.the_schedule().target = None;
        stack.the_schedule().permission = None;
    };
    assert_snapshot!(down(half), @"
      - delete schedule  plex-remote-health-schedule
      - delete role      plex-remote-health-role
      - delete log group /aws/lambda/plex-remote-health
      - delete parameter /homelab/plex_remote_status
      - delete parameter /homelab/plex_remote_status_history
    0 to create, 0 to update, 5 to delete
    ");
}

#[test]
fn an_empty_account_needs_no_deletion() {
    assert_snapshot!(down(|stack| *stack = Stack::nothing()), @"0 to create, 0 to update, 0 to delete");
}

#[test]
fn resources_of_others_are_kept() {
    let deployment = Deployment::usual();
    let observed = deployment.drifted(|stack| {
        stack.the_role().owner = None;
        stack.the_log_group().owner = None;
        for parameter in &mut stack.parameters {
            parameter.owner = Some("cinema".to_owned());
        }
        stack.the_function().owner = Some("cinema".to_owned());
        stack.the_schedule().owner = None;
        stack.secrets.clear();
    });
    let plan = deployment.down(&observed).unwrap();
    assert!(plan.is_empty());
    assert_snapshot!(plan, @"
      . keep   role      plex-remote-health-role (it has no tag `plexmon:deployment`)
      . keep   log group /aws/lambda/plex-remote-health (it has no tag `plexmon:deployment`)
      . keep   parameter /homelab/plex_remote_status (its tag `plexmon:deployment` says that it belongs to the deployment `cinema`)
      . keep   parameter /homelab/plex_remote_status_history (its tag `plexmon:deployment` says that it belongs to the deployment `cinema`)
      . keep   function  plex-remote-health (its tag `plexmon:deployment` says that it belongs to the deployment `cinema`)
      . keep   schedule  plex-remote-health-schedule (it has no tag `plexmon:deployment`)
    0 to create, 0 to update, 0 to delete
    ");
    assert_snapshot!(json(&plan));
}

#[test]
fn a_permission_left_in_the_function_is_deleted_first() {
    let left = |stack: &mut Stack| {
        let schedule = stack.the_schedule();
        schedule.rule = None;
        schedule.target = None;
    };
    assert_snapshot!(down(left), @"
      - delete schedule  plex-remote-health-schedule
      - delete function  plex-remote-health
      - delete role      plex-remote-health-role
      - delete log group /aws/lambda/plex-remote-health
      - delete parameter /homelab/plex_remote_status
      - delete secret    /homelab/plex_remote_status_secrets
      - delete parameter /homelab/plex_remote_status_history
    0 to create, 0 to update, 7 to delete
    ");
}

fn shared(stack: &mut Stack) {
    stack.the_schedule().others = vec!["theirs".to_owned(), "another".to_owned()];
}

#[test]
fn a_rule_with_targets_of_others_loses_only_ours() {
    assert_snapshot!(down(shared), @r#"
      ~ update schedule  plex-remote-health-schedule
          target: arn:aws:lambda:eu-central-1:123456789012:function:plex-remote-health -> (none)
          retry_policy: {"max_age_s":150,"attempts":5} -> (none)
      - delete function  plex-remote-health
      - delete role      plex-remote-health-role
      - delete log group /aws/lambda/plex-remote-health
      - delete parameter /homelab/plex_remote_status
      - delete secret    /homelab/plex_remote_status_secrets
      - delete parameter /homelab/plex_remote_status_history
      . keep   schedule  plex-remote-health-schedule (others added targets to it: theirs, another)
    0 to create, 1 to update, 6 to delete
    "#);
    let without_ours = |stack: &mut Stack| {
        shared(stack);
        stack.the_schedule().target = None;
    };
    assert_snapshot!(down(without_ours), @"
      - delete function  plex-remote-health
      - delete role      plex-remote-health-role
      - delete log group /aws/lambda/plex-remote-health
      - delete parameter /homelab/plex_remote_status
      - delete secret    /homelab/plex_remote_status_secrets
      - delete parameter /homelab/plex_remote_status_history
      . keep   schedule  plex-remote-health-schedule (others added targets to it: theirs, another)
    0 to create, 0 to update, 6 to delete
    ");
}

/// Without the rule, targets of others are gone, too; and the schedule of another owner is not examined.
#[test]
fn without_its_rule_or_our_tag_a_schedule_is_not_shared() {
    let no_rule = |stack: &mut Stack| {
        shared(stack);
        stack.the_schedule().rule = None;
    };
    assert!(!down(no_rule).contains("keep"));
    let foreign = |stack: &mut Stack| {
        shared(stack);
        stack.the_schedule().owner = None;
    };
    assert!(down(foreign).contains("(it has no tag `plexmon:deployment`)"));
}

#[test]
fn the_rule_of_the_shell_steps_loses_our_target_last_and_is_kept_for_others() {
    let deployment = Deployment::usual();
    let observed = deployment.drifted(|stack| {
        let old = Schedule { name: "plex-remote-health-5min".to_owned(), ..stack.the_schedule().clone() };
        stack.schedules = vec![Schedule { owner: None, others: vec!["theirs".to_owned()], ..old }];
    });
    let plan = deployment.adopt(&observed).unwrap();
    assert_snapshot!(plan, @r#"
      + create schedule  plex-remote-health-schedule
      ~ update schedule  plex-remote-health-5min
          target: arn:aws:lambda:eu-central-1:123456789012:function:plex-remote-health -> (none)
          retry_policy: {"max_age_s":150,"attempts":5} -> (none)
      . keep   schedule  plex-remote-health-5min (others added targets to it: theirs)
    1 to create, 1 to update, 0 to delete
    "#);
    assert_eq!(plan.steps[1].needs.len(), 1);
    assert_eq!((plan.steps[1].needs[0].step, plan.steps[1].needs[0].until), (0, Until::Done));
}

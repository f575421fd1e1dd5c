//! Down is a plan for nothing.

use insta::assert_snapshot;
use plexmon_deploy::stack::Stack;

use super::world::{World, json, text};

fn down(change: impl FnOnce(&mut Stack)) -> String {
    let world = World::usual();
    text(world.down(&world.drifted(change)))
}

#[test]
fn a_whole_deployment_goes_in_the_opposite_order() {
    assert_snapshot!(down(|_| {}), @"
      - delete schedule  plex-remote-health-schedule
      - delete function  plex-remote-health
      - delete role      plex-remote-health-role
      - delete log group /aws/lambda/plex-remote-health
      - delete parameter /homelab/plex_remote_status
      - delete secret    /homelab/plex_remote_status_secrets
    0 to create, 0 to update, 6 to delete
    ");
}

#[test]
fn half_a_deployment_goes_as_far_as_it_is_there() {
    let half = |stack: &mut Stack| {
        stack.role.as_mut().unwrap().policy = None;
        stack.secrets = None;
        stack.function = None;
        stack.schedule.as_mut().unwrap().target = None;
        stack.schedule.as_mut().unwrap().permission = None;
    };
    assert_snapshot!(down(half), @"
      - delete schedule  plex-remote-health-schedule
      - delete role      plex-remote-health-role
      - delete log group /aws/lambda/plex-remote-health
      - delete parameter /homelab/plex_remote_status
    0 to create, 0 to update, 4 to delete
    ");
}

#[test]
fn of_nothing_there_is_nothing_to_remove() {
    assert_snapshot!(down(|stack| *stack = Stack::nothing()), @"0 to create, 0 to update, 0 to delete");
}

#[test]
fn what_is_not_ours_is_kept() {
    let world = World::usual();
    let observed = world.drifted(|stack| {
        stack.role.as_mut().unwrap().owner = None;
        stack.log_group.as_mut().unwrap().owner = None;
        stack.state.as_mut().unwrap().owner = Some("cinema".to_owned());
        stack.function.as_mut().unwrap().owner = Some("cinema".to_owned());
        stack.schedule.as_mut().unwrap().owner = None;
        stack.secrets = None;
    });
    let plan = world.down(&observed).unwrap();
    assert!(plan.is_empty());
    assert_snapshot!(plan, @"
      . keep   role      plex-remote-health-role (it has no tag `plexmon:deployment`)
      . keep   log group /aws/lambda/plex-remote-health (it has no tag `plexmon:deployment`)
      . keep   parameter /homelab/plex_remote_status (its tag `plexmon:deployment` says that it belongs to the deployment `cinema`)
      . keep   function  plex-remote-health (its tag `plexmon:deployment` says that it belongs to the deployment `cinema`)
      . keep   schedule  plex-remote-health-schedule (it has no tag `plexmon:deployment`)
    0 to create, 0 to update, 0 to delete
    ");
    assert_snapshot!(json(&plan));
}

#[test]
fn a_permission_that_is_left_in_the_function_goes_first() {
    let left = |stack: &mut Stack| {
        let schedule = stack.schedule.as_mut().unwrap();
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
    0 to create, 0 to update, 6 to delete
    ");
}

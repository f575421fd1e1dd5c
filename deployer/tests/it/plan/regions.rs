//! The role is one for all regions: each says that it uses it, and the last one takes it away.

use std::collections::BTreeSet;

use insta::assert_snapshot;
use plexmon_deploy::stack::Stack;

use super::world::{REGION, World, text};

fn used_in(regions: &[&str]) -> impl FnOnce(&mut Stack) {
    let regions: BTreeSet<String> = regions.iter().map(|region| (*region).to_owned()).collect();
    move |stack| stack.role.as_mut().unwrap().regions = regions
}

#[test]
fn a_second_region_adds_itself_to_the_role() {
    let world = World::usual();
    let elsewhere = world.drifted(|stack| {
        let role = stack.role.take();
        *stack = Stack { role, ..Stack::nothing() };
        used_in(&["us-east-1"])(stack);
    });
    assert_snapshot!(text(world.up(&elsewhere)), @r#"
      ~ update role      plex-remote-health-role
          regions: ["us-east-1"] -> ["eu-central-1","us-east-1"]
      + create log group /aws/lambda/plex-remote-health
      + create parameter /homelab/plex_remote_status
      + create secret    /homelab/plex_remote_status_secrets
      + create function  plex-remote-health
      + create schedule  plex-remote-health-schedule
    5 to create, 1 to update, 0 to delete
    "#);
}

#[test]
fn other_regions_are_no_difference() {
    let world = World::usual();
    let shared = world.drifted(used_in(&[REGION, "us-east-1"]));
    assert!(world.up(&shared).unwrap().is_empty());
}

#[test]
fn going_down_in_one_region_leaves_the_role_to_the_others() {
    let world = World::usual();
    let shared = world.drifted(used_in(&[REGION, "us-east-1", "us-west-2"]));
    assert_snapshot!(text(world.down(&shared)), @r#"
      - delete schedule  plex-remote-health-schedule
      - delete function  plex-remote-health
      ~ update role      plex-remote-health-role
          regions: ["eu-central-1","us-east-1","us-west-2"] -> ["us-east-1","us-west-2"]
      - delete log group /aws/lambda/plex-remote-health
      - delete parameter /homelab/plex_remote_status
      - delete secret    /homelab/plex_remote_status_secrets
      . keep   role      plex-remote-health-role (still in use in us-east-1, us-west-2)
    0 to create, 1 to update, 5 to delete
    "#);
}

#[test]
fn a_region_that_is_down_already_has_nothing_to_do_to_the_role_of_others() {
    let world = World::usual();
    let elsewhere = world.drifted(|stack| {
        let role = stack.role.take();
        *stack = Stack { role, ..Stack::nothing() };
        used_in(&["us-east-1"])(stack);
    });
    let plan = world.down(&elsewhere).unwrap();
    assert!(plan.is_empty());
    assert_snapshot!(plan, @"
      . keep   role      plex-remote-health-role (still in use in us-east-1)
    0 to create, 0 to update, 0 to delete
    ");
}

#[test]
fn the_last_region_takes_the_role_away() {
    let world = World::usual();
    let plan = world.down(&world.drifted(used_in(&[REGION]))).unwrap();
    assert!(plan.to_string().contains("- delete role "), "{plan}");
    assert!(plan.kept.is_empty(), "{plan}");
}

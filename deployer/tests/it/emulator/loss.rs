//! `up` creates again what another client has deleted.

use serde_json::json;

use super::by_hand::{delete, subsets};
use crate::support::World;

#[track_caller]
fn recreated(thing: &str, expected: &[&str]) {
    let world = World::deployed();
    let before = world.inventory();
    delete(&world, thing);
    assert_ne!(world.inventory(), before);
    assert_eq!(world.plan(), expected);
    world.up().ended(0);
    assert_eq!(world.plan(), [""; 0]);
    assert_eq!(world.inventory(), before);
    works(&world);
}

/// The function has its permissions: it detects that Plex is down, saves its state and notifies.
#[track_caller]
fn works(world: &World) {
    world.plex.break_it();
    world.phone.take_new();
    let reply = world.invoke().ended(0).json();
    assert_eq!(reply["problems"], json!([]));
    assert_eq!(world.messages().len(), 1);
}

#[test]
fn a_deleted_role_is_recreated_with_its_function() {
    recreated("role", &["create role", "delete function", "create function", "update schedule (permission)"]);
}

#[test]
fn a_deleted_log_group_is_recreated() {
    recreated("log group", &["create log_group"]);
}

#[test]
fn a_deleted_state_is_recreated() {
    recreated("state", &["create parameter"]);
}

#[test]
fn a_deleted_secret_is_recreated() {
    recreated("secret", &["create secret"]);
}

#[test]
fn a_deleted_function_is_recreated() {
    recreated("function", &["create function", "update schedule (permission)"]);
}

#[test]
fn a_deleted_rule_is_recreated() {
    recreated("rule", &["update schedule (rule, target, retry_policy)"]);
}

/// `up` completes a deployment of which any part was deleted: all 31 combinations.
mod whatever_is_gone {
    use super::*;

    fn up_recreates(subsets: impl Iterator<Item = Vec<&'static str>>) {
        let world = World::deployed();
        let whole = world.inventory();
        for gone in subsets {
            for thing in &gone {
                delete(&world, thing);
            }
            assert_ne!(world.plan(), [""; 0], "after {gone:?} had been deleted");
            world.up().ended(0);
            assert_eq!(world.plan(), [""; 0], "after {gone:?} had been deleted");
            assert_eq!(world.inventory(), whole, "after {gone:?} had been deleted");
            works(&world);
            world.plex.repair();
            world.invoke().ended(0);
        }
    }

    #[test]
    fn with_the_function() {
        up_recreates(subsets().filter(|gone| !gone.contains(&"function")));
    }

    #[test]
    fn without_the_function() {
        up_recreates(subsets().filter(|gone| gone.contains(&"function")));
    }
}

//! Whatever another client deletes, `up` makes anew.

use serde_json::json;

use super::by_hand::{delete, subsets};
use crate::support::World;

#[track_caller]
fn made_anew(thing: &str, expected: &[&str]) {
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

/// The function may do what it must: see that Plex is down, keep it in mind, and tell.
#[track_caller]
fn works(world: &World) {
    world.plex.break_it();
    world.phone.take_new();
    let reply = world.invoke().ended(0).json();
    assert_eq!(reply["problems"], json!([]));
    assert_eq!(world.told().len(), 1);
}

#[test]
fn a_lost_role_takes_its_function_with_it() {
    made_anew("role", &["create role", "delete function", "create function", "update schedule (permission)"]);
}

#[test]
fn a_lost_log_group() {
    made_anew("log group", &["create log_group"]);
}

#[test]
fn a_lost_state() {
    made_anew("state", &["create parameter"]);
}

#[test]
fn a_lost_secret() {
    made_anew("secret", &["create secret"]);
}

#[test]
fn a_lost_function() {
    made_anew("function", &["create function", "update schedule (permission)"]);
}

#[test]
fn a_lost_rule() {
    made_anew("rule", &["update schedule (rule, target, retry_policy)"]);
}

/// Any part of a deployment may be gone, and `up` completes it: all 31 ways to delete some of it.
mod whatever_is_gone {
    use super::*;

    fn up_makes_it_anew(subsets: impl Iterator<Item = Vec<&'static str>>) {
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
            world.plex.mend();
            world.invoke().ended(0);
        }
    }

    #[test]
    fn and_the_function_is_there() {
        up_makes_it_anew(subsets().filter(|gone| !gone.contains(&"function")));
    }

    #[test]
    fn and_the_function_is_not() {
        up_makes_it_anew(subsets().filter(|gone| gone.contains(&"function")));
    }
}

//! `up` creates again what another client has deleted.

use serde_json::json;

use super::by_hand::{delete, subsets};
use crate::support::Fixture;

#[track_caller]
fn recreated(thing: &str, expected: &[&str]) {
    let fixture = Fixture::deployed();
    let before = fixture.inventory();
    delete(&fixture, thing);
    assert_ne!(fixture.inventory(), before);
    assert_eq!(fixture.plan(), expected);
    fixture.up().ended(0);
    assert_eq!(fixture.plan(), [""; 0]);
    assert_eq!(fixture.inventory(), before);
    works(&fixture);
}

/// The function has its permissions: it detects that Plex is down, saves its state and notifies.
#[track_caller]
fn works(fixture: &Fixture) {
    fixture.plex.break_it();
    fixture.phone.take_new();
    let reply = fixture.invoke().ended(0).json();
    assert_eq!(reply["problems"], json!([]));
    assert_eq!(fixture.messages().len(), 1);
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
fn a_deleted_history_is_recreated() {
    recreated("history", &["create parameter"]);
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
        let fixture = Fixture::deployed();
        let whole = fixture.inventory();
        for gone in subsets {
            for thing in &gone {
                delete(&fixture, thing);
            }
            assert_ne!(fixture.plan(), [""; 0], "after {gone:?} had been deleted");
            fixture.up().ended(0);
            assert_eq!(fixture.plan(), [""; 0], "after {gone:?} had been deleted");
            assert_eq!(fixture.inventory(), whole, "after {gone:?} had been deleted");
            works(&fixture);
            fixture.plex.repair();
            fixture.invoke().ended(0);
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

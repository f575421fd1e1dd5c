//! Whatever another client deletes, `up` makes anew.

use serde_json::{Value, json};

use crate::support::{LOG_GROUP, NAME, ROLE, RULE, SECRETS, STATE, World};

/// How another client deletes a thing.
pub fn delete(world: &World, thing: &str) {
    let calls: Vec<(&str, &str, Value)> = match thing {
        "role" => vec![
            (
                "iam",
                "delete_role_policy",
                json!({"RoleName": ROLE, "PolicyName": "plex-remote-health-inline"}),
            ),
            ("iam", "delete_role", json!({"RoleName": ROLE})),
        ],
        "log group" => vec![("logs", "delete_log_group", json!({"logGroupName": LOG_GROUP}))],
        "state" => vec![("ssm", "delete_parameter", json!({"Name": STATE}))],
        "secret" => vec![("ssm", "delete_parameter", json!({"Name": SECRETS}))],
        "parameters" => vec![("ssm", "delete_parameters", json!({"Names": [STATE, SECRETS]}))],
        "function" => vec![("lambda", "delete_function", json!({"FunctionName": NAME}))],
        "rule" => vec![
            ("events", "remove_targets", json!({"Rule": RULE, "Ids": ["lambda"]})),
            ("events", "delete_rule", json!({"Name": RULE})),
        ],
        other => panic!("{other} is not a thing"),
    };
    for (service, operation, parameters) in calls {
        world.aws(service, operation, parameters);
    }
}

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

    // It works, too: the function may do what it must.
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
    made_anew("rule", &["update schedule (rule, target)"]);
}

//! Secrets are in the one SecureString, and nowhere that anybody can look.

use serde_json::json;

use crate::support::{LOG_GROUP, NAME, Ran, SECRETS, STATE, TOKEN, USER, World};

#[track_caller]
fn hidden(text: &str) {
    for secret in [TOKEN, USER] {
        assert!(!text.contains(secret), "{text}");
    }
}

/// Runs it in its most talkative form, as text and as a document.
fn listened_to(world: &World, args: &[&str]) -> Vec<Ran> {
    let takes_code = ["plan", "up", "status"].contains(&args[0]);
    let talkative: [&[&str]; 2] = [&["-vvv"], &["-vvv", "--json"]];
    let run = |how: &&[&str]| {
        let args = [args, *how].concat();
        let ran = if takes_code { world.with_code(&args) } else { world.deploy(&args) }.run();
        hidden(&ran.stdout);
        hidden(&ran.stderr);
        ran
    };
    talkative.iter().map(run).collect()
}

#[test]
fn no_command_shows_a_secret() {
    let world = World::new();
    for args in [
        &["plan"] as &[&str],
        &["status"],
        &["check"],
        &["up", "--yes"],
        &["plan"],
        &["status"],
        &["invoke"],
        &["logs"],
        &["down", "--yes"],
        &["invoke"],
    ] {
        listened_to(&world, args);
    }
    // A refusal is the most tempting moment to repeat what was sent.
    let world = World::new();
    let user = world.with_code(&["up", "--yes", "-vvv"]).env("PUSHOVER_USER", "wrong").run().ended(1);
    hidden(&user.stdout);
    hidden(&user.stderr);
    world.aws("ssm", "delete_parameter", json!({"Name": SECRETS}));
    world.aws(
        "ssm",
        "put_parameter",
        json!({"Name": SECRETS, "Value": format!("{TOKEN} {USER}"), "Type": "SecureString"}),
    );
    for args in [&["plan"] as &[&str], &["up", "--yes"], &["invoke"], &["logs"]] {
        listened_to(&world, args);
    }
}

#[test]
fn neither_the_function_nor_its_log_nor_its_state_holds_a_secret() {
    let world = World::deployed();
    world.plex.break_it();
    world.invoke().ended(0);
    let function = world.aws("lambda", "get_function", json!({"FunctionName": NAME}));
    assert_eq!(function["Configuration"]["FunctionName"], NAME);
    hidden(&function.to_string());
    let log = world.aws("logs", "filter_log_events", json!({"logGroupName": LOG_GROUP}));
    assert!(!log["events"].as_array().unwrap().is_empty());
    hidden(&log.to_string());
    let state = world.aws("ssm", "get_parameter", json!({"Name": STATE}));
    assert!(state.to_string().contains("down"), "{state}");
    hidden(&state.to_string());

    // They are where they should be, and encrypted there.
    let sealed = world.aws("ssm", "get_parameter", json!({"Name": SECRETS}));
    assert_eq!(sealed["Parameter"]["Type"], "SecureString");
    hidden(&sealed.to_string());
    let open = world.aws("ssm", "get_parameter", json!({"Name": SECRETS, "WithDecryption": true}));
    let value = open["Parameter"]["Value"].as_str().unwrap();
    let value: serde_json::Value = serde_json::from_str(value).unwrap();
    assert_eq!(value, json!({"pushover": {"token": TOKEN, "user": USER}}));
}

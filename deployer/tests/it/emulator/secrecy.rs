//! Secrets are in the SecureString and nowhere else.

use serde_json::json;

use base64::Engine as _;

use crate::support::{Fixture, LOG_GROUP, NAME, ROLE, RULE, Ran, SECRETS, STATE, TOKEN, USER};

/// In a header of a target.
const KEY: &str = "marker-api-key";

#[track_caller]
fn hidden(text: &str) {
    for secret in [TOKEN, USER, KEY] {
        assert!(!text.contains(secret), "{text}");
    }
}

/// Run it with -v, as text and as JSON.
fn verbose(fixture: &Fixture, args: &[&str]) -> Vec<Ran> {
    let takes_code = ["plan", "up", "status"].contains(&args[0]);
    let talkative: [&[&str]; 3] = [&["-vvv"], &["-vvv", "--json"], &["--color", "always"]];
    let run = |how: &&[&str]| {
        let args = [args, *how].concat();
        let ran = if takes_code { fixture.with_code(&args) } else { fixture.deploy(&args) };
        let ran = ran.env("API_KEY", KEY).env("RUST_BACKTRACE", "1").env("RUST_LOG", "trace").run();
        hidden(&ran.stdout);
        hidden(&ran.stderr);
        ran
    };
    talkative.iter().map(run).collect()
}

/// A fixture whose target also needs a secret header.
fn with_a_key() -> Fixture {
    let fixture = Fixture::new();
    let headers = "secrets_over_http = true\nheaders = { X-Api-Key = { env = \"API_KEY\" } }";
    fixture.edit("kind = \"plex\"", &format!("kind = \"plex\"\n{headers}"));
    fixture
}

#[test]
fn no_command_shows_a_secret() {
    let fixture = with_a_key();
    for args in [
        &["plan"] as &[&str],
        &["status"],
        &["check"],
        &["up", "--yes"],
        &["plan"],
        &["status"],
        &["invoke"],
        &["logs"],
        &["permissions"],
        &["down", "--yes", "--no-wait"],
        &["invoke"],
    ] {
        verbose(&fixture, args);
    }
    // An error message must not repeat what was sent.
    let fixture = Fixture::new();
    let user = fixture.with_code(&["up", "--yes", "-vvv"]).env("PUSHOVER_USER", "wrong").run().ended(1);
    hidden(&user.stdout);
    hidden(&user.stderr);
    fixture.aws("ssm", "delete_parameter", json!({"Name": SECRETS}));
    fixture.aws(
        "ssm",
        "put_parameter",
        json!({"Name": SECRETS, "Value": format!("{TOKEN} {USER}"), "Type": "SecureString"}),
    );
    for args in [&["plan"] as &[&str], &["up", "--yes"], &["invoke"], &["logs"]] {
        verbose(&fixture, args);
    }
}

#[test]
fn neither_the_function_nor_its_log_nor_its_state_holds_a_secret() {
    let fixture = with_a_key();
    fixture.with_code(&["up", "--yes"]).env("API_KEY", KEY).run().ended(0);
    fixture.plex.break_it();
    fixture.invoke().ended(0);
    let function = fixture.aws("lambda", "get_function", json!({"FunctionName": NAME}));
    assert_eq!(function["Configuration"]["FunctionName"], NAME);
    hidden(&function.to_string());
    hidden(&code(&fixture, &function));
    tags(&fixture).iter().for_each(|tags| hidden(tags));
    let log = fixture.aws("logs", "filter_log_events", json!({"logGroupName": LOG_GROUP}));
    assert!(!log["events"].as_array().unwrap().is_empty());
    hidden(&log.to_string());
    let state = fixture.aws("ssm", "get_parameter", json!({"Name": STATE}));
    assert!(state.to_string().contains("down"), "{state}");
    hidden(&state.to_string());

    // They are in the parameter, encrypted.
    let sealed = fixture.aws("ssm", "get_parameter", json!({"Name": SECRETS}));
    assert_eq!(sealed["Parameter"]["Type"], "SecureString");
    hidden(&sealed.to_string());
    let open = fixture.aws("ssm", "get_parameter", json!({"Name": SECRETS, "WithDecryption": true}));
    let value = open["Parameter"]["Value"].as_str().unwrap();
    let value: serde_json::Value = serde_json::from_str(value).unwrap();
    assert_eq!(
        value,
        json!({"pushover": {"token": TOKEN, "user": USER}, "headers": {"plex": {"X-Api-Key": KEY}}})
    );
}

/// All files of the deployed zip, as text.
fn code(fixture: &Fixture, function: &serde_json::Value) -> String {
    let zip = fixture.aws("http", "get", json!({"url": function["Code"]["Location"]}));
    let zip = base64::engine::general_purpose::STANDARD.decode(zip["base64"].as_str().unwrap()).unwrap();
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(zip)).unwrap();
    let mut text = String::new();
    for index in 0..zip.len() {
        let mut bytes = Vec::new();
        std::io::copy(&mut zip.by_index(index).unwrap(), &mut bytes).unwrap();
        text += &String::from_utf8_lossy(&bytes);
    }
    assert!(text.contains("X-Api-Key"), "the settings name the header");
    text
}

fn tags(fixture: &Fixture) -> Vec<String> {
    let of_ssm = |name| json!({"ResourceType": "Parameter", "ResourceId": name});
    let calls = [
        ("iam", "list_role_tags", json!({"RoleName": ROLE})),
        ("lambda", "list_tags", json!({"Resource": fixture.arn("lambda", &format!("function:{NAME}"))})),
        (
            "events",
            "list_tags_for_resource",
            json!({"ResourceARN": fixture.arn("events", &format!("rule/{RULE}"))}),
        ),
        ("ssm", "list_tags_for_resource", of_ssm(STATE)),
        ("ssm", "list_tags_for_resource", of_ssm(SECRETS)),
    ];
    calls
        .map(|(service, operation, parameters)| fixture.aws(service, operation, parameters).to_string())
        .to_vec()
}

//! Where the function gets its settings: the settings file, the Python function's variables, or a clear error.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use plexmon_function::contract::settings::ChannelKind;
use plexmon_function::contract::settings::Settings;
use plexmon_function::startup::{Configuration, load_configuration};

use crate::fixtures::settings;

fn env(pairs: &[(&str, &str)]) -> impl Fn(&str) -> Option<String> + use<> {
    let pairs: HashMap<String, String> =
        pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
    move |name| pairs.get(name).cloned()
}

/// Create an empty directory for one test.
fn directory(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&path);
    std::fs::create_dir_all(&path).unwrap();
    path
}

const DROP_IN: [(&str, &str); 3] =
    [("CHECK_URL", "https://plex.example.com/x?y=z"), ("PUSHOVER_TOKEN", "tok"), ("PUSHOVER_USER", "usr")];

#[test]
fn without_a_settings_file_the_python_functions_variables_are_used() {
    let Configuration { settings, secrets } =
        load_configuration(&directory("drop-in"), env(&DROP_IN)).unwrap();
    let target = &settings.targets[0];
    assert_eq!(target.url, "https://plex.example.com/x?y=z", "unchanged");
    assert_eq!(
        (target.status.as_slice(), target.contains.as_deref()),
        ([200].as_slice(), Some("machineIdentifier="))
    );
    assert_eq!(settings.state_parameter, "/homelab/plex_remote_status");
    let url = "https://api.pushover.net/1/messages.json".to_owned();
    assert_eq!(settings.channels[0].kind, ChannelKind::pushover(url));
    let secrets = secrets.unwrap();
    let pushover = secrets.channel("pushover");
    assert_eq!((pushover["token"].expose(), pushover["user"].expose()), ("tok", "usr"));
    let named = [DROP_IN.as_slice(), &[("STATUS_PARAM", "/mine")]].concat();
    let settings = load_configuration(&directory("drop-in"), env(&named)).unwrap().settings;
    assert_eq!(settings.state_parameter, "/mine");
}

#[test]
fn the_settings_file_takes_precedence_over_the_variables() {
    let directory = directory("file");
    let mut written = settings(&["plex"]);
    let write = |settings: &Settings| {
        std::fs::write(directory.join("plexmon.json"), serde_json::to_string(settings).unwrap()).unwrap();
    };
    write(&written);
    let read = load_configuration(&directory, env(&DROP_IN)).unwrap();
    assert_eq!(read, Configuration { settings: written.clone(), secrets: None });
    written.secrets_parameter = None;
    write(&written);
    assert!(
        load_configuration(&directory, env(&[])).unwrap().secrets.is_some(),
        "without a parameter there are no secrets to load"
    );
}

#[test]
fn invalid_settings_are_explained() {
    let failure = |name: &str, text: Option<&str>, pairs: &[(&str, &str)]| {
        let directory = directory(name);
        if let Some(text) = text {
            std::fs::write(directory.join("plexmon.json"), text).unwrap();
        }
        load_configuration(&directory, env(pairs)).unwrap_err().to_string()
    };
    let none = failure("none", None, &[("CHECK_URL", "https://h/"), ("PUSHOVER_USER", "")]);
    assert!(none.ends_with("must be set: PUSHOVER_TOKEN, PUSHOVER_USER"), "{none}");
    let garbled = failure("garbled", Some("{"), &DROP_IN);
    assert!(garbled.starts_with("plexmon.json is invalid: EOF"), "{garbled}");
    for (name, spoil, expected) in [
        ("empty", (|s| s.targets.clear()) as fn(&mut Settings), "there is no target"),
        ("twice", |s| s.targets[1].name = "a".to_owned(), "the target name `a` is empty or used twice"),
        (
            "scheme",
            |s| s.targets[0].url = "h".to_owned(),
            "the address of `a` must begin with http:// or https://",
        ),
        ("hasty", |s| s.targets[0].timeout_s = 0, "`a` needs a timeout above zero and an expected status"),
        ("content", |s| s.targets[0].status.clear(), "`a` needs a timeout above zero and an expected status"),
    ] {
        let mut settings = settings(&["a", "b"]);
        spoil(&mut settings);
        let text = serde_json::to_string(&settings).unwrap();
        assert_eq!(failure(name, Some(&text), &[]), format!("plexmon.json: {expected}"));
    }
}

#[test]
fn the_program_exits_with_an_error_that_names_what_is_missing() {
    let output = Command::new(env!("CARGO_BIN_EXE_bootstrap"))
        .env_clear()
        .env("LAMBDA_TASK_ROOT", directory("program"))
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.starts_with(r#"{"error":"plexmon cannot start: there is no plexmon.json"#), "{text}");
    assert!(text.contains("CHECK_URL, PUSHOVER_TOKEN, PUSHOVER_USER"), "{text}");
}

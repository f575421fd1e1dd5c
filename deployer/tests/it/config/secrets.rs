//! Where secret values come from, and the errors about missing ones.
//!
//! These tests set no variables, since tests run concurrently in one process. Improbable names serve as missing variables.

use std::fs;
use std::path::Path;

use insta::assert_snapshot;
use plexmon_deploy::config::{Config, Found};
use plexmon_deploy::error::Result;

use super::{TARGET, below};

fn resolve(folder: &Path, text: &str) -> Result<Found> {
    Config::parse(text, &folder.join("config.toml")).unwrap().secrets.resolve()
}

const FILES: &str = "[notify.pushover]\ntoken = { file = \"token\" }\nuser = { file = \"user\" }";
const HEADER: &str = "headers = { Authorization = { file = \"header\" }, Accept = \"text/xml\" }\n";

#[test]
fn a_configuration_without_secrets_fetches_nothing() {
    assert_eq!(resolve(Path::new(""), TARGET).unwrap(), Found::NoneConfigured);
}

#[test]
fn files_are_read_beside_the_configuration_and_trimmed() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("token"), "the token\n").unwrap();
    fs::write(folder.path().join("user"), " the user \r\n").unwrap();
    fs::write(folder.path().join("header"), "Bearer x\n").unwrap();
    let text = format!("{TARGET}{HEADER}\n{FILES}\n");
    let Found::All(secrets) = resolve(folder.path(), &text).unwrap() else { panic!("not all were found") };
    let pushover = secrets.channel("pushover");
    assert_eq!((pushover["token"].expose(), pushover["user"].expose()), ("the token", "the user"));
    let headers = &secrets.headers["plex"];
    assert_eq!(headers["Authorization"].expose(), "Bearer x");
    assert_eq!(headers.len(), 1, "a literal header is no secret");
}

#[test]
fn missing_variables_are_named_once_and_sorted() {
    let text = format!(
        "{TARGET}headers = {{ A = {{ env = \"PLEXMON_TEST_NOT_SET_B\" }}, B = {{ env = \"PLEXMON_TEST_NOT_SET_A\" }} }}\n\
         [notify.pushover]\ntoken = {{ env = \"PLEXMON_TEST_NOT_SET_B\" }}\nuser = {{ env = \"PLEXMON_TEST_NOT_SET_C\" }}\n"
    );
    let missing = ["A", "B", "C"].map(|letter| format!("PLEXMON_TEST_NOT_SET_{letter}")).to_vec();
    assert_eq!(resolve(Path::new(""), &text).unwrap(), Found::Missing(missing));
}

#[test]
fn one_missing_variable_makes_all_secrets_missing() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("token"), "the token").unwrap();
    let text =
        below("[notify.pushover]\ntoken = { file = \"token\" }\nuser = { env = \"PLEXMON_TEST_NOT_SET\" }");
    let found = resolve(folder.path(), &text).unwrap();
    assert_eq!(found, Found::Missing(vec!["PLEXMON_TEST_NOT_SET".to_owned()]));
}

#[test]
fn a_secret_file_must_exist_and_not_be_empty() {
    let folder = tempfile::tempdir().unwrap();
    let refusal = || {
        let error = resolve(folder.path(), &below(FILES)).unwrap_err().to_string();
        error.replace(&folder.path().display().to_string(), "FOLDER")
    };
    assert_snapshot!(refusal(), @"
    error: could not read the secret in `FOLDER/token`
      cause: No such file or directory (os error 2)

    hint: create the file with the value in it, readable only by you
    ");
    fs::write(folder.path().join("token"), " \n").unwrap();
    assert_snapshot!(refusal(), @"
    error: the secret file `FOLDER/token` is empty

    hint: write the value into it
    ");
}

#[cfg(unix)]
#[test]
fn a_secret_file_that_others_can_read_causes_a_warning() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, mode| {
        let path = folder.path().join(name);
        fs::write(&path, "hush").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    };
    write("token", 0o644);
    write("user", 0o600);
    write("header", 0o640);
    let text = format!("{TARGET}{HEADER}\n{FILES}\n");
    let config = Config::parse(&text, &folder.path().join("config.toml")).unwrap();
    let warnings = config.secrets.warnings().join("\n").replace(folder.path().to_str().unwrap(), "FOLDER");
    assert_snapshot!(warnings, @"
    other users of this machine can read the secret in `FOLDER/header`: run `chmod 600 FOLDER/header`
    other users of this machine can read the secret in `FOLDER/token`: run `chmod 600 FOLDER/token`
    ");
}

#[test]
fn debug_output_never_shows_a_value() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("token"), "the token").unwrap();
    fs::write(folder.path().join("user"), "the user").unwrap();
    let config = Config::parse(&below(FILES), &folder.path().join("config.toml")).unwrap();
    let shown = format!("{:?} {config:?}", config.secrets.resolve().unwrap());
    assert!(
        shown.contains("(hidden)") && !shown.contains("the token") && !shown.contains("the user"),
        "{shown}"
    );
}

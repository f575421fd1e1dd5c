//! Where secret values come from, and the errors about missing ones.
//!
//! These tests set no variables, since tests run concurrently in one process. Improbable names serve as missing variables.

use std::fs;
use std::path::Path;

use insta::assert_snapshot;
use plexmon_deploy::config::{Config, SecretLookup};
use plexmon_deploy::error::Result;

use super::{TARGET, below};

fn resolve(folder: &Path, text: &str) -> Result<SecretLookup> {
    Config::parse(text, &folder.join("config.toml")).unwrap().secrets.resolve()
}

const FILES: &str = "[notify.pushover]\ntoken = { file = \"token\" }\nuser = { file = \"user\" }";
const HEADER: &str = "headers = { Authorization = { file = \"header\" }, Accept = \"text/xml\" }\n";

#[test]
fn a_configuration_without_secrets_fetches_nothing() {
    assert_eq!(resolve(Path::new(""), TARGET).unwrap(), SecretLookup::NoneConfigured);
}

#[test]
fn files_are_read_beside_the_configuration_and_trimmed() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("token"), "the token\n").unwrap();
    fs::write(folder.path().join("user"), " the user \r\n").unwrap();
    fs::write(folder.path().join("header"), "Bearer x\n").unwrap();
    let text = format!("{TARGET}{HEADER}\n{FILES}\n");
    let SecretLookup::All(secrets) = resolve(folder.path(), &text).unwrap() else {
        panic!("not all were found")
    };
    let pushover = secrets.channel("pushover");
    assert_eq!((pushover["token"].expose(), pushover["user"].expose()), ("the token", "the user"));
    let headers = &secrets.headers["plex"];
    assert_eq!(headers["Authorization"].expose(), "Bearer x");
    assert_eq!(headers.len(), 1, "a literal header is not a secret");
}

#[test]
fn missing_variables_are_named_once_and_sorted() {
    let text = format!(
        "{TARGET}headers = {{ A = {{ env = \"PLEXMON_TEST_NOT_SET_B\" }}, B = {{ env = \"PLEXMON_TEST_NOT_SET_A\" }} }}\n\
         [notify.pushover]\ntoken = {{ env = \"PLEXMON_TEST_NOT_SET_B\" }}\nuser = {{ env = \"PLEXMON_TEST_NOT_SET_C\" }}\n"
    );
    let missing = ["A", "B", "C"].map(|letter| format!("PLEXMON_TEST_NOT_SET_{letter}")).to_vec();
    assert_eq!(resolve(Path::new(""), &text).unwrap(), SecretLookup::Missing(missing));
}

#[test]
fn one_missing_variable_makes_all_secrets_missing() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("token"), "the token").unwrap();
    let text =
        below("[notify.pushover]\ntoken = { file = \"token\" }\nuser = { env = \"PLEXMON_TEST_NOT_SET\" }");
    let found = resolve(folder.path(), &text).unwrap();
    assert_eq!(found, SecretLookup::Missing(vec!["PLEXMON_TEST_NOT_SET".to_owned()]));
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
    let warnings = config.exposed_secrets().join("\n").replace(folder.path().to_str().unwrap(), "FOLDER");
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

/// The configuration names only where they come from.
#[test]
fn secret_addresses_are_checked_when_they_are_resolved() {
    let folder = tempfile::tempdir().unwrap();
    let resolve = |table: &str, address: &str| {
        std::fs::write(folder.path().join("url"), address).unwrap();
        let text = below(&format!("{table}\nurl = {{ file = \"url\" }}"));
        let resolved = Config::parse(&text, &folder.path().join("config.toml")).unwrap().secrets.resolve();
        resolved.map_err(|error| error.to_string().replace(&folder.path().display().to_string(), "FOLDER"))
    };
    for table in ["[notify.slack]", "[notify.discord]", "[notify.webhook]", "[heartbeat]"] {
        for address in
            ["https://user:pass@hooks.example.com/x", "http://localhost:8080/x", "http://127.0.0.1/x"]
        {
            assert!(matches!(resolve(table, address), Ok(SecretLookup::All(_))), "{address}");
        }
        for (address, why, hint) in [
            (
                "http://hooks.example.com/s3cret",
                "is a secret, but the address is plain http, so anyone on the network path could read it",
                "use an https:// address",
            ),
            ("hooks.example.com/s3cret", "is not a valid address", "it must begin with https://"),
        ] {
            let expected = format!("error: the `url` of {table}, from `FOLDER/url`, {why}\n\nhint: {hint}\n");
            assert_eq!(resolve(table, address).unwrap_err().trim(), expected.trim());
        }
    }
}

/// All secrets share one SecureString.
#[test]
fn secrets_that_are_too_large_for_one_parameter_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("long"), format!("https://h/{}", "x".repeat(1390))).unwrap();
    let hook =
        |number: usize| format!("[notify.hook{number}]\nkind = \"webhook\"\nurl = {{ file = \"long\" }}\n");
    let resolve = |hooks: usize| {
        let hooks: String = (0..hooks).map(hook).collect();
        let config = Config::parse(&below(&hooks), &folder.path().join("config.toml")).unwrap();
        config.secrets.resolve()
    };
    assert!(matches!(resolve(2), Ok(SecretLookup::All(_))));
    assert_snapshot!(resolve(3).unwrap_err(), @"
    error: the secrets take 4258 bytes, but an SSM parameter holds 4096

    hint: share Access tokens in [access.NAME], or use fewer channels
    ");
    assert!(Config::parse(TARGET, Path::new("config.toml")).unwrap().secrets.is_empty());
}

//! The secret path of the page: commands that need it say so, and no output shows it.

use std::io::{Cursor, Read as _};

use insta::assert_snapshot;
use plexmon_deploy::artifact::sha256;
use serde_json::Value;
use tempfile::TempDir;
use zip::ZipArchive;

use crate::support::{AwsStandIn, Deploy};

const PATH: &str = "3f9c1d7ae25b84607a1e";
const SECRET: &str = "3f9c1d7ae25b84607a1e-of-my-friends";

/// A folder with a configuration whose page has a secret path, and with these lines in `[page]`.
fn home(lines: &str) -> TempDir {
    let home = tempfile::tempdir().unwrap();
    let text = format!(
        "[[target]]\nname = \"plex\"\nurl = \"http://127.0.0.1:1\"\n\n\
         [function]\narchitecture = \"x86_64\"\n\n[page]\nsecret_path = {{ env = \"PAGE_PATH\" }}\n{lines}\n"
    );
    std::fs::write(home.path().join("config.toml"), text).unwrap();
    std::fs::write(home.path().join("bootstrap"), super::package::program(super::package::X86_64)).unwrap();
    home
}

/// A command on an empty account.
fn deploy(home: &TempDir, aws: &AwsStandIn, args: &[&str]) -> Deploy {
    Deploy::new(home.path())
        .args(args)
        .args(["--region", "eu-central-1"])
        .env("AWS_ACCESS_KEY_ID", "AKIATEST")
        .env("AWS_SECRET_ACCESS_KEY", "secret")
        .env("AWS_ENDPOINT_URL", aws.url())
}

fn empty_account() -> AwsStandIn {
    AwsStandIn::scripted(|_| None)
}

#[test]
fn a_new_page_needs_its_path() {
    let (home, aws) = (home(""), empty_account());
    for args in [&["plan"][..], &["up", "--yes"]] {
        let ran = deploy(&home, &aws, args).run().ended(2);
        assert_eq!(ran.stdout, "", "{}", ran.whole());
        assert!(ran.stderr.contains("error: `PAGE_PATH` is not set"), "{}", ran.whole());
    }
    let ran = deploy(&home, &aws, &["status"]).run().ended(0);
    assert!(ran.stdout.contains("deployed    no"), "{}", ran.whole());
    assert!(ran.stdout.contains("problem     `PAGE_PATH` is not set"), "{}", ran.whole());
}

#[test]
fn no_output_shows_the_path() {
    let (home, aws) = (home(""), empty_account());
    for args in
        [&["plan", "-v"][..], &["plan", "--json"], &["plan", "--format", "markdown"], &["status", "-v"]]
    {
        let ran = deploy(&home, &aws, args).env("PAGE_PATH", SECRET).run().ended(0);
        assert!(!ran.whole().contains(PATH), "{}", ran.whole());
    }
    let ran = deploy(&home, &aws, &["plan"]).env("PAGE_PATH", PATH).run().ended(2);
    assert!(!ran.whole().contains(PATH), "{}", ran.whole());
    assert_snapshot!(ran.stderr, @"
    error: the `secret_path` of [page], from the variable PAGE_PATH, must have 22 to 128 characters

    hint: `openssl rand -hex 16` prints a good one
    ");
}

/// The settings in the package that was written.
fn packed(home: &TempDir) -> Value {
    let zip = std::fs::read(home.path().join("function.zip")).unwrap();
    let mut zip = ZipArchive::new(Cursor::new(&zip)).unwrap();
    let mut settings = String::new();
    zip.by_name("plexmon.json").unwrap().read_to_string(&mut settings).unwrap();
    serde_json::from_str(&settings).unwrap()
}

#[test]
fn a_package_has_the_digest_and_the_region_of_the_state() {
    let home = home("region = \"us-east-1\"");
    let package = |args: &[&str]| {
        Deploy::new(home.path())
            .args(["package", "--bootstrap", "bootstrap", "-o", "function.zip"])
            .args(args)
    };
    let ran = package(&["--region", "eu-central-1"]).run().ended(2);
    assert!(ran.stderr.contains("`PAGE_PATH` is not set"), "{}", ran.whole());
    let ran = package(&[]).env("PAGE_PATH", SECRET).run().ended(2);
    assert_snapshot!(ran.stderr, @"
    error: the monitor's region is not known
      cause: the status page in us-east-1 has to know where the state is

    hint: set `region` in the configuration or AWS_REGION, or pass `--region`
    ");
    let ran = package(&["--region", "cn-north-1"]).env("PAGE_PATH", SECRET).run().ended(2);
    assert!(ran.stderr.contains("is in another partition of AWS than cn-north-1"), "{}", ran.whole());

    for variable in ["AWS_REGION", "AWS_DEFAULT_REGION"] {
        package(&[]).env("PAGE_PATH", SECRET).env(variable, "eu-west-1").run().ended(0);
        assert_eq!(packed(&home)["page"]["home_region"], "eu-west-1", "{variable}");
    }
    package(&["--region", "eu-central-1"]).env("PAGE_PATH", SECRET).run().ended(0);
    let settings = packed(&home);
    assert!(!settings.to_string().contains(PATH), "{settings}");
    assert_eq!(settings["page"]["secret_sha256"], sha256(SECRET.as_bytes()));
    assert_eq!(settings["page"]["home_region"], "eu-central-1");
}

//! A valid configuration, and an AWS that cannot be reached.

use std::net::{Ipv4Addr, TcpListener};

use tempfile::TempDir;

use crate::support::{Deploy, snapshot};

fn home() -> TempDir {
    let home = tempfile::tempdir().unwrap();
    let text = "[[target]]\nname = \"plex\"\nkind = \"plex\"\nurl = \"https://plex.example.com\"\n";
    std::fs::write(home.path().join("config.toml"), text).unwrap();
    home
}

#[test]
fn a_missing_region_is_never_guessed() {
    let home = home();
    for args in
        [&["plan"] as &[&str], &["status"], &["up", "--yes"], &["down", "--yes"], &["invoke"], &["logs"]]
    {
        let ran = Deploy::new(home.path()).args(args).run();
        assert_eq!(ran.code, Some(2), "{}", ran.whole());
        assert!(ran.stderr.starts_with("error: no AWS region is set"), "{}", ran.whole());
    }
    snapshot!(Deploy::new(home.path()).args(["plan"]).run().whole(), @r#"
    exit 2
    --- stderr
    error: no AWS region is set

    hint: set one with --region, `region = "us-east-1"` in the configuration, AWS_REGION or the profile
    "#);
}

#[test]
fn no_credentials() {
    let home = home();
    let plan = Deploy::new(home.path()).args(["plan", "--region", "eu-central-1"]).run();
    snapshot!(plan.whole(), @"
    exit 1
    --- stderr
    error: no AWS credentials were found
      cause: profile `default` does not exist or has no credentials; looked in `[HOME]/aws-config` (which does not exist) and `[HOME]/aws-credentials` (which does not exist)
      cause: neither the environment nor a role of this machine provides any

    hint: sign in with `aws configure` or `aws sso login`, and choose the profile with --profile or AWS_PROFILE
    ");
}

#[test]
fn the_region_of_the_profile_is_used() {
    let home = home();
    std::fs::write(home.path().join("aws-config"), "[profile home]\nregion = eu-west-1\n").unwrap();
    let plan = Deploy::new(home.path()).args(["plan", "--profile", "home"]).run().ended(1);
    assert!(!plan.stderr.contains("region is set"), "{}", plan.whole());
}

#[test]
fn nothing_listens_at_the_endpoint() {
    // A port that was free a moment ago: nothing listens on it.
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let home = home();
    let plan = Deploy::new(home.path())
        .args(["plan", "--region", "eu-central-1"])
        .env("AWS_ENDPOINT_URL", endpoint)
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test")
        .run();
    snapshot!(plan.whole(), @r"
    exit 1
    --- stderr
    error: sts:GetCallerIdentity got no answer: client error (Connect): tcp connect error: Connection refused (os error [NUMBER])

    hint: check the network, the region and AWS_ENDPOINT_URL, then run the same command again: it continues
    ");
}

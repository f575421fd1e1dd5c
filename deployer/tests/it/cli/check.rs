//! `check` probes from here with the function's own probe.

use plexmon_deploy::sandbox::PlexStandIn;
use tempfile::TempDir;

use crate::support::{Deploy, Ran, runtime, snapshot};

fn plex() -> PlexStandIn {
    runtime().block_on(PlexStandIn::start()).unwrap()
}

fn home(targets: &[(&str, &str)]) -> TempDir {
    let home = tempfile::tempdir().unwrap();
    let target = |(name, url): &(&str, &str)| {
        format!("[[target]]\nname = \"{name}\"\nkind = \"plex\"\nurl = \"{url}\"\n")
    };
    let text: String = targets.iter().map(target).collect();
    std::fs::write(home.path().join("config.toml"), text).unwrap();
    home
}

/// Run beside an emulator on this machine, which could reach the targets.
fn check(home: &TempDir, args: &[&str]) -> Ran {
    let check = Deploy::new(home.path()).env("AWS_ENDPOINT_URL", "http://127.0.0.1:9");
    check.args(["check"].iter().chain(args)).run()
}

#[test]
fn targets_that_aws_cannot_reach_get_a_warning() {
    let plex = plex();
    let home = home(&[("plex", plex.url())]);
    let (here, beside_an_emulator) = (Deploy::new(home.path()).args(["check"]).run(), check(&home, &[]));
    assert_eq!(beside_an_emulator.ended(0).stderr, "");
    snapshot!(here.ended(0).stderr, @"warning: config.toml:4: `[[target]] url`: `127.0.0.1` is only this machine; in AWS, it would be the function itself; use the public name or address");
    let quiet = Deploy::new(home.path()).args(["check", "-q"]).run().ended(0);
    assert_eq!(quiet.stderr, "");
}

#[test]
fn a_healthy_target_is_shown_link_by_link() {
    let plex = plex();
    let home = home(&[("plex", plex.url())]);
    snapshot!(check(&home, &[]).whole(), @"
    exit 0
    --- stdout
    plex: up ([TIME])
      DNS   ok [TIME]  [BAR]  127.0.0.1
      TCP   ok [TIME]  [BAR]  127.0.0.1:[PORT]
      HTTP  ok [TIME]  [BAR]  HTTP 200
      body  ok [TIME]  [BAR]  contains `machineIdentifier=`
    ");
    assert_eq!(plex.requests(), 1);
}

#[cfg(unix)]
#[test]
fn a_secret_file_that_others_can_read_gets_a_warning() {
    use std::os::unix::fs::PermissionsExt as _;
    let plex = plex();
    let home = home(&[("plex", plex.url())]);
    let config = std::fs::read_to_string(home.path().join("config.toml")).unwrap();
    let headers = "secrets_over_http = true\nheaders = { Authorization = { file = \"key\" } }\n";
    std::fs::write(home.path().join("config.toml"), config + headers).unwrap();
    let key = home.path().join("key");
    std::fs::write(&key, "hush").unwrap();
    let run = |mode| {
        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(mode)).unwrap();
        check(&home, &[]).ended(0).stderr
    };
    snapshot!(run(0o644), @"warning: other users of this machine can read the secret in `key`: run `chmod 600 key`");
    assert_eq!(run(0o600), "");
}

#[test]
fn a_target_that_is_down_is_an_error_with_advice() {
    let (healthy, broken) = (plex(), plex());
    broken.break_it();
    let home = home(&[("plex", healthy.url()), ("other", broken.url())]);
    snapshot!(check(&home, &[]).whole(), @"
    exit 1
    --- stdout
    plex: up ([TIME])
      DNS   ok [TIME]  [BAR]  127.0.0.1
      TCP   ok [TIME]  [BAR]  127.0.0.1:[PORT]
      HTTP  ok [TIME]  [BAR]  HTTP 200
      body  ok [TIME]  [BAR]  contains `machineIdentifier=`
    other: down ([TIME])
      DNS   ok [TIME]  [BAR]  127.0.0.1
      TCP   ok [TIME]  [BAR]  127.0.0.1:[PORT]
      HTTP  FAILED [TIME]  [BAR]
            Plex is stopped; the proxy returns 502
      app: the proxy works, but the app behind it does not respond correctly: check
        that it is running
    --- stderr
    error: 1 of 2 down, seen from here

    hint: repair the target or correct the configuration; after `up`, the monitor would report the same
    ");
}

#[test]
fn a_closed_port_is_down() {
    // A port that is bound but not listened on: no other process can listen there.
    let port = tokio::net::TcpSocket::new_v4().unwrap();
    port.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let home = home(&[("plex", &format!("http://{}", port.local_addr().unwrap()))]);
    let check = check(&home, &[]);
    snapshot!(check.ended(1).stdout, @"
    plex: down ([TIME])
      DNS   ok [TIME]  [BAR]  127.0.0.1
      TCP   FAILED [TIME]  [BAR]  connection refused
      connect: check the port forwarding, the firewall, and that the proxy or tunnel
        is running
    ");
}

#[test]
fn json_has_every_link() {
    let plex = plex();
    plex.break_it();
    let home = home(&[("plex", plex.url())]);
    let document = Deploy::new(home.path()).args(["check", "--json"]).run().ended(1).json();
    let target = &document["targets"][0];
    assert_eq!((&target["target"], &target["ok"]), (&"plex".into(), &false.into()));
    let links = target["links"].as_array().unwrap();
    assert!(links.iter().any(|link| link["ok"] == false), "{document}");
    assert!(links.iter().all(|link| link["ms"].is_number()), "{document}");
}

/// Add lines to the configuration: to its last table, or more tables.
fn with(home: &TempDir, lines: &str) {
    let config = home.path().join("config.toml");
    let text = std::fs::read_to_string(&config).unwrap() + lines;
    std::fs::write(config, text).unwrap();
}

#[test]
fn a_condition_that_is_not_met_is_a_warning_or_an_outage() {
    let plex = plex();
    let home_with = |lines: &str| {
        let home = home(&[("plex", plex.url())]);
        with(&home, lines);
        home
    };
    let warning =
        home_with("lacks = { text = \"MediaContainer\", severity = \"warn\" }\nmatches = 'size=\"\\d+\"'\n");
    snapshot!(check(&warning, &[]).whole(), @r#"
    exit 0
    --- stdout
    plex: degraded ([TIME])
      DNS   ok [TIME]  [BAR]  127.0.0.1
      TCP   ok [TIME]  [BAR]  127.0.0.1:[PORT]
      HTTP  ok [TIME]  [BAR]  HTTP 200
      body  ok [TIME]  [BAR]  matches `size="\d+"`
      warning the body contains `MediaContainer`
    "#);
    let document = check(&warning, &["--json"]).ended(0).json();
    assert_eq!(document["targets"][0]["findings"][0]["level"], "not_met", "{document}");
    let outage = home_with("json = { path = \"$.size\", min = 1, label = \"Streams\" }\n");
    snapshot!(check(&outage, &[]).whole(), @"
    exit 1
    --- stdout
    plex: down ([TIME])
      DNS   ok [TIME]  [BAR]  127.0.0.1
      TCP   ok [TIME]  [BAR]  127.0.0.1:[PORT]
      HTTP  ok [TIME]  [BAR]  HTTP 200
      body  FAILED [TIME]  [BAR]  the body is not JSON
      condition: the response is not the configured one: check the route, and the
        conditions of the target
    --- stderr
    error: 1 of 1 down, seen from here

    hint: repair the target or correct the configuration; after `up`, the monitor would report the same
    ");
}

#[test]
fn channel_tokens_are_not_needed() {
    let plex = plex();
    let home = home(&[("plex", plex.url())]);
    with(
        &home,
        "[notify.pushover]\ntoken = { env = \"PUSHOVER_TOKEN\" }\nuser = { env = \"PUSHOVER_USER\" }\n",
    );
    assert_eq!(check(&home, &[]).ended(0).stderr, "");
}

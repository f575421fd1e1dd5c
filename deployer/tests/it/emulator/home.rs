//! A whole home: the configuration of `init --from` is deployed; and more targets than one parameter can hold.

use std::fmt::Write as _;
use std::ops::RangeInclusive;

use serde_json::json;

use crate::import::home;
use crate::support::{Fixture, NAME, STATE, snapshot};

/// Write the configuration of `init --from` for a home with a tunnel. Each address is replaced by one on this machine:
/// those behind Access by a closed port, because a token is sent over https only, the others by the Plex stand-in.
fn imported(fixture: &Fixture, closed: std::net::SocketAddr) {
    let kept = std::fs::read_to_string(fixture.home().join("config.toml")).unwrap();
    let architecture = kept.lines().find(|line| line.starts_with("architecture")).unwrap();
    for (path, text) in home("tunnel") {
        fixture.write(&path, &text);
    }
    std::fs::remove_file(fixture.home().join("config.toml")).unwrap();
    fixture.deploy(&["init", "--from", "."]).run().ended(0);
    // It can be deployed as it was written, but a run must not probe real addresses.
    let plan = with_tokens(fixture.deploy(&["plan"]).env("AWS_REGION", "us-east-1")).run().ended(0);
    assert!(plan.stdout.contains("to create, 0 to update, 0 to delete\n"), "{}", plan.whole());
    let written = std::fs::read_to_string(fixture.home().join("config.toml")).unwrap();
    let phone = format!("url = \"{}\"", fixture.phone.url());
    let written = written.replace("# url = \"https://api.pushover.net/1/messages.json\"", &phone);
    let mut text = "region = \"us-east-1\"\ncontrol = []\n".to_owned();
    for block in written.split("\n\n") {
        let lines = block.lines().map(|line| match line.strip_prefix("url = \"https://") {
            Some(rest) => {
                let name = rest.split('.').next().unwrap();
                let is_closed = block.contains("exposure = \"closed\"");
                let plex = fixture.plex.url();
                if is_closed {
                    format!("url = \"https://{closed}/{name}\"")
                } else {
                    format!("url = \"{plex}\"")
                }
            }
            None => line.to_owned(),
        });
        let _ = write!(text, "{}\n\n", lines.collect::<Vec<_>>().join("\n"));
    }
    assert!(!text.contains("https://plex.home") && text.contains("access = \"cloudflare\""), "{text}");
    fixture.write("config.toml", &format!("{text}[function]\n{architecture}\n"));
}

fn with_tokens(deploy: crate::support::Deploy) -> crate::support::Deploy {
    deploy.env("CF_ACCESS_CLIENT_ID", "marker-id").env("CF_ACCESS_CLIENT_SECRET", "marker-secret")
}

#[test]
fn a_home_imported_from_its_files_is_deployed_monitored_and_removed() {
    let fixture = Fixture::new();
    // A port that is bound but not listened on.
    let port = tokio::net::TcpSocket::new_v4().unwrap();
    port.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    imported(&fixture, port.local_addr().unwrap());
    shows_each_target_in_check(&fixture);
    deploys_with_a_verdict_for_each_target(&fixture);
    let plan = with_tokens(fixture.with_code(&["plan", "--exit-code"])).run().ended(0);
    snapshot!(plan.stdout, @"
    nothing to do: AWS matches the configuration
    [COST]
    ");
    shows_each_target_in_status(&fixture);
    fixture.down().ended(0);
    assert_eq!(fixture.inventory(), [""; 0]);
}

fn shows_each_target_in_check(fixture: &Fixture) {
    let check = with_tokens(fixture.deploy(&["check"])).run().ended(1);
    let wide: Vec<&str> = check.stdout.lines().filter(|line| line.chars().count() > 80).collect();
    assert_eq!(wide, [""; 0]);
    let sonarr = check.stdout.split("\nsonarr: ").nth(1).unwrap().split("\n4k").next().unwrap();
    snapshot!(sonarr, @"
    down ([TIME])
      DNS   ok [TIME]  [BAR]  127.0.0.1
      TCP   FAILED [TIME]  [BAR]  connection refused
      connect: check the port forwarding, the firewall, and that the proxy or tunnel
        is running
    sonarr (closed): unknown ([TIME])
      DNS   ok [TIME]  [BAR]  127.0.0.1
      TCP   FAILED [TIME]  [BAR]  connection refused
      blind: the monitor cannot check this from its network
    ");
}

fn deploys_with_a_verdict_for_each_target(fixture: &Fixture) {
    let up = with_tokens(fixture.with_code(&["up", "--yes"])).run().ended(0);
    snapshot!(up.stdout, @"
      + create role      plex-remote-health-role
      + create log group /aws/lambda/plex-remote-health
      + create parameter /homelab/plex_remote_status
      + create parameter /homelab/plex_remote_status_part2
      + create parameter /homelab/plex_remote_status_part3
      + create secret    /homelab/plex_remote_status_secrets
      + create parameter /homelab/plex_remote_status_history ... _history26, 26 parameters
      + create function  plex-remote-health
      + create schedule  plex-remote-health-schedule
    34 to create, 0 to update, 0 to delete
    [COST]
    seen from AWS:
      plex is up (HTTP 200, [TIME])
      overseerr is down: HTTP 401 instead of 200
        the response is not the configured one: check the route, and the conditions of the target
      sonarr is down: connection refused
        check the port forwarding, the firewall, and that the proxy or tunnel is running
      sonarr (closed) is unknown: connection refused
        the monitor cannot check this from its network
      4ksonarr is down: connection refused
        check the port forwarding, the firewall, and that the proxy or tunnel is running
      4ksonarr (closed) is unknown: connection refused
        the monitor cannot check this from its network
      radarr is down: connection refused
        check the port forwarding, the firewall, and that the proxy or tunnel is running
      radarr (closed) is unknown: connection refused
        the monitor cannot check this from its network
      4kradarr is down: connection refused
        check the port forwarding, the firewall, and that the proxy or tunnel is running
      4kradarr (closed) is unknown: connection refused
        the monitor cannot check this from its network
      bazarr is down: connection refused
        check the port forwarding, the firewall, and that the proxy or tunnel is running
      bazarr (closed) is unknown: connection refused
        the monitor cannot check this from its network
      prowlarr is down: connection refused
        check the port forwarding, the firewall, and that the proxy or tunnel is running
      prowlarr (closed) is unknown: connection refused
        the monitor cannot check this from its network
      torrents is down: connection refused
        check the port forwarding, the firewall, and that the proxy or tunnel is running
      torrents (closed) is unknown: connection refused
        the monitor cannot check this from its network
      tautulli is down: connection refused
        check the port forwarding, the firewall, and that the proxy or tunnel is running
      tautulli (closed) is unknown: connection refused
        the monitor cannot check this from its network
      wizarr is down: HTTP 401 instead of 200
        the response is not the configured one: check the route, and the conditions of the target
      maintainerr is down: connection refused
        check the port forwarding, the firewall, and that the proxy or tunnel is running
      maintainerr (closed) is unknown: connection refused
        the monitor cannot check this from its network
      kopia is unknown: connection refused
        the monitor cannot check this from its network
      uptime-kuma is down: HTTP 401 instead of 200
        the response is not the configured one: check the route, and the conditions of the target
      home-assistant is down: connection refused
        check the port forwarding, the firewall, and that the proxy or tunnel is running
      home-assistant (closed) is unknown: connection refused
        the monitor cannot check this from its network
      router is unknown: connection refused
        the monitor cannot check this from its network
      pushover delivered: plex is up, overseerr is DOWN, sonarr is DOWN, 4ksonarr is DOWN, radarr is DOWN, 4kradarr is DOWN, bazarr is DOWN, prowlarr is DOWN, torrents is DOWN, tautulli is DOWN, wizarr is DOWN, maintainerr is DOWN, uptime-kuma is DOWN, home-assistant is DOWN
    ");
    assert!(!up.whole().contains("marker-"), "{}", up.whole());
    assert!(!fixture.messages().is_empty());
    assert_eq!(fixture.phone.refused(), [""; 0]);
}

fn shows_each_target_in_status(fixture: &Fixture) {
    let status = with_tokens(fixture.with_code(&["status", "--exit-code"])).run().ended(0);
    snapshot!(status.stdout, @"
    plex-remote-health in account [ACCOUNT], region us-east-1
      deployed    yes, as configured
      code        exactly that of the given file
        function  [SHA256]
        zip       [SHA256]
      schedule    rate(5 minutes)
      last check  [TIME] ago
      plex                    up since [DATE]
        since [TIME] [UPTIME]
      overseerr               down since [DATE]: HTTP 401 instead of 200 (HTTP)
        since [TIME] [UPTIME]
      sonarr                  down since [DATE]: connection refused (TCP)
        since [TIME] [UPTIME]
      sonarr (closed)         unknown since [DATE]
        since [TIME] [UPTIME]
      4ksonarr                down since [DATE]: connection refused (TCP)
        since [TIME] [UPTIME]
      4ksonarr (closed)       unknown since [DATE]
        since [TIME] [UPTIME]
      radarr                  down since [DATE]: connection refused (TCP)
        since [TIME] [UPTIME]
      radarr (closed)         unknown since [DATE]
        since [TIME] [UPTIME]
      4kradarr                down since [DATE]: connection refused (TCP)
        since [TIME] [UPTIME]
      4kradarr (closed)       unknown since [DATE]
        since [TIME] [UPTIME]
      bazarr                  down since [DATE]: connection refused (TCP)
        since [TIME] [UPTIME]
      bazarr (closed)         unknown since [DATE]
        since [TIME] [UPTIME]
      prowlarr                down since [DATE]: connection refused (TCP)
        since [TIME] [UPTIME]
      prowlarr (closed)       unknown since [DATE]
        since [TIME] [UPTIME]
      torrents                down since [DATE]: connection refused (TCP)
        since [TIME] [UPTIME]
      torrents (closed)       unknown since [DATE]
        since [TIME] [UPTIME]
      tautulli                down since [DATE]: connection refused (TCP)
        since [TIME] [UPTIME]
      tautulli (closed)       unknown since [DATE]
        since [TIME] [UPTIME]
      wizarr                  down since [DATE]: HTTP 401 instead of 200 (HTTP)
        since [TIME] [UPTIME]
      maintainerr             down since [DATE]: connection refused (TCP)
        since [TIME] [UPTIME]
      maintainerr (closed)    unknown since [DATE]
        since [TIME] [UPTIME]
      kopia                   unknown since [DATE]
        since [TIME] [UPTIME]
      uptime-kuma             down since [DATE]: HTTP 401 instead of 200 (HTTP)
        since [TIME] [UPTIME]
      home-assistant          down since [DATE]: connection refused (TCP)
        since [TIME] [UPTIME]
      home-assistant (closed) unknown since [DATE]
        since [TIME] [UPTIME]
      router                  unknown since [DATE]
        since [TIME] [UPTIME]
      connect: check the port forwarding, the firewall, and that the proxy or tunnel is running
      condition: the response is not the configured one: check the route, and the conditions of the target
    ");
}

/// Configure this many targets, all on the Plex stand-in.
fn crowd(fixture: &Fixture, targets: RangeInclusive<u32>) {
    let text = std::fs::read_to_string(fixture.home().join("config.toml")).unwrap();
    let (head, rest) = text.split_once("[[target]]").unwrap();
    let (_, tail) = rest.split_once("[notify").unwrap();
    let mut text = head.to_owned();
    for number in targets {
        let url = fixture.plex.url();
        let _ = write!(text, "[[target]]\nname = \"plex {number:03}\"\nkind = \"plex\"\nurl = \"{url}\"\n\n");
    }
    fixture.write("config.toml", &format!("{text}[notify{tail}"));
}

#[test]
fn a_hundred_targets_have_their_state_in_several_parameters() {
    let fixture = Fixture::new();
    crowd(&fixture, 1..=100);
    let up = fixture.with_code(&["up", "--yes"]).run().ended(0);
    let parts: Vec<&str> = up.stdout.lines().filter(|line| line.contains("_part")).collect();
    snapshot!(parts.join("\n"), @"
    + create parameter /homelab/plex_remote_status_part2
    + create parameter /homelab/plex_remote_status_part3
    + create parameter /homelab/plex_remote_status_part4
    + create parameter /homelab/plex_remote_status_part5
    + create parameter /homelab/plex_remote_status_part6
    + create parameter /homelab/plex_remote_status_part7
    + create parameter /homelab/plex_remote_status_part8
    + create parameter /homelab/plex_remote_status_part9
    + create parameter /homelab/plex_remote_status_part10
    ");
    let messages = fixture.messages();
    assert_eq!(messages.len(), 1, "{messages:?}");

    let reply = fixture.invoke().ended(0).json();
    let states = reply["targets"].as_array().unwrap();
    assert_eq!(states.len(), 100);
    assert!(states.iter().all(|target| target["status"] == "up"), "{reply}");
    assert_eq!(fixture.plex.requests(), 200);
    assert_eq!(fixture.plan(), [""; 0]);
    let last = format!("{STATE}_part{}", parts.len() + 1);
    let value = fixture.aws("ssm", "get_parameter", json!({ "Name": last }));
    assert!(value["Parameter"]["Value"].as_str().unwrap().contains("\"plex 100\""), "{value}");

    // --keep-state keeps all parts of the state, even if the current configuration has fewer targets.
    crowd(&fixture, 1..=3);
    let kept = fixture.deploy(&["down", "--yes", "--no-wait", "--keep-state"]).run().ended(0);
    let keeps = kept.stdout.lines().filter(|line| line.contains("(--keep-state)")).count();
    // All parameters of the history are one line.
    assert_eq!(keeps, parts.len() + 2, "{}", kept.whole());
    crowd(&fixture, 1..=100);
    fixture.up().ended(0);
    assert!(fixture.phone.take_new().is_empty(), "nothing has changed");

    // With fewer targets, the new function finds their state in whichever part it is.
    crowd(&fixture, 98..=100);
    let less = fixture.with_code(&["up", "--yes"]).run().ended(0);
    assert!(!less.stdout.contains(" parameter "), "{}", less.whole());
    assert_eq!(fixture.plan(), [""; 0]);
    assert!(fixture.phone.take_new().is_empty(), "nothing has changed");
    let value = fixture.aws("ssm", "get_parameter", json!({ "Name": last }));
    let emptied = value["Parameter"]["Value"].as_str().unwrap().contains("\"targets\":[]");
    assert!(emptied, "it has been moved: {value}");

    crowd(&fixture, 1..=100);
    fixture.up().ended(0);
    let down = fixture.down().ended(0);
    assert!(down.stdout.contains(&format!("checked again: nothing of {NAME} is left")), "{}", down.whole());
    assert_eq!(fixture.inventory(), [""; 0]);
}

//! Settings that AWS accepts but that cannot work: they cause a warning with their place, and no error.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use insta::assert_snapshot;
use plexmon_deploy::config::Circumstances;
use plexmon_function::contract::secrets::{SecretValue, Secrets};

use super::parse;

/// 2026-11-03 10:05:00 UTC.
const NOW: u64 = 1_793_700_300;

fn circumstances(secrets: Option<&Secrets>) -> Circumstances<'_> {
    Circumstances { now: NOW, aws_is_local: false, secrets }
}

fn targets(urls: &[&str]) -> String {
    let mut text = String::new();
    for (number, url) in urls.iter().enumerate() {
        let _ = writeln!(text, "[[target]]\nname = \"a{number}\"\nurl = \"{url}\"");
    }
    text
}

fn warnings(text: &str, secrets: Option<&Secrets>) -> String {
    parse(text).unwrap().warnings(&circumstances(secrets)).join("\n")
}

#[test]
fn every_unreachable_address_causes_a_warning_with_its_place() {
    let unreachable = targets(&[
        "https://192.168.1.5:32400",
        "https://[2001:db8::1]",
        "https://plex.local",
        "https://localhost:32400",
        "https://100.64.1.2",
        "https://plex.example.com",
        "http://0xA.1",
        "https://plex",
        "https://nas.tail0123.ts.net",
    ]);
    assert_snapshot!(warnings(&unreachable, None), @"
    config.toml:3: `[[target]] url`: `192.168.1.5` is a private address that AWS cannot reach; use the public name or address
    config.toml:6: `[[target]] url`: `[2001:db8::1]` is an IPv6 address, but Lambda has no IPv6; use the public name or address
    config.toml:9: `[[target]] url`: `plex.local` is a name in a local network that AWS cannot resolve; use the public name or address
    config.toml:12: `[[target]] url`: `localhost` is only this machine; in AWS, it would be the function itself; use the public name or address
    config.toml:15: `[[target]] url`: `100.64.1.2` is an address in a carrier's network or a tailnet that AWS cannot reach; use the public name or address
    config.toml:21: `[[target]] url`: `10.0.0.1` is a private address that AWS cannot reach; use the public name or address
    config.toml:24: `[[target]] url`: `plex` is a name without a domain that AWS cannot resolve; use the public name or address
    config.toml:27: `[[target]] url`: `nas.tail0123.ts.net` is a name in a tailnet that AWS cannot reach unless Tailscale Funnel publishes it; use the public name or address
    ");
}

const CHANNELS: &str = "control = [\"https://10.0.0.1\", \"https://www.example.com\"]
[[target]]
name = \"plex\"
url = \"https://plex.example.com\"
exposure = \"closed\"
[heartbeat]
url = { env = \"BEAT\" }
[notify.ntfy]
url = \"http://ntfy.lan/topic\"
[notify.hook]
kind = \"webhook\"
url = { env = \"HOOK\" }
[notify.email]
host = \"mail\"
from = \"a@example.com\"
to = \"b@example.com\"
";

#[test]
fn addresses_of_control_hosts_heartbeat_and_channels_are_checked_too() {
    let channel = |url: &str| BTreeMap::from([("url".to_owned(), SecretValue::new(url))]);
    let secrets = Secrets {
        heartbeat: Some(SecretValue::new("https://172.16.0.9/ping/1234-secret")),
        channels: BTreeMap::from([("hook".to_owned(), channel("http://192.168.0.9:8123/api/webhook/hush"))]),
        ..Secrets::default()
    };
    let warned = warnings(CHANNELS, Some(&secrets));
    assert!(!warned.contains("hush") && !warned.contains("1234"), "{warned}");
    assert_snapshot!(warned, @"
    config.toml:1: `control`: `10.0.0.1` is a private address that AWS cannot reach; use the public name or address
    config.toml:7: `[heartbeat] url`: `172.16.0.9` is a private address that AWS cannot reach; use the public name or address
    config.toml:14: `[notify.email] host`: `mail` is a name without a domain that AWS cannot resolve; use the public name or address
    config.toml:12: `[notify.hook] url`: `192.168.0.9` is a private address that AWS cannot reach; use the public name or address
    config.toml:9: `[notify.ntfy] url`: `ntfy.lan` is a name in a local network that AWS cannot resolve; use the public name or address
    ");
    // Unknown values cause no warning.
    assert_eq!(warnings(CHANNELS, None).lines().count(), 3);
}

#[test]
fn channels_that_are_all_at_hosts_of_targets_cause_a_warning() {
    let targets = targets(&["https://plex.example.com", "https://home.example.com/sonarr"]);
    let gotify = "[notify.gotify]\nurl = \"https://HOME.example.com/gotify\"\ntoken = { env = \"A\" }\n";
    let hook = "[notify.mattermost]\nurl = { env = \"B\" }\n";
    let secrets = |url: &str| {
        let channel = BTreeMap::from([("url".to_owned(), SecretValue::new(url))]);
        Secrets { channels: [("mattermost".to_owned(), channel)].into(), ..Secrets::default() }
    };
    assert_snapshot!(warnings(&format!("{targets}{gotify}"), None), @"config.toml:8: `[notify.gotify] url`: `home.example.com` is also the host of the target `a1`, and a channel cannot report that its own host is down; add a channel elsewhere");
    let both = format!("{targets}{gotify}{hook}");
    let inside = warnings(&both, Some(&secrets("https://plex.example.com/hooks/hush")));
    assert!(inside.lines().count() == 2 && !inside.contains("hush"), "{inside}");
    // One that is elsewhere, or may be, is enough.
    assert_eq!(warnings(&both, Some(&secrets("https://chat.example.net/hooks/hush"))), "");
    assert_eq!(warnings(&both, None), "");
    let telegram = "[notify.telegram]\nchat = 42\ntoken = { env = \"C\" }\n";
    assert_eq!(warnings(&format!("{targets}{gotify}{telegram}"), None), "");
    assert_eq!(warnings(&targets, None), "");
}

#[test]
fn an_emulator_on_this_machine_can_reach_the_machine_itself() {
    let text = targets(&["http://127.0.0.1:1", "http://localhost:1", "http://[::1]:1", "http://192.168.1.5"]);
    let config = parse(&text).unwrap();
    let local = Circumstances { aws_is_local: true, ..circumstances(None) };
    let warned = config.warnings(&local);
    assert!(warned.len() == 1 && warned[0].contains("192.168.1.5"), "{warned:?}");
    assert_eq!(config.warnings(&circumstances(None)).len(), 4);
}

#[test]
fn names_that_resolve_to_unreachable_addresses_cause_a_warning() {
    let config = parse(&targets(&["https://a.example.com", "https://192.168.1.5"])).unwrap();
    let warning =
        |target: &str, address: &str| config.resolved_warning(target, address.parse().unwrap(), false);
    assert_snapshot!(warning("a0", "192.168.1.5").unwrap(), @"config.toml:3: `[[target]] url`: `a.example.com` resolves to 192.168.1.5 here, which is a private address that AWS cannot reach; check that public DNS has another address for it");
    assert_snapshot!(warning("a0", "2606:4700::1111").unwrap(), @"config.toml:3: `[[target]] url`: `a.example.com` has only IPv6 addresses, and Lambda has no IPv6; add an A record");
    assert_eq!(warning("a0", "104.16.0.1"), None);
    assert_eq!(warning("a1", "192.168.1.5"), None, "the address itself already causes a warning");
    assert_eq!(config.resolved_warning("a0", "127.0.0.1".parse().unwrap(), true), None);
}

#[test]
fn a_schedule_that_never_fires_causes_a_warning() {
    let target = targets(&["https://plex.example.com"]);
    let of = |schedule: &str| warnings(&format!("schedule = \"{schedule}\"\n{target}"), None);
    assert_snapshot!(of("cron(0/5 5 ? JAN 1-5 2022)"), @"config.toml:1: `schedule` is valid but never fires again, so nothing would be checked; use other days or years");
    assert!(of("cron(0 0 30 2 ? *)").contains("never fires"));
    for good in ["rate(5 minutes)", "cron(0/5 * * * ? *)", "cron(0 8 ? * MON-FRI 2026-2027)"] {
        assert_eq!(of(good), "");
    }
}

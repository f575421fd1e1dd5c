//! Valid configurations and their meaning.

use std::path::Path;

use plexmon_deploy::config::{Architecture, Config, FunctionConfig, SecretSource};
use plexmon_function::contract::description::ChannelDescription;
use plexmon_function::contract::settings::{ChannelKind, ChannelSettings, DEFAULT_CONTROL, HeaderValue};
use plexmon_function::notify::pushover::URL as PUSHOVER_URL;
use plexmon_function::notify::{DESCRIPTIONS, description};

use super::{TARGET, below, parse, target, top};

fn example() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../config.example.toml"))
}

#[test]
fn a_minimal_configuration_has_the_documented_defaults() {
    let config = parse(TARGET).unwrap();
    assert_eq!(config.name, "plex-remote-health");
    assert_eq!(config.region, None);
    assert_eq!(config.schedule.expression(), "rate(5 minutes)");
    assert_eq!(config.state_parameter, "/homelab/plex_remote_status");
    assert!(config.channels.is_empty());
    assert_eq!(config.control, DEFAULT_CONTROL);
    assert!(config.secrets.is_empty());
    let function = FunctionConfig {
        architecture: Architecture::X86_64,
        memory_mb: 128,
        timeout_s: 30,
        log_retention_days: 14,
        permissions_boundary: None,
    };
    assert_eq!(config.function, function);
    let [plex] = config.targets.as_slice() else { panic!("{:?}", config.targets) };
    assert_eq!((plex.status.as_slice(), plex.timeout_s), ([200].as_slice(), 10));
    assert_eq!((&plex.contains, plex.headers.len(), &plex.ca_pem), (&None, 0, &None));
    assert_eq!((plex.tries, plex.down_after, plex.up_after, plex.damp), (2, 1, 1, true));
    assert_eq!((plex.slow_ms, plex.remind_s, plex.site.as_str()), (None, None, "home"));
}

#[test]
fn the_example_shows_the_defaults() {
    let config = Config::load(example()).unwrap();
    let least = parse(TARGET).unwrap();
    assert_eq!((config.name, config.schedule), (least.name, least.schedule));
    assert_eq!((config.state_parameter, config.function), (least.state_parameter, least.function));
    let [pushover] = config.channels.as_slice() else { panic!("{:?}", config.channels) };
    assert_eq!(pushover.kind, ChannelKind::pushover(PUSHOVER_URL));
    let sources = &config.secrets.channels["pushover"];
    assert_eq!(sources["token"], SecretSource::Env("PUSHOVER_TOKEN".to_owned()));
    assert_eq!(sources["user"], SecretSource::Env("PUSHOVER_USER".to_owned()));
}

/// The key with a value, or the head of a table, of a line that has it as a comment.
fn uncommented(line: &str) -> &str {
    let Some(rest) = line.strip_prefix("# ") else { return line };
    let key = rest.split_once(" = ").is_some_and(|(key, _)| {
        key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_') && !key.is_empty()
    });
    let head = rest.starts_with('[') && rest.trim_end().ends_with(']');
    if key || head { rest } else { line }
}

/// The example with everything in it in effect.
pub fn uncommented_example() -> String {
    let text = std::fs::read_to_string(example()).unwrap();
    text.lines().map(|line| format!("{}\n", uncommented(line))).collect()
}

#[test]
fn every_setting_in_the_example_can_be_uncommented_and_shows_its_default() {
    let all = uncommented_example();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("home-ca.pem"), CERTIFICATE).unwrap();
    let config = Config::parse(&all, &folder.path().join("config.toml")).unwrap();
    let least = parse(TARGET).unwrap();
    // The boundary is the only setting of [function] without a default.
    let boundary = config.function.permissions_boundary.clone();
    assert!(boundary.is_some());
    let defaults = FunctionConfig { permissions_boundary: boundary, ..least.function };
    assert_eq!(config.function, defaults, "commented settings of [function] are the defaults");
    assert_eq!(config.state_parameter, least.state_parameter);
    let pushover = config.channels.iter().find(|channel| channel.name == "pushover").unwrap();
    let url = PUSHOVER_URL.to_owned();
    let (priority, retry, expire) = (Some(2), Some(60), Some(3_600));
    assert_eq!(pushover.kind, ChannelKind::Pushover { url, priority, retry, expire });
    for ChannelDescription { kind, .. } in DESCRIPTIONS {
        let is_of_kind = |channel: &ChannelSettings| description(&channel.kind).kind == *kind;
        assert!(config.channels.iter().any(is_of_kind), "config.example.toml has no channel of kind {kind}");
    }
    assert_eq!(config.control, least.control);
    assert_eq!(config.region.as_deref(), Some("us-east-1"));
    let [_, second, _closed, ..] = config.targets.as_slice() else { panic!("{:?}", config.targets) };
    assert_eq!(second.url, "https://requests.example.com/api/v1/settings/public");
    assert_eq!(second.headers["Accept"], HeaderValue::Literal("application/json".to_owned()));
    assert_eq!(second.headers["Authorization"], HeaderValue::Secret);
    assert_eq!(second.ca_pem.as_deref(), Some(CERTIFICATE));
    assert!(second.contains.is_some() && config.secrets.headers.contains_key(&second.name));
}

/// Any valid certificate.
const CERTIFICATE: &str = include_str!("../../certificates/authority.pem");

#[test]
fn the_name_decides_the_default_parameter() {
    assert_eq!(parse(&top("name = \"cinema\"")).unwrap().state_parameter, "/homelab/cinema");
    let named = format!("name = \"cinema\"\n{TARGET}\n[state]\nparameter = \"/home/plex\"\n");
    assert_eq!(parse(&named).unwrap().state_parameter, "/home/plex");
    let empty_table = format!("name = \"cinema\"\n{TARGET}\n[state]\n");
    assert_eq!(parse(&empty_table).unwrap().state_parameter, "/homelab/cinema");
}

/// The URL that is requested for a written address.
fn checked(kind: &str, url: &str) -> String {
    let text = format!("[[target]]\nname = \"a\"\nkind = \"{kind}\"\nurl = \"{url}\"\n");
    parse(&text).unwrap().targets.remove(0).url
}

#[test]
fn a_preset_appends_its_path_unless_the_address_has_one() {
    for (kind, written, expected) in [
        ("plex", "https://plex.example.com", "https://plex.example.com/identity"),
        ("plex", "https://plex.example.com/", "https://plex.example.com/identity"),
        ("plex", "https://plex.example.com:32400", "https://plex.example.com:32400/identity"),
        ("plex", "https://example.com/plex", "https://example.com/plex/identity"),
        ("plex", "https://example.com/plex/identity?a=b#c", "https://example.com/plex/identity?a=b"),
        ("http", "http://example.com", "http://example.com/"),
        ("http", "http://[2001:db8::1]:8080/up", "http://[2001:db8::1]:8080/up"),
    ] {
        assert_eq!(checked(kind, written), expected, "{kind} {written}");
    }
}

#[test]
fn the_preset_expects_the_text_of_plex_unless_overridden() {
    let wanted = |lines: &str| parse(&target(lines)).unwrap().targets.remove(0).contains;
    assert_eq!(wanted("kind = \"plex\"").as_deref(), Some("machineIdentifier="));
    assert_eq!(wanted("kind = \"plex\"\ncontains = \"MediaContainer\"").as_deref(), Some("MediaContainer"));
    assert_eq!(wanted("kind = \"http\""), None);
    assert_eq!(wanted(""), None, "the default kind is http");
}

#[test]
fn statuses_are_one_or_many_and_sorted() {
    let statuses = |lines: &str| parse(&target(lines)).unwrap().targets.remove(0).status;
    assert_eq!(statuses("status = 401"), [401]);
    assert_eq!(statuses("status = [302, 200, 302]"), [200, 302]);
}

#[test]
fn limits_are_inclusive() {
    for good in [
        top(&format!("name = \"{}\"", "x".repeat(40))),
        target("timeout_s = 15"),
        target("timeout_s = 1"),
        below("[function]\nmemory_mb = 10240\nlog_retention_days = 3653"),
        below("[function]\ntimeout_s = 16"),
        format!("schedule = \"rate(1 minute)\"\n{TARGET}\n[function]\ntimeout_s = 59\n"),
        format!("schedule = \"rate(1 day)\"\n{TARGET}timeout_s = 885\n[function]\ntimeout_s = 900\n"),
        below(&format!("[state]\nparameter = \"{}\"", "/x".repeat(15))),
        top("region = \"us-gov-west-1\""),
    ] {
        assert!(parse(&good).is_ok(), "{good}\n{:?}", parse(&good));
    }
}

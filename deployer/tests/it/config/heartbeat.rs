//! `[heartbeat]` and `control`.

use plexmon_deploy::config::SecretSource;
use plexmon_function::contract::settings::HeartbeatSettings;

use super::{TARGET, below, parse, refuses, top};

#[test]
fn the_address_of_the_heartbeat_can_be_a_secret() {
    let plain = parse(&below("[heartbeat]\nurl = \"https://hc.example.com/abc\"")).unwrap();
    assert_eq!(plain.heartbeat, Some(HeartbeatSettings::Address("https://hc.example.com/abc".to_owned())));
    assert!(plain.secrets.is_empty());
    let secret = parse(&below("[heartbeat]\nurl = { env = \"HEARTBEAT_URL\" }")).unwrap();
    assert_eq!(secret.heartbeat, Some(HeartbeatSettings::Secret));
    assert_eq!(secret.secrets.heartbeat, Some(SecretSource::Env("HEARTBEAT_URL".to_owned())));
    assert_eq!(parse(TARGET).unwrap().heartbeat, None);
}

#[test]
fn control_hosts_can_be_replaced_or_turned_off() {
    assert_eq!(parse(&top("control = []")).unwrap().control, [""; 0]);
    let own = "control = [\"https://one.example.com\", \"http://two.example.com/204\"]";
    let expected = ["https://one.example.com/", "http://two.example.com/204"];
    assert_eq!(parse(&top(own)).unwrap().control, expected);
}

#[test]
fn addresses_of_control_hosts_and_heartbeat_are_checked() {
    refuses![
        top("control = [\"one.example.com\"]"),
        top("control = \"https://one.example.com\""),
        top("control = [\"https://me:hush@one.example.com\"]"),
        below("[heartbeat]"),
        below("[heartbeat]\nurl = \"hc.example.com\""),
        below("[heartbeat]\nurl = \"https://me:hush@hc.example.com/x\""),
        below("[heartbeat]\nurl = { var = \"A\" }"),
        below("[heartbeat]\nurl = \"https://hc.example.com\"\nevery = \"5m\""),
    ];
}

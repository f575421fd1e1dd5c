//! Service tokens, the check that an app cannot be reached without one, and other settings of a target.

use plexmon_deploy::config::SecretSource;
use plexmon_function::contract::settings::Expect;

use super::{TARGET, below, parse, refuses, target};

const SHARED: &str = "[access.cf]\nid = { env = \"ID\" }\nsecret = { file = \"secret\" }\n";
const OWN: &str = "access = { id = { env = \"ID\" }, secret = { env = \"SECRET\" } }\n";

fn env(name: &str) -> SecretSource {
    SecretSource::Env(name.to_owned())
}

#[test]
fn a_shared_token_is_stored_once() {
    let second = TARGET.replace("\"plex\"", "\"other\"");
    let config = parse(&format!("{TARGET}access = \"cf\"\n\n{second}access = \"cf\"\n\n{SHARED}")).unwrap();
    let names: Vec<_> = config.targets.iter().map(|target| target.access.as_deref()).collect();
    assert_eq!(names, [Some("cf"); 2]);
    let file = SecretSource::File("secret".into());
    assert_eq!(config.secrets.access, [("cf".to_owned(), (env("ID"), file))].into());
}

#[test]
fn a_targets_own_token_is_stored_under_its_name() {
    let config = parse(&target(OWN)).unwrap();
    assert_eq!(config.targets[0].access.as_deref(), Some("target:plex"));
    assert_eq!(config.secrets.access["target:plex"], (env("ID"), env("SECRET")));
}

#[test]
fn a_closed_target_with_a_token_gets_a_second_target_without_it() {
    let own = "kind = \"sonarr\"\nsite = \"cabin\"\ngroup = \"vpn\"\nslow_ms = 900\ntell_version = true\n\
        headers = { Accept = \"text/html\" }\nexposure = \"closed\"\naccess = \"cf\"\n";
    let config = parse(&format!("{TARGET}{own}\n{SHARED}")).unwrap();
    let [app, lock] = config.targets.as_slice() else { panic!("{:?}", config.targets) };
    assert_eq!((app.name.as_str(), app.expect), ("plex", Expect::Answer));
    assert_eq!((app.access.as_deref(), app.slow_ms, app.tell_version), (Some("cf"), Some(900), true));
    assert_eq!((lock.name.as_str(), lock.expect), ("plex (closed)", Expect::Refusal));
    assert_eq!((&lock.access, &lock.contains, lock.headers.len()), (&None, &None, 0));
    assert_eq!((lock.slow_ms, lock.pin, lock.tell_version), (None, false, false));
    assert_eq!((&lock.url, &lock.site, &lock.group), (&app.url, &app.site, &app.group));
    assert_eq!((lock.site.as_str(), lock.group.as_deref()), ("cabin", Some("vpn")));
}

#[test]
fn a_closed_target_without_a_token_only_checks_the_refusal() {
    let config = parse(&target("exposure = \"closed\"")).unwrap();
    let [lock] = config.targets.as_slice() else { panic!("{:?}", config.targets) };
    assert_eq!((lock.name.as_str(), lock.expect), ("plex", Expect::Refusal));
    let open = parse(&target("exposure = \"open\"")).unwrap();
    assert_eq!(open.targets[0].expect, Expect::Answer);
}

#[test]
fn a_server_with_an_id_is_pinned_by_default() {
    let pin = |lines: &str| parse(&target(lines)).unwrap().targets[0].pin;
    assert_eq!((pin(""), pin("kind = \"plex\""), pin("kind = \"sonarr\"")), (false, true, false));
    assert_eq!((pin("kind = \"plex\"\npin = false"), pin("pin = true")), (false, true));
}

#[test]
fn site_and_group_are_free_text() {
    let config = parse(&target("site = \"grandma's flat\"\ngroup = \"gluetun\"")).unwrap();
    let target = &config.targets[0];
    assert_eq!((target.site.as_str(), target.group.as_deref()), ("grandma's flat", Some("gluetun")));
    assert!(!target.tell_version);
}

#[test]
fn unusable_tokens_are_rejected() {
    let http = |lines: &str| target(lines).replace("https://", "http://");
    refuses![
        target("access = \"cf\""),
        format!("{TARGET}access = \"fc\"\n\n{SHARED}"),
        http(OWN),
        format!("{}\n{SHARED}", http("access = \"cf\"")),
        target("access = 5"),
        target("access = { id = { env = \"ID\" } }"),
        target("access = { id = { env = \"ID\" }, secret = \"hush\" }"),
        target("access = { id = { env = \"ID\" }, secret = { env = \"S\" }, token = { env = \"T\" } }"),
        below("[access.cf]\nid = \"0123.access\"\nsecret = { env = \"S\" }"),
        below("[access]\nid = { env = \"ID\" }\nsecret = { env = \"S\" }"),
    ];
}

#[test]
fn settings_of_a_target_are_checked() {
    refuses![
        target("exposure = \"public\""),
        target("exposure = true"),
        format!("{}\n{}", target("exposure = \"closed\"\naccess = \"cf\""), SHARED)
            + &TARGET.replace("\"plex\"", "\"plex (closed)\""),
        target("site = \"\""),
        target("group = \" vpn\""),
        target("site = 5"),
        target("pin = 1"),
        target("tell_version = \"always\""),
    ];
}

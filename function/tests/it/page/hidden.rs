//! What is not public is in no format.

use plexmon_function::contract::history::{Class, EventKind};
use plexmon_function::contract::settings::Expect;
use plexmon_function::page::Data;
use plexmon_function::probe::Cause;

use super::fixtures::{Memory, NOW, data, down, format, formats, get, outage, record, settings, window};

#[tokio::test]
async fn a_hidden_target_is_in_no_format() {
    let mut settings = settings(&["plex", "covert-a", "covert-b", "covert-c"]);
    for target in &mut settings.targets[1..] {
        target.site = "covert-site".to_owned();
        target.group = Some("covert-group".to_owned());
        target.label = Some("covert-label".to_owned());
        target.app = "covert-app".to_owned();
    }
    settings.targets[1].access = Some("covert-token".to_owned());
    settings.targets[2].expect = Expect::Refusal;
    settings.targets[3].public = Some(false);
    let hidden = ["covert-a", "covert-b", "covert-c"];
    settings.maintenance = vec![
        window(NOW - 60, NOW + 60, &hidden),
        window(NOW - 60, NOW + 60, &["plex", "covert-a"]),
        window(NOW + 60, NOW + 90, &["covert-b"]),
    ];
    let past = record(&[&[(Class::Down, 9)]], vec![outage(EventKind::Outage, 30, 9, Cause::Connect)]);
    let records = hidden.map(|name| (name.to_owned(), past.clone())).to_vec();
    let mut state = down(&settings, &hidden);
    for target in &mut state.targets {
        target.why = Some("covert-why at 192.0.2.7:32400".to_owned());
        target.app_version = Some("covert-version".to_owned());
        target.identity = Some("covert-identity".to_owned());
    }
    let memory = Memory::with(&state, &settings);
    let all = formats(&settings, &Data { records, ..data(state) });
    assert_eq!(all.len(), 5, "{:?}", all.iter().map(|(path, _)| path).collect::<Vec<_>>());
    for (path, text) in &all {
        for secret in ["covert", "192.0.2.7", "32400", "example.com", "plex-remote-health", "homelab"] {
            assert!(!text.contains(secret), "{secret} is in {path}: {text}");
        }
        assert!(text.contains("plex"), "{path}");
    }
    for name in hidden {
        for format in ["svg", "json"] {
            let response = get(&settings, &memory, &format!("/badge/{name}.{format}")).await;
            assert_eq!((response.status, response.body.as_str()), (404, "not found\n"), "{name}");
        }
    }
}

#[test]
fn a_target_behind_access_is_shown_if_its_owner_says_so() {
    let mut settings = settings(&["plex"]);
    settings.targets[0].access = Some("token".to_owned());
    settings.targets[0].public = Some(true);
    let data = data(down(&settings, &["plex"]));
    let html = format(&settings, &data, "index.html");
    assert!(html.contains("data-target=\"plex\"") && html.contains("data-status=\"down\""), "{html}");
}

//! `announce`, `page --out`, and what `up` lists as public.

use plexmon_function::contract::announcement::{Announcements, parameter};
use serde_json::{Value, json};

use crate::support::{Fixture, STATE, snapshot};

/// A configuration with a page, and a second target that visitors must not see.
fn with_page() -> Fixture {
    let fixture = Fixture::new();
    let tables = format!(
        "[[target]]\nname = \"nas\"\nurl = \"{}/identity\"\npublic = false\n\n[page]\ntitle = \"Home\"\n\n[notify.pushover]",
        fixture.plex.url()
    );
    fixture.edit("[notify.pushover]", &tables);
    fixture.edit("kind = \"plex\"", "kind = \"plex\"\nlabel = \"Films\"");
    fixture
}

fn announced(fixture: &Fixture) -> Announcements {
    let stored = fixture.aws("ssm", "get_parameter", json!({ "Name": parameter(STATE) }));
    Announcements::parse(stored["Parameter"]["Value"].as_str().unwrap()).unwrap()
}

fn texts(document: &Value) -> Vec<(&str, &str)> {
    let all = document["announcements"].as_array().unwrap().iter();
    all.map(|one| (one["status"].as_str().unwrap(), one["text"].as_str().unwrap())).collect()
}

#[test]
fn up_lists_what_becomes_public_once() {
    let fixture = with_page();
    let list = "the status page is new: anyone who finds its address can see 1 app\n  Films (plex)\n  \
                not on the page: nas (`public = false`)";
    let plan = fixture.with_code(&["plan"]).run().ended(0);
    assert!(plan.stdout.contains(list), "{}", plan.stdout);
    let refused = fixture.with_code(&["up"]).run().ended(2);
    assert!(refused.stdout.contains(list), "{}", refused.stdout);
    assert!(fixture.with_code(&["up", "--yes"]).run().ended(0).stdout.contains(list));
    let again = fixture.with_code(&["plan"]).run().ended(0);
    assert!(!again.stdout.contains("Films"), "{}", again.stdout);
    let document = fixture.with_code(&["plan", "--json"]).run().ended(0).json();
    assert_eq!(document.get("publication"), None);
}

#[test]
fn announcements_are_added_listed_sent_and_ended() {
    let fixture = with_page().with_deployment();
    snapshot!(fixture.deploy(&["announce"]).run().whole(), @"
    exit 0
    --- stdout
    nothing is announced
    ");
    let planned = ["announce", "Update of Plex", "--from", "2h", "--until", "4h", "--json"];
    let document = fixture.deploy(&planned).run().ended(0).json();
    assert_eq!(texts(&document), [("planned", "Update of Plex")]);
    let (from, until) = (&document["announcements"][0]["from"], &document["announcements"][0]["until"]);
    assert_eq!(until.as_u64().unwrap() - from.as_u64().unwrap(), 4 * 60 * 60);

    let sent =
        fixture.deploy(&["announce", "Films are slow today", "--notify", "--json"]).run().ended(0).json();
    assert_eq!(texts(&sent), [("current", "Films are slow today"), ("planned", "Update of Plex")]);
    assert_eq!(sent["channels"], json!([{ "channel": "pushover", "outcome": "delivered" }]));
    let messages = fixture.messages();
    assert_eq!(messages.len(), 1);
    assert_eq!(messages[0].title.as_deref(), Some("Home: announcement"));
    assert_eq!((messages[0].message.as_str(), messages[0].priority), ("Films are slow today", 0));

    let cleared = fixture.deploy(&["announce", "--clear"]).run().ended(0);
    assert_eq!(cleared.stdout.trim(), "nothing is announced");
    let stored = announced(&fixture);
    assert_eq!(
        stored.announcements.len(),
        1,
        "what was shown stays in the feed, and what was planned does not"
    );
    assert!(fixture.with_code(&["plan", "--exit-code"]).run().code == Some(0), "an announcement is no drift");
}

#[test]
fn an_announcement_that_no_channel_accepts_is_an_error() {
    let fixture = with_page().with_deployment();
    fixture.edit("[notify.pushover]", "[notify.pushover]\nmin = \"down\"");
    fixture.up().ended(0);
    fixture.phone.take_new();
    let ran = fixture.deploy(&["announce", "Update", "--notify"]).run();
    let stderr = &ran.ended(1).stderr;
    snapshot!(&stderr[stderr.find("error:").unwrap()..], @"
    error: it is announced, but was not sent: no channel takes announcements

    hint: add a [notify.*] channel without `min`, then run `plexmon-deploy up`
    ");
    assert!(fixture.messages().is_empty());
}

#[test]
fn without_a_page_there_is_nothing_to_announce_on() {
    let fixture = Fixture::deployed();
    snapshot!(fixture.deploy(&["announce", "Update"]).run().whole(), @"
    exit 1
    --- stderr
    error: there is no status page to announce something on
      cause: parameter `/homelab/plex_remote_status_announcements` does not exist in us-east-1

    hint: add [page] to the configuration, then run `plexmon-deploy up`
    ");
    snapshot!(fixture.deploy(&["page"]).run().whole(), @"
    exit 1
    --- stderr
    error: no status page is deployed

    hint: add [page] to the configuration, then run `plexmon-deploy up`
    ");
}

#[test]
fn a_parameter_of_another_deployment_is_never_written() {
    let fixture = with_page().with_deployment();
    let others = Announcements::new("another-home").encode();
    let put = json!({ "Name": parameter(STATE), "Value": others, "Type": "String", "Overwrite": true });
    fixture.aws("ssm", "put_parameter", put);
    let ran = fixture.deploy(&["announce", "Update", "--clear"]).run().ended(1);
    assert!(ran.stderr.contains("belongs to another deployment"), "{}", ran.stderr);
    assert_eq!(announced(&fixture), Announcements::new("another-home"));
}

/// It works without [page] as well, and shows no more than the page would.
#[test]
fn the_page_is_written_as_files() {
    let fixture = with_page();
    fixture.edit("[page]\ntitle = \"Home\"\n", "");
    let fixture = fixture.with_deployment();
    let folder = fixture.home().join("site/status");
    let out = folder.to_str().unwrap().to_owned();
    let written = fixture.deploy(&["page", "--out", &out, "--json"]).run().ended(0).json();
    let expected = ["badge/plex.json", "badge/plex.svg", "feed.atom", "index.html", "status.json"];
    let mut files: Vec<&str> =
        written["files"].as_array().unwrap().iter().map(|file| file.as_str().unwrap()).collect();
    files.sort_unstable();
    assert_eq!(files, expected);
    let html = std::fs::read_to_string(folder.join("index.html")).unwrap();
    assert!(html.contains("data-overall=\"operational\"") && html.contains("data-target=\"plex\""), "{html}");
    for file in expected {
        let text = std::fs::read_to_string(folder.join(file)).unwrap();
        assert!(!text.contains("nas") && !text.contains("127.0.0.1"), "{file}: {text}");
    }
    let stale = folder.join("badge/old.svg");
    std::fs::write(&stale, "old").unwrap();
    let again = fixture.deploy(&["page", "--out", &out]).run().ended(0);
    assert!(
        again.stderr.contains("not part of the page, but in its folder") && stale.exists(),
        "{}",
        again.stderr
    );
}

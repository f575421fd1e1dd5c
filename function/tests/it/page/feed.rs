//! The feed: one entry for each event, with ids that stay.

use plexmon_function::contract::announcement::Announcement;
use plexmon_function::contract::history::{Class, EventKind};
use plexmon_function::contract::settings::Settings;
use plexmon_function::page::Data;
use plexmon_function::probe::Cause;
use roxmltree::{Document, Node};

use super::fixtures::{NOW, data, down, format, outage, record, settings, up, window};

const ATOM: &str = "http://www.w3.org/2005/Atom";

fn child<'a>(node: Node<'a, '_>, name: &str) -> &'a str {
    let found: Vec<_> = node.children().filter(|child| child.has_tag_name((ATOM, name))).collect();
    assert_eq!(found.len(), 1, "{name}");
    found[0].text().unwrap_or_default()
}

/// Id, time and title of each entry.
fn entries(text: &str) -> Vec<[String; 3]> {
    let document = Document::parse(text).unwrap();
    let feed = document.root_element();
    assert!(feed.has_tag_name((ATOM, "feed")));
    assert!(child(feed, "id").starts_with("tag:plexmon-"));
    assert_eq!(child(feed, "title"), "Home");
    let author = feed.children().find(|node| node.has_tag_name((ATOM, "author"))).unwrap();
    assert_eq!(child(author, "name"), "Home");
    let relations: Vec<_> = feed.children().filter_map(|node| node.attribute("rel")).collect();
    assert_eq!(relations, ["self", "alternate"]);
    let entries = feed.children().filter(|node| node.has_tag_name((ATOM, "entry")));
    let entries: Vec<_> = entries
        .map(|entry| {
            assert!(!child(entry, "content").is_empty());
            ["id", "updated", "title"].map(|name| child(entry, name).to_owned())
        })
        .collect();
    if let Some([_, newest, _]) = entries.first() {
        assert_eq!(child(feed, "updated"), newest);
    }
    entries
}

fn story(settings: &mut Settings) -> Data {
    settings.targets[0].label = Some("Movies".to_owned());
    settings.maintenance = vec![window(NOW + 3_600, NOW + 7_200, &["plex", "nas"])];
    let events = vec![
        outage(EventKind::Outage, 50, 12, Cause::Condition),
        outage(EventKind::Planned, 40, 30, Cause::Connect),
    ];
    let records = vec![("plex".to_owned(), record(&[&[(Class::Up, 288)]], events))];
    let announcement = Announcement {
        id: 7,
        text: "New disks\non Friday".to_owned(),
        made: NOW - 60,
        from: NOW,
        until: NOW,
    };
    Data { records, announcements: vec![announcement], ..data(down(settings, &["nas"])) }
}

#[test]
fn each_event_is_an_entry_and_the_newest_comes_first() {
    let mut settings = settings(&["plex", "nas"]);
    let data = story(&mut settings);
    let text = format(&settings, &data, "feed.atom");
    let titles: Vec<[String; 2]> = entries(&text).into_iter().map(|[_, at, title]| [at, title]).collect();
    let expected = [
        ["2026-11-03T10:04:00Z", "New disks"],
        ["2026-11-03T09:55:00Z", "nas is down"],
        ["2026-11-01T08:17:00Z", "Movies is up again"],
        ["2026-11-01T08:05:00Z", "Movies is down"],
        ["2026-10-27T11:05:00Z", "Planned maintenance: Movies, nas"],
    ];
    assert_eq!(titles, expected.map(|pair| pair.map(str::to_owned)));
    assert!(
        text.contains(
            "Movies: responds with errors for 12 min, from 2026-11-01 08:05 UTC to 2026-11-01 08:17 UTC"
        ),
        "{text}"
    );
}

#[test]
fn ids_stay_when_the_title_the_labels_or_the_time_change() {
    let mut settings = settings(&["plex", "nas"]);
    let data = story(&mut settings);
    let ids = |settings: &Settings, data: &Data| {
        let mut ids: Vec<String> =
            entries(&format(settings, data, "feed.atom")).into_iter().map(|[id, ..]| id).collect();
        ids.sort();
        ids
    };
    let before = ids(&settings, &data);
    settings.targets[1].label = Some("Files".to_owned());
    settings.schedule = Some("rate(1 hour)".to_owned());
    let mut ended = data.clone();
    ended.state = Some(up(&settings));
    let nas = record(&[&[(Class::Up, 288)]], vec![]);
    let mut nas = nas;
    let begin = NOW - 600;
    nas.events.push(plexmon_function::contract::history::Event {
        kind: EventKind::Outage,
        begin,
        end: NOW - 30,
        cause: None,
    });
    ended.records.push(("nas".to_owned(), nas));
    let after = ids(&settings, &ended);
    let maintenance = |id: &&String| !id.contains(":maintenance-");
    for id in before.iter().filter(maintenance) {
        assert!(after.contains(id), "{id} is not among {after:?}");
        assert!(id.starts_with("tag:plexmon-") && id.contains(",2026:"), "{id}");
    }
    assert_eq!(after.len(), before.len() + 1, "the end of the outage");
    let distinct: std::collections::BTreeSet<_> = after.iter().collect();
    assert_eq!(distinct.len(), after.len());
}

#[test]
fn there_are_at_most_fifty_entries() {
    let settings = settings(&["plex"]);
    let events = (0..40).map(|hour| outage(EventKind::Outage, 100 - hour, 5, Cause::Home)).collect();
    let records = vec![("plex".to_owned(), record(&[&[(Class::Up, 288)]], events))];
    let found = entries(&format(&settings, &Data { records, ..data(up(&settings)) }, "feed.atom"));
    assert_eq!(found.len(), 50);
    assert_eq!(found[0][1], "2026-10-31T21:10:00Z", "the latest");
    let empty = entries(&format(&settings, &Data::default(), "feed.atom"));
    assert_eq!(empty.len(), 0);
}

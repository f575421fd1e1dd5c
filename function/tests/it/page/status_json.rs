//! The JSON in the shape of Statuspage's summary, and the badges.

use plexmon_function::page::{Data, PageRequest, PageServer};
use roxmltree::Node;
use serde_json::{Value, json};

use super::fixtures::{Memory, NOW, data, down, event, format, settings, up, window};

fn summary(settings: &plexmon_function::contract::settings::Settings, data: &Data) -> Value {
    serde_json::from_str(&format(settings, data, "status.json")).unwrap()
}

/// The names of an object's fields.
fn fields(value: &Value) -> Vec<&str> {
    let mut fields: Vec<&str> = value.as_object().unwrap().keys().map(String::as_str).collect();
    fields.sort_unstable();
    fields
}

const COMPONENT: [&str; 13] = [
    "created_at",
    "description",
    "group",
    "group_id",
    "id",
    "name",
    "only_show_if_degraded",
    "page_id",
    "position",
    "showcase",
    "start_date",
    "status",
    "updated_at",
];

#[test]
fn the_summary_has_the_fields_that_clients_know() {
    let mut settings = settings(&["plex", "nas", "web"]);
    settings.targets[0].group = Some("Media".to_owned());
    settings.targets[1].group = Some("Media".to_owned());
    settings.targets[1].label = Some("Files".to_owned());
    settings.maintenance = vec![window(NOW + 60, NOW + 120, &["web"])];
    let found = summary(&settings, &data(down(&settings, &["nas"])));
    assert_eq!(found["page"]["name"], "Home");
    assert_eq!(found["page"]["updated_at"], "2026-11-03T10:04:00Z");
    assert_eq!(fields(&found["page"]), ["id", "name", "time_zone", "updated_at", "url"]);
    assert_eq!(found["status"], json!({ "indicator": "major", "description": "Partial System Outage" }));
    let components = found["components"].as_array().unwrap();
    let rows: Vec<_> = components
        .iter()
        .map(|one| (&one["id"], &one["name"], &one["status"], &one["group_id"], &one["position"]))
        .map(|row| json!([row.0, row.1, row.2, row.3, row.4]))
        .collect();
    assert_eq!(
        Value::from(rows),
        json!([
            ["group:Media", "Media", "partial_outage", null, 1],
            ["plex", "plex", "operational", "group:Media", 2],
            ["nas", "Files", "major_outage", "group:Media", 3],
            ["web", "web", "operational", null, 4],
        ])
    );
    assert_eq!(components[0]["components"], json!(["plex", "nas"]));
    assert_eq!(components[2]["description"], "not reachable");
    for component in components {
        for field in COMPONENT {
            assert!(component.get(field).is_some(), "{field} of {component}");
        }
    }
    let incident = &found["incidents"][0];
    assert_eq!(incident["id"], format!("nas-{}", NOW - 600));
    assert_eq!((&incident["name"], &incident["impact"]), (&json!("Files is down"), &json!("major")));
    assert_eq!(incident["created_at"], "2026-11-03T09:55:00Z");
    assert_eq!(incident["incident_updates"][0]["body"], "Files: not reachable");
    assert_eq!(found["incidents"].as_array().unwrap().len(), 1);
    let maintenance = &found["scheduled_maintenances"][0];
    assert_eq!(maintenance["status"], "scheduled");
    assert_eq!(maintenance["scheduled_for"], "2026-11-03T10:06:00Z");
    assert_eq!(maintenance["scheduled_until"], "2026-11-03T10:07:00Z");
}

#[test]
fn the_indicator_is_the_worst_that_matters() {
    let mut settings = settings(&["plex", "nas"]);
    let of = |settings: &_, data: &Data| {
        let found = summary(settings, data);
        let text = |field: &str| found["status"][field].as_str().unwrap().to_owned();
        (text("indicator"), text("description"), found["incidents"].as_array().unwrap().len())
    };
    let expected =
        |indicator: &str, text: &str, incidents| (indicator.to_owned(), text.to_owned(), incidents);
    let all_up = data(up(&settings));
    assert_eq!(of(&settings, &all_up), expected("none", "All Systems Operational", 0));
    let all_down = data(down(&settings, &["plex", "nas"]));
    assert_eq!(of(&settings, &all_down), expected("critical", "Major Service Outage", 2));
    let failing = Data { failing_since: Some(NOW), ..all_down.clone() };
    assert_eq!(of(&settings, &failing), expected("minor", "Not checked since 2026-11-03T10:04:00Z", 0));
    assert_eq!(of(&settings, &Data::default()), expected("minor", "Not checked yet", 0));
    settings.maintenance = vec![window(NOW - 3_600, NOW + 60, &[])];
    assert_eq!(of(&settings, &all_down), expected("none", "Service Under Maintenance", 0));
}

#[test]
fn nothing_that_is_unknown_is_operational() {
    let settings = settings(&["plex"]);
    let failing = Data { failing_since: Some(NOW), ..data(up(&settings)) };
    for data in [failing, Data::default()] {
        let found = summary(&settings, &data);
        assert_eq!(found["components"][0]["status"], "degraded_performance");
        let description = found["components"][0]["description"].as_str().unwrap();
        assert!(description.starts_with("not checked "), "{description}");
    }
}

#[tokio::test]
async fn a_badge_has_its_text_for_those_who_do_not_see_it() {
    let mut settings = settings(&["plex"]);
    settings.targets[0].label = Some("Movies & series".to_owned());
    let memory = Memory::with(&down(&settings, &["plex"]), &settings);
    let mut server = PageServer::new(settings, &memory);
    let svg = server.respond(PageRequest::of(&event("GET", "/badge/plex.svg", &[])), NOW).await.body;
    let document = roxmltree::Document::parse(&svg).unwrap();
    let root = document.root_element();
    assert!(root.has_tag_name(("http://www.w3.org/2000/svg", "svg")));
    assert_eq!((root.attribute("role"), root.attribute("height")), (Some("img"), Some("20")));
    assert_eq!(root.attribute("aria-label"), Some("Movies & series: down"));
    let title = root.first_element_child().unwrap();
    assert_eq!((title.tag_name().name(), title.text()), ("title", Some("Movies & series: down")));
    let texts: Vec<_> =
        root.descendants().filter(|node| node.has_tag_name(("http://www.w3.org/2000/svg", "text"))).collect();
    assert_eq!(texts.iter().filter_map(Node::text).collect::<Vec<_>>(), ["Movies & series", "down"]);
    let width: usize = root.attribute("width").unwrap().parse().unwrap();
    let end = |node: &Node<'_, '_>| {
        let number = |name| node.attribute(name).unwrap().parse::<usize>().unwrap();
        number("x") + number("textLength")
    };
    assert!(texts.iter().all(|text| end(text) < width), "{svg}");
    let shields = server.respond(PageRequest::of(&event("GET", "/badge/plex.json", &[])), NOW).await.body;
    let shields: Value = serde_json::from_str(&shields).unwrap();
    let expected = json!({
        "schemaVersion": 1,
        "label": "Movies & series",
        "message": "down",
        "color": "#cf222e",
        "isError": false,
        "cacheSeconds": 60,
    });
    assert_eq!(shields, expected);
}

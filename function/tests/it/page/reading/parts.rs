//! What is shown when only a part of what is stored can be read.

use plexmon_function::contract::history::{Class, Parameter, ResponseTime, ResponseTimes, hour_of};
use serde_json::Value;

use super::super::fixtures::{NOW, record, settings, text};
use super::super::ssm::Ssm;
use super::{Page, STATE, counted};

#[tokio::test]
async fn without_the_history_the_current_status_is_shown() {
    let mut page = Page::new(settings(&["plex"])).await;
    page.ssm.deny("_history");
    assert_eq!(page.overall().await, (200, "operational".to_owned()));
    let warning = page.server.take_warning().unwrap();
    assert!(warning.starts_with("the history cannot be read: ssm:GetParameter"), "{warning}");
    // The page asks again, and keeps what it has read.
    page.ssm.deny("");
    page.ssm.put(&format!("{STATE}_history"), "{");
    page.pass(60).await;
    assert_eq!(page.overall().await.0, 200);
    assert_eq!(page.server.take_warning().as_deref(), Some("a part of the history cannot be read"));
}

/// The app of the page's JSON with this name.
async fn component(page: &mut Page, name: &str) -> Value {
    let summary: Value = serde_json::from_str(&page.get("/status.json").await.body).unwrap();
    summary["components"].as_array().unwrap().iter().find(|one| one["name"] == name).unwrap().clone()
}

#[tokio::test]
async fn a_part_of_the_history_that_cannot_be_read_is_left_as_it_was() {
    let mut page = Page::new(settings(&["plex", "nas"])).await;
    let store = |ssm: &Ssm, number: &str, name: &str, class| {
        let mut parameter = Parameter::new("test");
        parameter.records.insert(name.to_owned(), record(&[&[(class, 1)]], Vec::new()));
        ssm.put(&format!("{STATE}_history{number}"), parameter.encode(90));
    };
    store(&page.ssm, "", "plex", Class::Down);
    store(&page.ssm, "2", "nas", Class::Down);
    let uptimes = async |page: &mut Page| {
        let (plex, nas) = (component(page, "plex").await, component(page, "nas").await);
        (plex["uptime"]["7d"].as_f64(), nas["uptime"]["7d"].as_f64())
    };
    assert_eq!(uptimes(&mut page).await, (Some(0.0), Some(0.0)));
    page.ssm.put(&format!("{STATE}_history"), "{");
    store(&page.ssm, "2", "nas", Class::Up);
    page.pass(300).await;
    assert_eq!(uptimes(&mut page).await, (Some(0.0), Some(100.0)));
    store(&page.ssm, "", "plex", Class::Up);
    page.pass(10).await;
    assert_eq!(uptimes(&mut page).await, (Some(100.0), Some(100.0)), "it is tried again at once");
}

#[tokio::test]
async fn a_history_that_was_never_read_is_not_known() {
    let mut page = Page::new(settings(&["plex"])).await;
    let mut state = counted(&page.settings, 5);
    state.ts = NOW - 60;
    let history = state.history.as_mut().unwrap();
    history.hour = hour_of(NOW);
    history.times.insert("plex".to_owned(), ResponseTimes(vec![ResponseTime::of_ms(64.0)]));
    history.runs = 3;
    page.ssm.put(STATE, text(&state));
    let is_known = async |page: &mut Page| {
        let html = page.get("/").await.body;
        let has_outages = html.contains("None today.");
        assert_ne!(has_outages, html.contains("<h2>Outages</h2><p>Unknown</p>"), "{html}");
        let uptime = component(page, "plex").await["uptime"]["24h"].as_f64();
        assert_eq!(uptime, has_outages.then_some(100.0));
        assert_eq!(html.contains("data-uptime-90d=\"100.00\""), has_outages, "{html}");
        has_outages
    };
    page.ssm.deny("_history");
    assert!(!is_known(&mut page).await);
    page.ssm.calls();
    page.ssm.deny("");
    page.pass(59).await;
    assert!(!is_known(&mut page).await);
    assert_eq!(
        page.ssm.calls(),
        ["GetParameters status announcements"],
        "the history was asked for recently"
    );
    page.pass(10).await;
    page.ssm.put(&format!("{STATE}_history"), "{");
    assert!(!is_known(&mut page).await);
    page.ssm.put(&format!("{STATE}_history"), Parameter::new("test").encode(90));
    page.pass(10).await;
    assert!(is_known(&mut page).await);
}

#[tokio::test]
async fn announcements_are_read_even_if_the_state_is_not_one() {
    let mut page = Page::new(settings(&["plex"])).await;
    page.get("/").await;
    let announcements = serde_json::json!({
        "version": 1, "deployment": "x",
        "announcements": [{ "id": 1, "text": "New disks", "made": NOW, "from": NOW, "until": NOW + 600 }],
    });
    page.ssm.put(STATE, "{");
    page.ssm.put(&format!("{STATE}_announcements"), announcements.to_string());
    page.pass(10).await;
    assert!(page.get("/feed.atom").await.body.contains("New disks"));
    assert_eq!(page.overall().await, (200, "unknown".to_owned()));
}

#[tokio::test]
async fn announcements_that_cannot_be_read_are_left_as_they_were() {
    let mut page = Page::new(settings(&["plex"])).await;
    let announcements = serde_json::json!({
        "version": 1, "deployment": "x",
        "announcements": [{ "id": 1, "text": "New disks", "made": NOW, "from": NOW, "until": NOW + 600 }],
    });
    let name = format!("{STATE}_announcements");
    page.ssm.put(&name, announcements.to_string());
    assert!(page.get("/feed.atom").await.body.contains("New disks"));
    for garbage in ["", "{", "[]", "{\"version\":2}"] {
        page.ssm.put(&name, garbage);
        page.pass(60).await;
        assert!(page.get("/feed.atom").await.body.contains("New disks"), "{garbage}");
        assert_eq!(page.server.take_warning().as_deref(), Some("the announcements cannot be read"));
        assert_eq!(page.overall().await, (200, "operational".to_owned()));
    }
}

//! What is shown as if it were now.

use plexmon_function::page::html::page;
use plexmon_function::page::view::{AppStatus, Freshness};
use plexmon_function::page::{Language, View};

use super::super::examples::{self, NOW};
use super::parsed::visible;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;

#[test]
fn a_response_time_is_a_current_one() {
    let shown = |view: &View| visible(&page(view, Language::En)).contains("Response time 219_ms ");
    let mut view = examples::one();
    for (status, is_shown) in [
        (AppStatus::Up, true),
        (AppStatus::Degraded, true),
        (AppStatus::Down, false),
        (AppStatus::Maintenance, false),
        (AppStatus::Unknown, false),
    ] {
        view.groups[0].apps[0].status = status;
        assert_eq!(shown(&view), is_shown, "{status:?}");
        assert!(page(&view, Language::En).contains("response times of the last 24 hours"));
    }
    view.groups[0].apps[0].status = AppStatus::Up;
    *view.groups[0].apps[0].response_ms.last_mut().unwrap() = None;
    let text = visible(&page(&view, Language::En));
    assert!(text.contains("\nResponse time Plex: response times"), "{text}");
}

#[test]
fn an_outage_does_not_grow_without_results() {
    let mut view = examples::outage();
    let line = |view: &View, language| {
        let text = visible(&page(view, language));
        let found = text.lines().find(|line| line.contains(" 13:07_CET, n") && line.starts_with("Movies"));
        found.unwrap().to_owned()
    };
    let stale = |checked| (Freshness::Stale(checked), Some(checked));
    (view.freshness, view.checked) = stale(NOW - 20 * MINUTE);
    assert_eq!(line(&view, Language::En), "Movies and series at least 40_min since 13:07_CET, not reachable");
    assert_eq!(
        line(&view, Language::De),
        "Movies and series mindestens 40_Min. seit 13:07_CET, nicht erreichbar"
    );
    // It was found by the last check.
    (view.freshness, view.checked) = stale(NOW - HOUR);
    assert_eq!(line(&view, Language::En), "Movies and series since 13:07_CET, not reachable");
}

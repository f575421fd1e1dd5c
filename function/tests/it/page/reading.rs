//! What is read of SSM, how often, and what is shown when it fails.

mod parts;

use std::time::Duration;

use plexmon_function::contract::history::{Class, Parameter};
use plexmon_function::contract::settings::Settings;
use plexmon_function::contract::state::{HistoryState, State};
use plexmon_function::page::{PageRequest, PageServer, Response};
use plexmon_function::store::SsmReader;
use tokio::time::{Instant, advance, pause, resume};

use super::fixtures::{NOW, event, header, record, settings, text, up};
use super::ssm::{Mood, Ssm};

const STATE: &str = "/homelab/plex_remote_status";

/// A page with its store.
struct Page {
    ssm: Ssm,
    server: PageServer<SsmReader>,
    settings: Settings,
    now: u64,
}

impl Page {
    async fn new(settings: Settings) -> Self {
        let ssm = Ssm::start().await;
        ssm.put(STATE, text(&counted(&settings, 5)));
        let server = PageServer::new(settings.clone(), ssm.reader(None));
        Self { ssm, server, settings, now: NOW }
    }

    async fn get(&mut self, path: &str) -> Response {
        self.server.respond(PageRequest::of(&event("GET", path, &[])), self.now).await
    }

    /// The overall status that the page shows, with the HTTP status.
    async fn overall(&mut self) -> (u16, String) {
        let response = self.get("/").await;
        let (_, rest) = response.body.split_once("data-overall=\"").unwrap();
        (response.status, rest.split('"').next().unwrap().to_owned())
    }

    /// Let time pass.
    async fn pass(&mut self, seconds: u64) {
        self.now += seconds;
        pause();
        advance(Duration::from_secs(seconds)).await;
        resume();
    }
}

/// A state whose history has closed this many hours.
fn counted(settings: &Settings, seq: u32) -> State {
    let history = HistoryState { epoch: 1, seq, hour: 498_250, parameters: 1, ..HistoryState::default() };
    State { history: Some(history), ..up(settings) }
}

#[tokio::test]
async fn a_flood_of_requests_reads_the_state_once_in_ten_seconds_and_the_history_seldom() {
    let mut page = Page::new(settings(&["plex"])).await;
    for path in ["/", "/status.json", "/feed.atom", "/badge/plex.svg", "/badge/nas.svg"].repeat(40) {
        page.get(path).await;
    }
    assert_eq!(page.ssm.calls(), ["GetParameters status announcements", "GetParameters history"]);
    page.pass(9).await;
    page.get("/").await;
    assert_eq!(page.ssm.calls(), [""; 0]);
    for _ in 0..2 {
        page.pass(10).await;
        page.get("/").await;
        page.get("/").await;
        assert_eq!(page.ssm.calls(), ["GetParameters status announcements"]);
    }
    page.ssm.put(STATE, text(&counted(&page.settings, 6)));
    page.pass(10).await;
    page.get("/").await;
    let both = ["GetParameters status announcements", "GetParameters history"];
    assert_eq!(page.ssm.calls(), both, "an hour was closed");
    page.pass(299).await;
    page.get("/").await;
    assert_eq!(page.ssm.calls(), both[..1]);
    page.pass(10).await;
    page.get("/").await;
    assert_eq!(page.ssm.calls(), both, "after five minutes");
}

/// Lambda freezes the environment, and the monotonic clock with it.
#[tokio::test]
async fn after_a_freeze_everything_is_read_again() {
    let both = ["GetParameters status announcements", "GetParameters history"];
    let mut page = Page::new(settings(&["plex"])).await;
    page.get("/").await;
    assert_eq!(page.ssm.calls(), both);
    for (later, expected) in [(9, &both[..0]), (1, &both[..1]), (289, &both[..1]), (10, &both)] {
        page.now += later;
        page.get("/").await;
        assert_eq!(page.ssm.calls(), expected, "after {later} seconds");
    }
    page.now -= 5;
    page.get("/").await;
    assert_eq!(page.ssm.calls(), [""; 0]);
    page.now -= 3_600;
    page.get("/").await;
    assert_eq!(page.ssm.calls(), both, "the clock was set back");
    page.ssm.set(Mood::Denied);
    for (later, has_warning) in [(10, true), (50, false), (10, true)] {
        page.now += later;
        page.get("/").await;
        assert_eq!(page.server.take_warning().is_some(), has_warning, "after {later} seconds");
    }
}

#[tokio::test]
async fn what_leads_nowhere_reads_nothing() {
    let mut page = Page::new(settings(&["plex"])).await;
    page.get("/x").await;
    page.server.respond(PageRequest::of(&event("POST", "/", &[])), NOW).await;
    assert_eq!(page.ssm.calls(), [""; 0]);
}

#[tokio::test]
async fn where_batches_are_denied_parameters_are_read_one_by_one() {
    let mut page = Page::new(settings(&["plex"])).await;
    page.ssm.set(Mood::BatchDenied);
    assert_eq!(page.overall().await, (200, "operational".to_owned()));
    let mut calls = page.ssm.calls();
    calls[1..3].sort();
    let expected = [
        "GetParameters status announcements",
        "GetParameter announcements",
        "GetParameter status",
        "GetParameters history",
        "GetParameter history",
    ];
    assert_eq!(calls, expected);
    assert_eq!(page.server.take_warning(), None);
    page.pass(10).await;
    page.get("/").await;
    assert_eq!(page.ssm.calls().len(), 3, "the role may have been new");
    page.ssm.set(Mood::Well);
    page.pass(10).await;
    page.get("/").await;
    assert_eq!(page.ssm.calls(), ["GetParameters status announcements"]);
}

#[tokio::test]
async fn many_parameters_are_read_ten_at_a_time() {
    let names: Vec<String> = (0..40).map(|at| format!("target-{at}")).collect();
    let settings = settings(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let mut page = Page::new(settings.clone()).await;
    for (at, name) in names.iter().enumerate() {
        let mut parameter = Parameter::new("test");
        parameter.records.insert(name.clone(), record(&[&[(Class::Down, 1)]], Vec::new()));
        let number = if at == 0 { String::new() } else { (at + 1).to_string() };
        page.ssm.put(&format!("{STATE}_history{number}"), parameter.encode(90));
    }
    // In two parts, of which the settings know, or do not know.
    let (first, second) = settings.targets.split_at(25);
    let part = |targets: &[_], parts| {
        let settings = Settings { targets: targets.to_vec(), ..settings.clone() };
        text(&State { parts, ..up(&settings) })
    };
    page.ssm.put(STATE, part(first, 9));
    page.ssm.put(&format!("{STATE}_part7"), part(second, 0));
    // The four calls for the history are made at the same time: none is answered before all have come.
    page.ssm.answer_together("_history", 4);
    assert_eq!(page.overall().await, (200, "operational".to_owned()));
    let body = page.get("/status.json").await.body;
    assert_eq!(body.matches("\"status\":\"operational\"").count(), 40, "{body}");
    let html = page.get("/").await.body;
    assert_eq!(html.matches("dn\"").count(), 40, "every record was found");
}

#[tokio::test]
async fn without_any_data_the_page_says_that_it_is_unknown() {
    for mood in [Mood::Denied, Mood::Throttled, Mood::Garbage] {
        let mut page = Page::new(settings(&["plex"])).await;
        page.ssm.set(mood);
        for path in ["/", "/status.json", "/feed.atom"] {
            let response = page.get(path).await;
            assert_eq!(response.status, 503, "{mood:?} {path}");
            assert_eq!(header(&response, "cache-control"), Some("no-store"));
            assert_eq!(header(&response, "retry-after"), Some("10"));
        }
        assert_eq!(page.overall().await, (503, "unknown".to_owned()), "{mood:?}");
        let badge = page.get("/badge/plex.json").await;
        assert_eq!(badge.status, 200, "an image that another page shows");
        assert!(badge.body.contains("\"message\":\"unknown\""), "{}", badge.body);
        let warning = page.server.take_warning().unwrap();
        assert!(warning.starts_with("the state cannot be read: ssm:GetParameter"), "{warning}");
        page.ssm.set(Mood::Well);
        assert_eq!(page.overall().await.0, 503, "it was asked a moment ago");
        page.pass(10).await;
        assert_eq!(page.overall().await, (200, "operational".to_owned()), "{mood:?}");
    }
}

#[tokio::test]
async fn when_reading_fails_the_last_copy_is_shown_as_unknown() {
    let mut page = Page::new(settings(&["plex"])).await;
    let mut parameter = Parameter::new("test");
    parameter.records.insert("plex".to_owned(), record(&[&[(Class::Down, 1)]], Vec::new()));
    page.ssm.put(&format!("{STATE}_history"), parameter.encode(90));
    assert_eq!(page.overall().await, (200, "operational".to_owned()));
    for mood in [Mood::Denied, Mood::Throttled, Mood::Garbage] {
        page.ssm.set(mood);
        page.pass(10).await;
        let html = page.get("/").await;
        assert_eq!(html.status, 200);
        assert!(html.body.contains("data-overall=\"unknown\""), "{mood:?}");
        for path in ["/", "/status.json", "/badge/plex.svg"] {
            assert_eq!(header(&page.get(path).await, "cache-control"), Some("no-store"), "{mood:?} {path}");
        }
        assert!(html.body.contains("dn\""), "the past is known: {}", html.body);
        page.ssm.set(Mood::Well);
        page.pass(10).await;
        assert_eq!(page.overall().await, (200, "operational".to_owned()), "{mood:?}");
    }
    // A value that is not a state is no better than none.
    page.ssm.put(STATE, "[1]");
    page.pass(10).await;
    assert_eq!(page.overall().await, (200, "unknown".to_owned()));
}

#[tokio::test]
async fn failures_are_reported_once_a_minute_and_without_the_visitor() {
    let mut page = Page::new(settings(&["plex"])).await;
    page.ssm.set(Mood::Denied);
    let mut warnings = Vec::new();
    for _ in 0..13 {
        let event = event("GET", "/", &[("user-agent", "visitor")]);
        page.server.respond(PageRequest::of(&event), page.now).await;
        warnings.extend(page.server.take_warning());
        page.pass(10).await;
    }
    assert_eq!(warnings.len(), 3);
    for part in ["visitor", "192.0.2.9", "GET"] {
        assert!(!warnings[0].contains(part), "{}", warnings[0]);
    }
}

#[tokio::test]
async fn nothing_stored_means_that_nothing_was_checked_yet() {
    let ssm = Ssm::start().await;
    let mut server = PageServer::new(settings(&["plex"]), ssm.reader(None));
    let response = server.respond(PageRequest::of(&event("GET", "/status.json", &[])), NOW).await;
    assert_eq!(response.status, 200);
    assert!(response.body.contains("Not checked yet"), "{}", response.body);
    assert_eq!(server.take_warning(), None);
}

/// In virtual time, which passes while nothing happens.
#[tokio::test(start_paused = true)]
async fn a_store_that_does_not_answer_keeps_no_visitor_waiting() {
    let mut page = Page::new(settings(&["plex"])).await;
    page.ssm.set(Mood::Silent);
    let begin = Instant::now();
    assert_eq!(page.overall().await, (503, "unknown".to_owned()));
    assert!(begin.elapsed() <= Duration::from_millis(4_100), "{:?}", begin.elapsed());
    let begin = Instant::now();
    assert_eq!(page.overall().await.0, 503);
    assert!(begin.elapsed() < Duration::from_millis(100), "the next one does not wait at all");
}

#[tokio::test]
async fn the_state_is_read_in_the_monitors_region() {
    for (home, expected) in [(None, "eu-central-1"), (Some("us-east-1"), "us-east-1")] {
        let ssm = Ssm::start().await;
        let mut server = PageServer::new(settings(&["plex"]), ssm.reader(home));
        server.respond(PageRequest::of(&event("GET", "/", &[])), NOW).await;
        let head = ssm.last_head();
        assert!(head.contains(&format!("/{expected}/ssm/aws4_request")), "{head}");
    }
}

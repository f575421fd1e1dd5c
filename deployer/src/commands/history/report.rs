//! What `history` says about each target, before it is text, JSON or CSV.

use plexmon_function::contract::history::{Event, EventKind, Percent, TargetHistory};
use plexmon_function::contract::settings::Clock;
use plexmon_function::probe::Cause;
use serde::{Serialize, Serializer};

use crate::history::{Checks, Window};

#[derive(Debug, Serialize)]
pub(super) struct Report {
    /// Unix seconds, as all times.
    pub(super) since: u64,
    pub(super) until: u64,
    pub(super) targets: Vec<TargetReport>,
    pub(super) problems: Vec<String>,
    #[serde(skip)]
    pub(super) clock: Clock,
}

#[derive(Debug, Serialize)]
pub(super) struct TargetReport {
    pub(super) name: String,
    /// From when on its checks count; `null` if there are none.
    pub(super) since: Option<u64>,
    #[serde(serialize_with = "percent")]
    pub(super) uptime: Option<Percent>,
    checks: Checks,
    pub(super) outages: usize,
    /// How long it was down, without planned outages.
    pub(super) down_seconds: u64,
    /// The oldest one first.
    pub(super) events: Vec<EventReport>,
}

#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct EventReport {
    #[serde(serialize_with = "kind")]
    pub(super) kind: EventKind,
    pub(super) begin: u64,
    /// `null` if it lasts.
    pub(super) end: Option<u64>,
    /// The length so far, if it lasts.
    pub(super) seconds: u64,
    pub(super) cause: Option<Cause>,
}

impl Report {
    pub(super) fn new<'a>(
        histories: impl Iterator<Item = &'a (String, TargetHistory)>,
        window: Window,
        clock: &Clock,
        now: u64,
        problems: Vec<String>,
    ) -> Self {
        let target =
            |(name, history): &(String, TargetHistory)| TargetReport::new(name, history, window, clock);
        Self {
            since: window.begin,
            until: now,
            targets: histories.map(target).collect(),
            problems,
            clock: clock.clone(),
        }
    }
}

impl TargetReport {
    fn new(name: &str, history: &TargetHistory, window: Window, clock: &Clock) -> Self {
        let ended = history.record.events.iter().map(|event| EventReport::of(event, Some(event.end)));
        let lasting = history.outage.iter().map(|event| EventReport::of(event, None));
        let end = |event: &EventReport| event.end.unwrap_or(u64::MAX);
        let mut events: Vec<_> = ended.chain(lasting).filter(|event| end(event) >= window.begin).collect();
        events.sort_by_key(|event| (event.begin, end(event)));
        let outages = || events.iter().filter(|event| event.is_outage());
        let down = outages().map(|event| {
            let before = window.begin.saturating_sub(event.begin);
            event.seconds.saturating_sub(before)
        });
        let counts = window.counts(history);
        Self {
            name: name.to_owned(),
            since: window.begin_of(history, clock),
            uptime: history.uptime_since(window.begin, &counts).percent(),
            checks: counts.into(),
            outages: outages().count(),
            down_seconds: down.sum(),
            events,
        }
    }
}

impl EventReport {
    fn of(event: &Event, end: Option<u64>) -> Self {
        Self { kind: event.kind, begin: event.begin, end, seconds: event.length(), cause: event.cause }
    }

    fn is_outage(&self) -> bool {
        matches!(self.kind, EventKind::Outage | EventKind::Interrupted)
    }
}

/// Return the name of a kind in JSON and CSV.
pub(super) fn kind_name(kind: EventKind) -> &'static str {
    match kind {
        EventKind::Outage => "outage",
        EventKind::Planned => "planned",
        EventKind::Interrupted => "interrupted",
        EventKind::CheckChanged => "check_changed",
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn kind<S: Serializer>(kind: &EventKind, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(kind_name(*kind))
}

#[expect(clippy::ref_option, reason = "serde passes a reference")]
fn percent<S: Serializer>(percent: &Option<Percent>, serializer: S) -> Result<S::Ok, S::Error> {
    percent.map(Percent::value).serialize(serializer)
}

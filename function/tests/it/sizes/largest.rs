//! A state with every field at its maximum.

use std::collections::BTreeMap;

use plexmon_function::contract::history::{
    Class, Counts, Event, EventKind, EventList, ResponseTime, ResponseTimes,
};
use plexmon_function::contract::notification::{Notification, NotificationKind, NotificationScope};
use plexmon_function::contract::parts::{MAX_PARTS, layout, merge, split};
use plexmon_function::contract::settings::{Settings, Target};
use plexmon_function::contract::state::{
    ClosedRuns, DomainState, DomainStatus, HistoryState, LastNotified, Lease, MAX_BYTES, MAX_RECENT,
    MonitorState, State, Status, Streak, Suppressed, Tally, TargetState, Warning,
};
use plexmon_function::probe::Cause;

use super::many;
use crate::fixtures::pushover;

/// The kinds of notifications that one target can have in the outbox at the same time.
const LARGEST: [NotificationKind; 6] = [
    NotificationKind::Up,
    NotificationKind::WasDown,
    NotificationKind::Down,
    NotificationKind::Certificate,
    NotificationKind::Reminder,
    NotificationKind::Flapping,
];

fn warnings(when: u64, long: &str) -> BTreeMap<String, Warning> {
    let met = Some(Streak { since: when, runs: 9_999 });
    let warning = Warning { since: when, runs: 9_999, active: true, met, why: Some(long.to_owned()) };
    (0..20).map(|at| (format!("disk:/data/{at}"), warning.clone())).collect()
}

fn largest_domain(name: &str, when: u64) -> DomainState {
    DomainState {
        name: name.to_owned(),
        asked: when,
        expires: Some(when),
        warned: Some(30),
        status: Some(DomainStatus::RedemptionPeriod),
    }
}

/// The largest state that these settings can lead to: every field is set, to its longest value.
fn largest_state(settings: &Settings) -> State {
    let when = 9_999_999_999;
    let long = "\u{1F980}{{\"\\".repeat(20);
    let streak = Some(Streak { since: when, runs: 9_999 });
    let channels: Vec<&str> = settings.channel_names();
    let target = |target: &Target| TargetState {
        name: target.name.clone(),
        check: target.check_id(),
        status: Status::Unknown,
        since: when,
        seq: 9_999,
        why: Some(long.clone()),
        cause: Some(Cause::Maintenance),
        detail: Some(Cause::Maintenance),
        notified: channels
            .iter()
            .map(|name| ((*name).to_owned(), LastNotified::Failed(long.clone())))
            .collect(),
        pending: streak,
        unknown: streak,
        slow: streak,
        warnings: warnings(when, &long),
        domain: target.domain.as_ref().map(|domain| largest_domain(&domain.name, when)),
        scope: Some(NotificationScope::Group),
        suppressed: Some(Suppressed { status: Status::Unknown, since: when }),
        changes: streak,
        flapping: target.damp,
        reminded: Some(when),
        certificate: Some(14),
        certificate_until: Some(when),
        identity: target.pin.then(|| "0123456789abcdef".repeat(3)),
        app_version: target.tell_version.then(|| long.clone()),
        ..largest_history_of_a_target()
    };
    let entries = |target: &Target| {
        let entries = LARGEST.into_iter().zip(9_990..).flat_map(|(kind, seq)| {
            channels
                .iter()
                .map(|channel| largest_notification(target, channel, seq, kind))
                .collect::<Vec<_>>()
        });
        entries.collect::<Vec<_>>()
    };
    State {
        status: Status::Unknown,
        ts: when,
        version: 1,
        deployment: settings.deployment.clone(),
        parts: MAX_PARTS,
        paused_until: Some(when),
        commanded: Some(when),
        next: Some(when),
        tick: Some("01234567".to_owned()),
        lease: Some(Lease { by: "0123456789abcdef".to_owned(), until: when }),
        begin_at: 999,
        monitor: largest_monitor(&channels, when),
        history: Some(largest_history(settings)),
        is_uncounted: true,
        targets: settings.targets.iter().map(target).collect(),
        outbox: settings.targets.iter().flat_map(entries).collect(),
    }
}

fn largest_notification(target: &Target, channel: &str, seq: u32, kind: NotificationKind) -> Notification {
    let (when, long) = (9_999_999_999, "\u{1F980}{{\"\\".repeat(20));
    Notification {
        id: format!("{}:{seq}:{channel}", target.name),
        until: Some(when),
        times: 3_333,
        first: true,
        unread: true,
        unproven: true,
        sent: 3,
        next: Some(when),
        tries: 9_999,
        scope: Some(NotificationScope::Site),
        why: Some(long.clone()),
        error: Some(long),
        ..Notification::new(kind, when)
    }
}

fn largest_history(settings: &Settings) -> HistoryState {
    let times = ResponseTimes(vec![ResponseTime::of_ms(1e9); 120]);
    let all = || settings.targets.iter().map(|target| (target.name.clone(), times.clone())).collect();
    HistoryState {
        epoch: u32::MAX,
        seq: u32::MAX,
        hour: u32::MAX,
        runs: u32::MAX,
        stride: 0,
        times: all(),
        closed: Some(ClosedRuns { hour: u32::MAX, runs: u32::MAX }),
        closed_times: all(),
        parameters: 250,
    }
}

fn largest_history_of_a_target() -> TargetState {
    let (tally, events) = (Some(largest_tally()), EventList(vec![largest_event(); 30]));
    TargetState {
        tally,
        closed: tally,
        recent: vec![9_999_999_999; MAX_RECENT],
        events: events.clone(),
        closed_events: events,
        ..TargetState::default()
    }
}

fn largest_tally() -> Tally {
    let mut counts = Counts::default();
    Class::ALL.into_iter().for_each(|class| counts.add(class, 255));
    Tally { hour: (1 << 24) - 1, class: Class::Unknown, from: 1_023, counts, pending: 255 }
}

fn largest_event() -> Event {
    let begin = u64::from(u32::MAX);
    Event {
        kind: EventKind::CheckChanged,
        begin,
        end: begin + (1 << 26) - 1,
        cause: Some(Cause::MonitorOffline),
    }
}

fn largest_monitor(channels: &[&str], when: u64) -> MonitorState {
    MonitorState {
        seq: 9_999,
        offline_since: Some(when),
        offline_notified: true,
        broken: channels.iter().map(|name| (*name).to_owned()).collect(),
        not_before: channels.iter().map(|name| ((*name).to_owned(), when)).collect(),
        account_closes: Some(when),
        account_warned: Some(30),
        reported: Some(65_535),
    }
}

/// The number of outages that each channel still has to be notified of, by target.
fn outages(state: &State) -> BTreeMap<(String, String), u32> {
    let mut outages = BTreeMap::new();
    for entry in state
        .outbox
        .iter()
        .filter(|entry| matches!(entry.kind, NotificationKind::Down | NotificationKind::WasDown))
    {
        *outages.entry((entry.target().to_owned(), entry.channel().to_owned())).or_default() += entry.times;
    }
    outages
}

#[test]
fn no_outage_is_cut_with_every_field_at_its_maximum() {
    for count in 1..=100 {
        for channels in 1..=3 {
            let mut settings = many(count, |at| format!("target-{at}"));
            for target in &mut settings.targets {
                (target.pin, target.damp, target.tell_version) = (true, true, true);
            }
            settings.channels = (0..channels).map(|at| pushover(&format!("channel-{at}"))).collect();
            let state = largest_state(&settings);
            let parts = split(&state, &settings, &layout(&settings));
            let kept: Vec<State> = parts
                .iter()
                .map(|part| {
                    let encoded = part.encode().unwrap_or_else(|why| panic!("{count} x {channels}: {why}"));
                    assert!(encoded.text.len() <= MAX_BYTES && !encoded.text.contains("{{"));
                    State::parse(&encoded.text).unwrap()
                })
                .collect();
            let whole = merge(kept);
            assert_eq!(outages(&whole), outages(&state), "{count} x {channels}");
            assert_eq!(whole.targets.len(), count);
            let kept = |target: &TargetState| {
                (target.suppressed.is_some(), target.flapping, target.identity.is_some())
            };
            assert!(whole.targets.iter().all(|target| kept(target) == (true, true, true)));
            assert_eq!((whole.paused_until, whole.monitor.seq), (state.paused_until, 9_999));
        }
    }
}

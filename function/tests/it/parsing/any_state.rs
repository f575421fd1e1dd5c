//! Random states, in which any field has any value.

use std::collections::BTreeMap;

use plexmon_function::contract::history::{
    Class, Counts, Event, EventKind, EventList, ResponseTime, ResponseTimes,
};
use plexmon_function::contract::notification::{Notification, NotificationKind, NotificationScope};
use plexmon_function::contract::state::{
    ClosedRuns, DomainState, DomainStatus, HistoryState, LastNotified, Lease, MonitorState, State, Status,
    Streak, Suppressed, Tally, TargetState, VERSION, Warning,
};
use plexmon_function::probe::Cause;
use plexmon_testing::rng::Rng;

fn text(rng: &mut Rng) -> String {
    const PIECES: [&str; 14] = [
        "a",
        "{{",
        "{",
        "}",
        "\"",
        "\\",
        "\u{0}",
        "\n",
        ":",
        "\u{fc}",
        "\u{1F980}",
        "\u{202e}",
        "\u{ffff}",
        "{{{",
    ];
    (0..rng.below(8)).map(|_| rng.choose(&PIECES)).collect()
}

fn maybe<T>(rng: &mut Rng, value: impl FnOnce(&mut Rng) -> T) -> Option<T> {
    rng.one_in(2).then(|| value(rng))
}

fn warning(rng: &mut Rng) -> Warning {
    Warning {
        since: rng.draw(),
        runs: u32::try_from(rng.draw() >> 32).unwrap(),
        active: rng.one_in(2),
        met: maybe(rng, streak),
        why: maybe(rng, text),
    }
}

fn notification(rng: &mut Rng) -> Notification {
    let small = |rng: &mut Rng| u32::try_from(rng.draw() >> 32).unwrap();
    Notification {
        id: text(rng),
        kind: rng.choose(&[
            NotificationKind::Down,
            NotificationKind::Up,
            NotificationKind::WasDown,
            NotificationKind::Unknown,
            NotificationKind::Reminder,
            NotificationKind::Channel,
        ]),
        detail: None,
        about: maybe(rng, text),
        from: rng.draw(),
        until: maybe(rng, Rng::draw),
        times: small(rng),
        first: rng.one_in(2),
        unread: rng.one_in(2),
        unproven: rng.one_in(2),
        sent: 1 + small(rng) / 2,
        next: maybe(rng, Rng::draw),
        tries: small(rng),
        scope: maybe(rng, scope),
        why: maybe(rng, text),
        cause: maybe(rng, |rng| rng.choose(&[Cause::Access, Cause::LoginWall, Cause::RateLimited])),
        error: maybe(rng, text),
    }
}

/// A state with random values in every field.
pub fn any_state(rng: &mut Rng) -> State {
    let status = |rng: &mut Rng| rng.choose(&[Status::Up, Status::Down, Status::Unknown]);
    let small = |rng: &mut Rng| u32::try_from(rng.draw() >> 32).unwrap();
    let targets = (0..rng.below(4)).map(|_| TargetState {
        name: text(rng),
        check: text(rng),
        status: status(rng),
        since: rng.draw(),
        seq: small(rng),
        why: maybe(rng, text),
        notified: (0..rng.below(3))
            .map(|_| (text(rng), LastNotified::Failed(text(rng))))
            .collect::<BTreeMap<_, _>>(),
        cause: maybe(rng, |rng| rng.choose(&[Cause::Home, Cause::App, Cause::MonitorOffline])),
        detail: None,
        pending: maybe(rng, streak),
        unknown: maybe(rng, streak),
        slow: maybe(rng, streak),
        warnings: (0..rng.below(3)).map(|_| (text(rng), warning(rng))).collect(),
        domain: maybe(rng, |rng| DomainState {
            name: text(rng),
            asked: rng.draw(),
            expires: maybe(rng, Rng::draw),
            warned: maybe(rng, Rng::draw),
            status: maybe(rng, |rng| rng.choose(&[DomainStatus::ClientHold, DomainStatus::PendingDelete])),
        }),
        scope: maybe(rng, scope),
        suppressed: maybe(rng, |rng| Suppressed { status: status(rng), since: rng.draw() }),
        changes: maybe(rng, streak),
        flapping: rng.one_in(2),
        reminded: maybe(rng, Rng::draw),
        certificate: maybe(rng, Rng::draw),
        certificate_until: maybe(rng, Rng::draw),
        identity: maybe(rng, text),
        app_version: maybe(rng, text),
        tally: maybe(rng, tally),
        events: events(rng),
        recent: (0..rng.below(4)).map(|_| rng.draw()).collect(),
        closed: maybe(rng, tally),
        closed_events: events(rng),
    });
    let targets = targets.collect();
    let outbox = (0..rng.below(4)).map(|_| notification(rng));
    let outbox = outbox.collect();
    let monitor = any_monitor(rng);
    State {
        status: status(rng),
        ts: rng.draw(),
        version: VERSION,
        deployment: text(rng),
        parts: usize::try_from(rng.below(3)).unwrap() * 2,
        paused_until: maybe(rng, Rng::draw),
        commanded: maybe(rng, Rng::draw),
        next: maybe(rng, Rng::draw),
        tick: maybe(rng, text),
        lease: maybe(rng, |rng| Lease { by: text(rng), until: rng.draw() }),
        begin_at: usize::try_from(rng.below(3)).unwrap(),
        monitor,
        history: maybe(rng, history),
        is_uncounted: false,
        targets,
        outbox,
    }
}

fn history(rng: &mut Rng) -> HistoryState {
    let small = |rng: &mut Rng| u32::try_from(rng.draw() >> 32).unwrap();
    HistoryState {
        epoch: small(rng),
        seq: small(rng),
        hour: small(rng),
        runs: small(rng),
        stride: small(rng),
        times: (0..rng.below(3)).map(|_| (text(rng), times(rng))).collect(),
        closed: maybe(rng, |rng| ClosedRuns { hour: small(rng), runs: small(rng) }),
        closed_times: (0..rng.below(3)).map(|_| (text(rng), times(rng))).collect(),
        parameters: usize::try_from(rng.below(3)).unwrap(),
    }
}

fn times(rng: &mut Rng) -> ResponseTimes {
    ResponseTimes((0..rng.below(70)).map(|_| ResponseTime::of_ms(rng.below(60_000) as f64)).collect())
}

fn tally(rng: &mut Rng) -> Tally {
    let mut counts = Counts::default();
    let below = |rng: &mut Rng, end: u64| u32::try_from(rng.below(end)).unwrap();
    for class in Class::ALL {
        counts.add(class, below(rng, 256));
    }
    let hour = below(rng, 1 << 24);
    Tally { hour, class: rng.choose(&Class::ALL), from: below(rng, 1_024), counts, pending: below(rng, 256) }
}

fn events(rng: &mut Rng) -> EventList {
    let event = |rng: &mut Rng| {
        let begin = rng.below(1 << 32);
        let kind = rng.choose(&[EventKind::Outage, EventKind::Planned, EventKind::CheckChanged]);
        let cause = maybe(rng, |rng| rng.choose(&[Cause::Home, Cause::MonitorOffline]));
        Event { kind, begin, end: begin + rng.below(1 << 26), cause }
    };
    EventList((0..rng.below(4)).map(|_| event(rng)).collect())
}

fn any_monitor(rng: &mut Rng) -> MonitorState {
    MonitorState {
        seq: u32::try_from(rng.draw() >> 32).unwrap(),
        offline_since: maybe(rng, Rng::draw),
        offline_notified: rng.one_in(2),
        broken: (0..rng.below(3)).map(|_| text(rng)).collect(),
        not_before: (0..rng.below(3)).map(|_| (text(rng), rng.draw())).collect(),
        account_closes: maybe(rng, Rng::draw),
        account_warned: maybe(rng, Rng::draw),
        reported: maybe(rng, |rng| u32::try_from(rng.draw() >> 32).unwrap()),
    }
}

fn streak(rng: &mut Rng) -> Streak {
    Streak { since: rng.draw(), runs: u32::try_from(rng.draw() >> 32).unwrap() }
}

fn scope(rng: &mut Rng) -> NotificationScope {
    rng.choose(&[NotificationScope::Site, NotificationScope::Group, NotificationScope::Rest])
}

//! Whether the results are recent, and how often there should be new ones.

use super::super::data::Data;
use super::super::view::Freshness;
use crate::contract::schedule::Frequency;
use crate::contract::settings::Settings;
use crate::contract::state::State;

/// For how long results count where no schedule says when the next ones are due, in seconds.
const UNSCHEDULED_S: u64 = 60 * 60;

/// How far the clocks of two functions may differ, in seconds.
const AHEAD_S: u64 = 5 * 60;

/// Return how old the results are at a time in Unix seconds.
pub(super) fn of(settings: &Settings, data: &Data, now: u64) -> Freshness {
    match (checked(data), data.failing_since) {
        (Some(state), None) if is_current(state, settings, now) => Freshness::Current,
        (Some(state), _) => Freshness::Stale(state.ts.min(now)),
        (None, Some(since)) => Freshness::Stale(since),
        (None, None) => Freshness::NeverChecked,
    }
}

/// Return the state, if it has results. That of the Python function has none of single targets.
fn checked(data: &Data) -> Option<&State> {
    data.state.as_ref().filter(|state| state.ts > 0 && !state.targets.is_empty())
}

/// Return when the targets were last checked; nothing if the clock of that run was wrong.
pub(super) fn checked_at(data: &Data, freshness: Freshness, now: u64) -> Option<u64> {
    let ts = checked(data)?.ts;
    // Results that count may be a little ahead of this clock.
    if freshness == Freshness::Current { Some(ts.min(now)) } else { Some(ts).filter(|ts| *ts <= now) }
}

fn is_current(state: &State, settings: &Settings, now: u64) -> bool {
    // Results of a time to come would count for too long.
    state.ts <= now.saturating_add(AHEAD_S) && now <= due(state, settings)
}

/// Return until when the results of a state count: until its next run is overdue by half of the time between both.
fn due(state: &State, settings: &Settings) -> u64 {
    let scheduled = || frequency(settings)?.next_after(state.ts);
    match state.next.or_else(scheduled) {
        Some(next) => next.saturating_add(next.saturating_sub(state.ts) / 2),
        None => state.ts.saturating_add(UNSCHEDULED_S),
    }
}

/// Return how often the targets are checked, in seconds, if it is regular.
pub(super) fn interval(settings: &Settings) -> Option<u64> {
    Some(frequency(settings)?.interval()?.as_secs())
}

fn frequency(settings: &Settings) -> Option<Frequency> {
    Frequency::parse(settings.schedule.as_deref()?).ok()
}

//! Decides when a report is sent: once for each period, whatever restarts or overlaps.

use super::monitor::notify;
use super::suppress::is_all_in_maintenance;
use super::{Context, Knowledge};
use crate::contract::notification::{Notification, NotificationKind};
use crate::contract::state::State;
use crate::time::DAY;

/// A report that could not be queued for this long after it was due is left out, in seconds.
const LATEST_S: u64 = DAY;

/// Queue the report that is due, unless that was done before. `previous`: the state of the last run.
pub(super) fn observe(state: &mut State, previous: &State, context: Context<'_>) {
    let Context { settings, now, knowledge, .. } = context;
    let Some(schedule) = settings.report else {
        state.outbox.retain(|one| one.kind != NotificationKind::Report);
        state.monitor.reported = None;
        return;
    };
    if knowledge == Knowledge::StateUnavailable {
        return;
    }
    let Some(due) = schedule.last_due(now, &settings.clock) else { return };
    let Some(last) = state.monitor.reported else {
        // Nothing is reported about the time before reports were configured.
        state.monitor.reported = Some(due.day);
        return;
    };
    // A report became due after the last run, and yet the mark is of a later one: the clock was wrong then.
    let is_wrong = last > due.day && previous.ts < due.at;
    if last >= due.day && !is_wrong {
        return;
    }
    let is_late = now.saturating_sub(due.at) > LATEST_S;
    if !is_late && (state.paused_until.is_some() || is_all_in_maintenance(settings, now)) {
        return;
    }
    state.monitor.reported = Some(due.day);
    // One that was not delivered for a whole period is out of date.
    state.outbox.retain(|one| one.kind != NotificationKind::Report);
    if !is_late {
        notify(state, &Notification::new(NotificationKind::Report, due.at), None, settings);
    }
}

//! Decides when to warn that AWS is going to close the account, because its free plan ends.

use super::monitor::{event, notify};
use super::{Context, Knowledge};
use crate::contract::notification::NotificationKind;
use crate::contract::state::State;
use crate::time::{date, duration};

const DAY_S: u64 = 24 * 60 * 60;

/// The steps at which to warn: when no more than these days are left. They also identify the warnings in the state.
const STEPS: [u64; 4] = [0, 1, 7, 30];

/// Warn once for each step. A step that was missed gets no warning of its own, and a pause defers the warning.
pub(super) fn observe(state: &mut State, context: Context<'_>) {
    let Context { settings, now, knowledge, .. } = context;
    if state.monitor.account_closes != settings.account_closes {
        // A warning about the previous date may still be queued.
        state.outbox.retain(|one| one.kind != NotificationKind::Account);
        state.monitor.account_closes = settings.account_closes;
        state.monitor.account_warned = None;
    }
    let Some(closes) = settings.account_closes else { return };
    let left = closes.saturating_sub(now);
    let Some(step) = STEPS.into_iter().find(|days| left <= days * DAY_S) else { return };
    let is_notified = state.monitor.account_warned.is_some_and(|last| last <= step);
    // Without the state, it is unknown what was notified before.
    if is_notified || knowledge == Knowledge::StateUnavailable || state.paused_until.is_some() {
        return;
    }
    state.monitor.account_warned = Some(step);
    let on = date(closes);
    // The settings have the day, not the time of the day.
    let when = match now.saturating_sub(closes) {
        0 if left > 0 => format!("ends in {}, on {on}", duration(left)),
        0..DAY_S => format!("ends today, on {on}"),
        _ => format!("ended on {on}"),
    };
    let why = format!("the free plan of this AWS account {when}");
    notify(state, &event(NotificationKind::Account, why, now), None, settings);
}

//! Changes the status of one target after enough consecutive runs, and notifies each change once.

use super::entries::Change;
use super::suppress::STABLE_S;
use super::{Knowledge, Subject};
use crate::contract::state::{Status, Streak, Suppressed, TargetState};
use crate::probe::{Cause, Observation, Verdict};

impl Subject<'_> {
    /// Update the target's status from an observation, and notify a change.
    pub(super) fn observe_status(&mut self, seen: &Observation) {
        let status = match seen.verdict() {
            Verdict::Up => Status::Up,
            Verdict::Down => Status::Down,
            // It neither confirms the status nor contradicts it.
            Verdict::Unknown => return,
        };
        let target = &mut *self.target;
        if status == target.status {
            target.pending = None;
            if status == Status::Down {
                note_reason(target, seen);
            }
            return;
        }
        let now = self.context.now;
        let pending = Streak::longer(target.pending, now);
        // A value at its limit must not end the outage that it began, only to begin the next one.
        let ends_barely = status == Status::Up && seen.is_near_limit && target.cause == Some(Cause::Limit);
        if target.status == Status::Down && ends_barely && now.saturating_sub(pending.since) < STABLE_S {
            target.pending = Some(pending);
            return;
        }
        let enough = match (target.status, status) {
            (Status::Unknown, Status::Up) => 1,
            (_, Status::Down) => self.settings.down_after,
            _ => self.settings.up_after,
        };
        if pending.runs < enough {
            target.pending = Some(pending);
            return;
        }
        target.pending = None;
        note_reason(target, seen);
        self.change(status, pending.since);
    }

    fn change(&mut self, status: Status, since: u64) {
        let before = Suppressed {
            status: std::mem::replace(&mut self.target.status, status),
            since: std::mem::replace(&mut self.target.since, since),
        };
        self.target.reminded = None;
        if self.suppresses(before) {
            return;
        }
        let is_first = before.status == Status::Unknown;
        if self.context.knowledge == Knowledge::StateUnavailable && is_first && status == Status::Up {
            return;
        }
        self.notify_status(Change { is_first, down_since: before.since });
    }
}

fn note_reason(target: &mut TargetState, seen: &Observation) {
    target.why = seen.why();
    target.cause = seen.cause();
    target.detail = seen.cause().filter(|cause| *cause != cause.in_first_release());
}

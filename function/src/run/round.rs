//! The second half of a run: decide, save, send and save again, until nothing is left to do.
//!
//! SSM has no conditional write, and two runs may overlap: if an event is delivered twice, or a run is started by hand
//! beside the schedule. Therefore the state is read again before a write that comes long after the last read, and the
//! version that a write returns shows whether another run has written in between. If so, that run's state becomes the
//! base, and everything is decided again. The run that sends holds a lease in the state; other runs leave the outbox to
//! it.

use std::time::Duration;

use tokio::time::Instant;

use super::budget::Budget;
use super::deliver::Queue;
use super::persist::{Saved, load_parts};
use super::progress::{Progress, leave_out_reports};
use super::recall::Division;
use super::{Monitor, Prober};
use crate::contract::notification::Notification;
use crate::contract::problem::{Problem, ProblemKind};
use crate::contract::state::{Lease, State};
use crate::decide::{Decision, before_sending};
use crate::store::{Store, Stored};

/// A state that was read or written within this time is written without another read. An ordinary run takes less.
const FRESH: Duration = Duration::from_secs(1);

/// How often a run decides, saves and sends before it leaves the rest to the next run.
const MAX_ROUNDS: usize = 8;

impl<S: Store, P: Prober> Monitor<S, P> {
    /// Decide, save and send until everything is saved, and sent as far as possible. Return the decision and the saved
    /// state.
    pub(super) async fn complete(&mut self, progress: &mut Progress, budget: &Budget) -> (Decision, State) {
        for _ in 0..MAX_ROUNDS {
            if progress.touched.elapsed() > FRESH {
                self.reread(progress).await;
            }
            let (decision, after) = progress.conclude(&self.settings, &self.owner);
            let names: Vec<&str> = self.channels.iter().map(|channel| channel.name()).collect();
            let mut queues = progress.queues(&after, &names, &self.settings);
            if !queues.is_empty() && Instant::now() >= budget.messages() {
                progress.note_lateness();
                queues.clear();
            }
            let next = if queues.is_empty() {
                after.clone()
            } else {
                self.state_before_sending(&after, &queues, progress.now, budget)
            };
            if !self.write(progress, next).await {
                if progress.yields {
                    return (decision, after);
                }
                continue;
            }
            if queues.is_empty() {
                return (decision, after);
            }
            self.send(progress, &after, queues, budget).await;
        }
        let detail = "other runs keep changing the state; the next run continues";
        progress.problems.push(Problem::new(ProblemKind::StateContended, detail));
        progress.conclude(&self.settings, &self.owner)
    }

    /// Write the effect of a command, without any observations of this run.
    pub(super) async fn save_command(&mut self, progress: &mut Progress) {
        for _ in 0..MAX_ROUNDS {
            let (_, after) = progress.conclude(&self.settings, &self.owner);
            if self.write(progress, after).await || progress.yields {
                break;
            }
        }
        progress.yields = false;
    }

    /// Return the state to write before sending.
    fn state_before_sending(&self, state: &State, queues: &[Queue], now: u64, budget: &Budget) -> State {
        let notifications: Vec<Notification> =
            queues.iter().flat_map(|queue| queue.notifications.iter().cloned()).collect();
        let left = budget.end().saturating_duration_since(Instant::now()).as_secs() + 1;
        let lease = Lease { by: self.owner.clone(), until: now.saturating_add(left) };
        before_sending(state, &notifications, lease, now)
    }

    /// Write, unless the store has exactly this. Return false if other runs have written: everything has to be decided
    /// again.
    async fn write(&mut self, progress: &mut Progress, state: State) -> bool {
        if !progress.base.may_save || progress.written.as_ref() == Some(&state) {
            return true;
        }
        let started = Instant::now();
        let saved = self.save(&state, &mut progress.base.parts, &mut progress.problems).await;
        progress.phases.save_ms += started.elapsed().as_millis();
        progress.touched = Instant::now();
        progress.is_saved = saved != Saved::No;
        progress.written = progress.is_saved.then_some(state);
        match saved {
            Saved::Yes | Saved::No => true,
            Saved::Overwrote(parts) => {
                self.adopt_overwritten(progress, parts).await;
                false
            }
        }
    }

    /// Continue from what other runs wrote and this run has overwritten, if it can still be read.
    async fn adopt_overwritten(&self, progress: &mut Progress, parts: Vec<(usize, Option<Stored>)>) {
        let is_known = parts.iter().all(|(_, stored)| stored.is_some());
        if progress.base.adopt_overwritten(parts, self.division(), &mut progress.problems) {
            progress.follow_other_runs();
        } else if !is_known && !self.reread(progress).await {
            progress.yields = true;
        }
    }

    /// Read the state again. Return whether other runs have written.
    async fn reread(&self, progress: &mut Progress) -> bool {
        progress.touched = Instant::now();
        if !progress.base.may_save {
            return false;
        }
        let read = load_parts(&self.store, self.layout.len()).await;
        // If it cannot be read now, what was read before still counts.
        let Ok(parts) = read else { return false };
        let changed = progress.base.refresh(parts, self.division(), &mut progress.problems);
        if changed {
            progress.follow_other_runs();
            progress.written = None;
        }
        changed
    }

    pub(super) fn division(&self) -> Division<'_> {
        Division { settings: &self.settings, layout: &self.layout }
    }

    async fn send(
        &mut self,
        progress: &mut Progress,
        state: &State,
        mut queues: Vec<Queue>,
        budget: &Budget,
    ) {
        let started = Instant::now();
        if !progress.is_saved {
            // Each run would send it again.
            progress.report = None;
            leave_out_reports(&mut queues);
        }
        let report = progress.report.clone();
        let sent = self.deliver(queues, state, report.as_ref(), progress.is_saved, budget.messages());
        for sent in sent.await {
            progress.record(sent);
        }
        progress.phases.notify_ms += started.elapsed().as_millis();
    }
}

//! The notifications about one target: what the store has queued, what has arrived, and what must not arrive.

use super::judge::Offer;
use super::played::Bounds;
use super::stage::Alert;
use super::story::Answer;

/// A notification arrives once, and is repeated at most twice.
const MAX_ARRIVALS: usize = 3;

/// A change that is saved in the store, and that the channel has neither accepted nor refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Queued {
    FirstDown,
    Down,
    Up,
}

/// The last notification that arrived.
#[derive(Debug, Clone, Copy, Default)]
struct Arrived {
    down: Option<bool>,
    marked: bool,
    /// Sent by a run that could not read the state.
    unread: bool,
    env: u32,
    /// The run got the answer; `proven`: a state that records this was saved.
    answered: bool,
    proven: bool,
    /// Whether something was refused since then.
    gap: bool,
}

/// The latest change of which a notification arrived.
#[derive(Debug, Clone, Copy, Default)]
struct Accepted {
    down: Option<bool>,
    env: u32,
    /// The run that found the change.
    run: usize,
}

/// The recipient of the notifications about one target.
#[derive(Debug, Clone, Default)]
pub struct Recipient {
    kept_down: Option<bool>,
    queued: Vec<Queued>,
    last: Arrived,
    /// What arrived but may be repeated, because no state records it.
    unproven: Vec<(Alert, u64, u32)>,
    /// Everything that arrived.
    arrived: Vec<(Alert, u64)>,
    /// What was refused, and how many times.
    refused: Vec<(Alert, u64, u32)>,
    /// The last delivery was refused or is unproven: it is retried later.
    waits: bool,
    /// The run that found the last saved change.
    kept_run: usize,
    accepted: Accepted,
}

impl Recipient {
    /// A run offered a notification; `run` is the one that found the change.
    pub fn offered(&mut self, offer: &Offer, run: usize, bounds: Bounds) -> Result<(), String> {
        let Offer { env, alert, at, marked, unread, answer, .. } = *offer;
        let is_taken = matches!(answer, Answer::Accepts | Answer::AcceptsSlowly);
        let is_late = answer.refuses() || answer.is_unproven() || answer.wait().is_some();
        self.waits = !is_taken && (self.waits || is_late);
        if answer.refuses() {
            match self.refused.iter_mut().find(|known| (known.0, known.1) == (alert, at)) {
                Some(known) => known.2 += 1,
                None => self.refused.push((alert, at, 1)),
            }
            // A notification that is refused again does not delay later ones, which imply it.
            let is_refused_again = self.refused.iter().any(|known| known.2 >= 2);
            // And it expires after a day.
            self.last.gap |= is_refused_again || bounds.expired;
            if is_refused_again && self.queued.len() > 1 {
                let _ = self.dequeue(alert, run);
            }
        }
        if answer.accepts() {
            if run >= self.accepted.run {
                self.accepted = Accepted { down: Some(alert.is_down()), env, run };
            }
            let known = self.arrived.iter().filter(|known| **known == (alert, at)).count();
            if known >= MAX_ARRIVALS && !bounds.unsaved && !bounds.wrong_state {
                return Err("arrives more than three times".to_owned());
            }
            let answered = matches!(answer, Answer::Accepts | Answer::AcceptsSlowly);
            self.arrive(
                alert,
                (at, run),
                Arrived { marked, unread, env, answered, ..Arrived::default() },
                bounds,
            )?;
        }
        Ok(())
    }

    /// At the end of the story, everything was sent, and the last message is true.
    pub fn end(&self, down: bool, bounds: Bounds) -> Result<(), String> {
        if !bounds.lost_state && !bounds.expired && !bounds.exhausted && !self.queued.is_empty() {
            return Err(format!("never sent: {:?}", self.queued));
        }
        if self.misses(down, bounds) {
            return Err(format!("the last message is {:?}, but down is {down}", self.last.down));
        }
        Ok(())
    }

    /// Whether a notification is certainly missing.
    pub fn misses(&self, down: bool, bounds: Bounds) -> bool {
        let last = self.last.down;
        let is_unsure = bounds.wrong_state || bounds.exhausted || self.last.gap;
        !is_unsure && last != Some(down) && !(bounds.expired && last.is_none())
    }

    /// Whether the missing notification is retried later.
    pub fn waits(&self) -> bool {
        self.waits
    }

    /// Whether the last notification came from another environment and is unknown to this one.
    pub fn knows_more(&self, env: u32) -> bool {
        self.accepted.run > self.kept_run && self.accepted.env != env
    }

    /// A state was saved that records the deliveries of this environment.
    pub fn proven(&mut self, env: u32) {
        if self.last.env == env && self.last.answered {
            self.last.proven = true;
            self.unproven.retain(|(_, _, other)| *other != env);
        }
    }

    /// The store accepted a state with this observation.
    pub fn keep(&mut self, down: bool, env: u32, run: usize) {
        self.proven(env);
        // A delivery that was not saved is known only to its own environment, while that exists.
        let is_unkept = self.accepted.run > self.kept_run;
        let is_own = is_unkept && self.accepted.env == env;
        self.last.gap |= is_unkept && !is_own && self.kept_down != self.accepted.down;
        let known = if is_own { self.accepted.down } else { self.kept_down };
        if self.kept_down.replace(down) != Some(down) || known != Some(down) {
            self.kept_run = run;
        }
        match (known, down) {
            (None, true) => self.queued.push(Queued::FirstDown),
            (Some(false), true) => self.queued.push(Queued::Down),
            (Some(true), false) => self.queued.push(Queued::Up),
            (None, false) | (Some(true), true) | (Some(false), false) => {}
        }
    }

    /// Remove a notification that arrived or was refused from the queue. Fail if it overtook an earlier one.
    fn dequeue(&mut self, alert: Alert, run: usize) -> Result<(), String> {
        let overtaken = match alert {
            Alert::FirstUp => false,
            Alert::Down | Alert::FirstDown => {
                let last = self.queued.pop();
                !std::mem::take(&mut self.queued).is_empty() || last == Some(Queued::Up)
            }
            Alert::Up => {
                let is_next = !matches!(self.queued.first(), Some(Queued::Down | Queued::FirstDown));
                if self.queued.first() == Some(&Queued::Up) {
                    self.queued.remove(0);
                }
                !is_next
            }
            // The end of the outage may not be saved yet.
            Alert::WasDown | Alert::FirstWasDown if run > self.kept_run => {
                self.queued.clear();
                false
            }
            Alert::WasDown | Alert::FirstWasDown => {
                let end = self.queued.iter().rposition(|queued| *queued == Queued::Up);
                self.queued.drain(..end.map_or(0, |end| end + 1));
                false
            }
        };
        // A notification that was refused again is implied by later ones.
        if overtaken && !self.last.gap { Err("overtakes an earlier notification".to_owned()) } else { Ok(()) }
    }

    /// Record an arrival. Fail if it should not have happened.
    fn arrive(
        &mut self,
        alert: Alert,
        (at, run): (u64, usize),
        last: Arrived,
        bounds: Bounds,
    ) -> Result<(), String> {
        let down = alert.is_down();
        // Repeats of the same notification are checked by `repeat`.
        let is_known = self.unproven.iter().any(|known| (known.0, known.1) == (alert, at))
            || self.refused.iter().any(|known| (known.0, known.1) == (alert, at) && known.2 >= 2);
        self.unproven.push((alert, at, last.env));
        let in_order = match (is_known, last.unread) {
            (false, false) => self.dequeue(alert, run),
            // A repeat is not a change, and a run that cannot read the state does not know of earlier changes.
            _ if down => {
                self.queued.pop_if(|queued| *queued != Queued::Up);
                Ok(())
            }
            _ if last.unread && alert == Alert::Up && run > self.kept_run => Ok(()),
            _ => self.dequeue(alert, run).or(Ok(())),
        };
        if !bounds.lost_state && !bounds.expired && !bounds.exhausted {
            in_order?;
        }
        self.begin(alert, last, bounds)?;
        self.repeat(alert, at, last, bounds)?;
        self.arrived.push((alert, at));
        self.last = Arrived { down: Some(down), ..last };
        Ok(())
    }

    /// An UP requires a DOWN before it, and the first notification about a target is marked as such.
    fn begin(&self, alert: Alert, last: Arrived, bounds: Bounds) -> Result<(), String> {
        if bounds.wrong_state || bounds.exhausted || self.last.gap || self.last.down.is_some() {
            return Ok(());
        }
        let is_first = matches!(alert, Alert::FirstDown | Alert::FirstUp | Alert::FirstWasDown);
        // Only a run that could not read the state may begin with another notification, which mentions it.
        match alert {
            Alert::Up => Err("an UP without its DOWN".to_owned()),
            _ if is_first || last.marked || bounds.expired => Ok(()),
            _ => Err("no first notification".to_owned()),
        }
    }

    /// A notification may be repeated only if its delivery was unproven, and one of the two must be marked.
    fn repeat(&self, alert: Alert, at: u64, last: Arrived, bounds: Bounds) -> Result<(), String> {
        let before = self.last;
        let is_repeat = match alert {
            Alert::WasDown | Alert::FirstWasDown => {
                before.down == Some(true) || self.arrived.contains(&(alert, at))
            }
            _ => before.down == Some(alert.is_down()),
        };
        if !is_repeat || bounds.lost_state || bounds.exhausted || before.gap {
            return Ok(());
        }
        if before.proven && !last.unread && !before.unread {
            return Err("sent twice".to_owned());
        }
        if !before.marked && !last.marked {
            return Err("sent twice without a mark".to_owned());
        }
        Ok(())
    }
}

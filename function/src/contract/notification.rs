//! What is still to be told: one entry per change and channel, kept in the state until its channel took it.

mod kind;

use serde::{Deserialize, Serialize};

pub use self::kind::{NotificationKind, NotificationScope};
use crate::probe::Cause;

/// How long a message that nobody waits for is worth sending, in seconds.
pub const KEEP_S: u64 = 24 * HOUR_S;

/// Attempts that may have arrived are bounded: the first, one in the next run, and one more after [`PAUSE_S`].
pub const MAX_SENT: u32 = 3;

/// Between the second attempt that may have arrived and the third, in seconds.
const PAUSE_S: u64 = 6 * HOUR_S;

/// After the last attempt that may have arrived, in seconds: then the message is given up, a day after the first.
const GIVE_UP_S: u64 = KEEP_S - PAUSE_S;

/// Between a refusal and the next attempt, in seconds: as long as the news is old, within these bounds, so that the
/// intervals double.
const REFUSED_S: std::ops::RangeInclusive<u64> = 15 * 60..=KEEP_S;

const HOUR_S: u64 = 60 * 60;

/// One message to one channel about one change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notification {
    /// `target:seq:channel`, unique among all entries ever.
    pub id: String,
    /// What it tells.
    pub kind: NotificationKind,
    /// When the outage began; for a first word, when the target was first seen. Unix seconds.
    pub from: u64,
    /// When the outage ended, in Unix seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<u64>,
    /// How many outages it stands for; 0 where there were many and nobody counted them.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub times: u32,
    /// Whether this is the first word about the target.
    #[serde(default, skip_serializing_if = "is_false")]
    pub first: bool,
    /// Decided while the state could not be read, hence possibly told before.
    #[serde(default, skip_serializing_if = "is_false")]
    pub unread: bool,
    /// Sent without proof that it arrived, by itself or as a part of an earlier notification, hence possibly known.
    #[serde(default, skip_serializing_if = "is_false")]
    pub unproven: bool,
    /// How many attempts to send it may have arrived.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub sent: u32,
    /// When it may be sent again, in Unix seconds; absent: in the next run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<u64>,
    /// How often it was tried.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub tries: u32,
    /// What it shares with others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<NotificationScope>,
    /// Why the target was down, or what else there is to say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// The class of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
    /// Why it could not be delivered so far.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

impl Notification {
    /// A word that nobody has tried to send yet, still without an id.
    pub fn new(kind: NotificationKind, from: u64) -> Self {
        Self {
            id: String::new(),
            kind,
            from,
            until: None,
            times: 1,
            first: false,
            unread: false,
            unproven: false,
            sent: 0,
            next: None,
            tries: 0,
            scope: None,
            why: None,
            cause: None,
            error: None,
        }
    }

    /// The name of the target that it is about; empty if it is about the monitor itself.
    pub fn target(&self) -> &str {
        self.id.rsplitn(3, ':').nth(2).unwrap_or_default()
    }

    /// The name of the channel that it goes to.
    pub fn channel(&self) -> &str {
        self.id.rsplit(':').next().unwrap_or_default()
    }

    /// Whether to give it up: it is too old, or all attempts that may have arrived are used up. A DOWN that still holds
    /// does not grow old, and neither does the end of one that was told: somebody believes otherwise until it arrives.
    pub fn is_expired(&self, now: u64) -> bool {
        if self.sent > 0 {
            return self.sent >= MAX_SENT && self.is_over(now);
        }
        let is_history = match self.kind {
            NotificationKind::Down => false,
            // A channel that refuses the end of an outage for a day is asked no more.
            NotificationKind::Up => self.first || self.next.is_some(),
            _ => true,
        };
        // What may have arrived counts as told: its end is waited for.
        is_history && !self.unproven && now.saturating_sub(self.until.unwrap_or(self.from)) > KEEP_S
    }

    /// Whether it may be sent now. What is followed by other news about the same does not wait for the end of its pause:
    /// an end must not arrive after the next beginning.
    pub fn is_due(&self, is_followed: bool, now: u64) -> bool {
        self.sent < MAX_SENT && (is_followed || self.is_over(now))
    }

    /// Whether both are to tell the same channel how the same target is.
    pub fn is_about_the_same(&self, other: &Self) -> bool {
        self.kind.is_status()
            && other.kind.is_status()
            && (self.target(), self.channel()) == (other.target(), other.channel())
    }

    /// Fold an earlier entry about the same into this one, which then says how many outages there were.
    pub fn fold(&mut self, earlier: &Self) {
        self.first |= earlier.first;
        self.unread |= earlier.unread;
        self.unproven |= earlier.unproven;
        // The end of an outage that was reported is no other outage; later news imply it.
        if earlier.kind == NotificationKind::Up {
            return;
        }
        self.times = self.times.saturating_add(earlier.times);
        if self.kind != NotificationKind::Down {
            (self.kind, self.from) = (NotificationKind::WasDown, earlier.from);
        }
    }

    /// Whether the pause after the last attempt is over; so is one that a jump of the clock has made longer than any.
    fn is_over(&self, now: u64) -> bool {
        self.next.is_none_or(|next| next <= now || next - now > KEEP_S)
    }

    /// Records an attempt that may have arrived.
    pub fn note_unproven(&mut self, now: u64) {
        self.unproven = true;
        self.tries = self.tries.saturating_add(1);
        self.sent = self.sent.saturating_add(1);
        self.next = match self.sent {
            0 | 1 => None,
            2 => Some(now.saturating_add(PAUSE_S)),
            _ => Some(now.saturating_add(GIVE_UP_S)),
        };
    }

    /// Whether an attempt was refused before.
    pub fn was_refused(&self) -> bool {
        self.sent < 2 && self.next.is_some()
    }

    /// Records an attempt that was refused.
    pub fn note_refused(&mut self, now: u64) {
        self.tries = self.tries.saturating_add(1);
        let age = now.saturating_sub(self.until.unwrap_or(self.from));
        self.next = Some(now.saturating_add(age.clamp(*REFUSED_S.start(), *REFUSED_S.end())));
    }

    /// Makes it due in the next run.
    pub fn hasten(&mut self) {
        self.next = None;
    }
}

/// Adds the word that a target went down.
pub fn add_down(outbox: &mut Vec<Notification>, entry: Notification) {
    outbox.push(Notification { kind: NotificationKind::Down, ..entry });
}

/// Adds the word that a target came up, so that it never comes without its DOWN: an outage that could not be told while
/// it lasted becomes one message, and so do several of them. Hence an outbox holds at most three entries for each
/// target and channel: an undelivered word, an outage told late, and a new outage.
pub fn add_up(outbox: &mut Vec<Notification>, entry: Notification, down_was_told: bool) {
    let (target, channel) = (entry.target().to_owned(), entry.channel().to_owned());
    let is_same = |other: &Notification| {
        other.kind.is_status() && other.target() == target && other.channel() == channel
    };
    let late = match outbox.iter().rposition(is_same) {
        Some(last) if outbox[last].kind == NotificationKind::Down => {
            let down = outbox.remove(last);
            // Other news than before, with attempts of its own.
            Notification {
                id: entry.id,
                kind: NotificationKind::WasDown,
                until: entry.until,
                sent: 0,
                next: None,
                ..down
            }
        }
        _ if down_was_told || entry.first => {
            outbox.push(Notification { kind: NotificationKind::Up, ..entry });
            return;
        }
        _ => Notification { kind: NotificationKind::WasDown, ..entry },
    };
    match outbox.iter_mut().find(|other| is_same(other) && other.kind == NotificationKind::WasDown) {
        Some(earlier) => merge(earlier, late),
        None => outbox.push(late),
    }
}

/// One message for two outages, in the place of the first.
fn merge(earlier: &mut Notification, late: Notification) {
    earlier.id = late.id;
    earlier.until = late.until;
    earlier.times = earlier.times.saturating_add(late.times);
    earlier.why = late.why.or(earlier.why.take());
    earlier.error = late.error.or(earlier.error.take());
    earlier.unread |= late.unread;
    earlier.unproven |= late.unproven;
    (earlier.sent, earlier.next) = (0, None);
    earlier.tries = earlier.tries.max(late.tries);
}

fn one() -> u32 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_one(times: &u32) -> bool {
    *times == 1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(tries: &u32) -> bool {
    *tries == 0
}

/// Adds a word that is neither about being up nor about being down. What it takes back, and what nobody can have heard
/// yet, goes with it, and then there is nothing left to say.
pub fn add_note(outbox: &mut Vec<Notification>, entry: Notification) {
    if let Some(ended) = entry.kind.ends() {
        let is_unheard = |other: &Notification| {
            other.kind == ended
                && other.target() == entry.target()
                && other.channel() == entry.channel()
                && !other.unproven
        };
        let before = outbox.len();
        outbox.retain(|other| !is_unheard(other));
        // The monitor's own blindness is told afterwards, too: it explains what was not told meanwhile.
        if outbox.len() < before && entry.kind != NotificationKind::Sighted {
            return;
        }
    }
    outbox.push(entry);
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_false(flag: &bool) -> bool {
    !*flag
}

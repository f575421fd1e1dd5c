//! The outbox: one notification for each change and channel, kept in the state until its channel accepts it.

mod kind;
mod outbox;

use serde::{Deserialize, Serialize};

pub use self::kind::{NotificationKind, NotificationScope};
pub use self::outbox::{add_down, add_event, add_up};
use crate::probe::Cause;

/// How long delivery is attempted for a notification that is not essential, in seconds.
pub const KEEP_S: u64 = 24 * HOUR_S;

/// How many attempts may have arrived, at most: the first, one in the next run, and one more after [`PAUSE_S`].
pub const MAX_SENT: u32 = 3;

/// The pause between the second attempt that may have arrived and the third, in seconds.
const PAUSE_S: u64 = 6 * HOUR_S;

/// The pause after the last attempt that may have arrived, in seconds. The notification is then given up, a day after
/// the first attempt.
const GIVE_UP_S: u64 = KEEP_S - PAUSE_S;

/// The pause between a refusal and the next attempt, in seconds: the age of the notification, within these bounds. The
/// intervals therefore double.
const REFUSED_S: std::ops::RangeInclusive<u64> = 15 * 60..=KEEP_S;

const HOUR_S: u64 = 60 * 60;

/// One message to one channel about one change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notification {
    /// `target:seq:channel`, unique among all notifications ever.
    pub id: String,
    /// What it says. The state has the nearest kind that every release knows.
    #[serde(serialize_with = "NotificationKind::serialize_nearest")]
    pub kind: NotificationKind,
    /// The exact kind, if the state has only the nearest one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<NotificationKind>,
    /// Which finding it is about, if it is about one of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// When the outage began; for a first notification, when the target was first observed. Unix seconds.
    pub from: u64,
    /// When the outage ended, in Unix seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<u64>,
    /// How many outages it reports; 0 for several that were not counted.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub times: u32,
    /// Whether it is the first notification about the target.
    #[serde(default, skip_serializing_if = "is_false")]
    pub first: bool,
    /// Decided while the state could not be read, hence possibly a repeat.
    #[serde(default, skip_serializing_if = "is_false")]
    pub unread: bool,
    /// Sent without proof that it arrived, by itself or as a part of an earlier notification, hence possibly a repeat.
    #[serde(default, skip_serializing_if = "is_false")]
    pub unproven: bool,
    /// How many attempts to send it may have arrived.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub sent: u32,
    /// When it may be sent again, in Unix seconds; absent: in the next run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<u64>,
    /// How many attempts were made.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub tries: u32,
    /// What it has in common with others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<NotificationScope>,
    /// Why the target was down, or other details, as people read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// Why the target was down or its status is unknown, as decisions go by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
    /// Why it could not be delivered so far.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

impl Notification {
    /// Return a notification without any attempts, and still without an id.
    pub fn new(kind: NotificationKind, from: u64) -> Self {
        Self {
            id: String::new(),
            kind,
            detail: (kind != kind.in_first_release()).then_some(kind),
            about: None,
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

    /// Return the id of a notification about a target, or about the monitor where `target` is empty.
    pub fn id(target: &str, seq: u32, channel: &str) -> String {
        format!("{target}:{seq}:{channel}")
    }

    /// Return the name of its target; empty if it is about the monitor itself.
    pub fn target(&self) -> &str {
        self.id.rsplitn(3, ':').nth(2).unwrap_or_default()
    }

    /// Return the name of its channel.
    pub fn channel(&self) -> &str {
        self.id.rsplit(':').next().unwrap_or_default()
    }

    /// Restore the kind of a notification from the state. Earlier releases had no exact kind there, and only a target
    /// has a certificate.
    pub(super) fn restore_kind(&mut self) {
        if let Some(exact) = self.detail.filter(|kind| *kind != NotificationKind::Other) {
            self.kind = exact;
        } else if self.kind == NotificationKind::Account.in_first_release() && self.target().is_empty() {
            self.kind = NotificationKind::Account;
        }
    }

    /// Return whether to give it up: it is too old, or all attempts that may have arrived are used up. A DOWN that is
    /// still true does not expire, and neither does the end of an outage that was notified: without it, the outage
    /// seems to last.
    pub fn is_expired(&self, now: u64) -> bool {
        if self.sent > 0 {
            return self.sent >= MAX_SENT && self.is_pause_over(now);
        }
        let is_history = match self.kind {
            NotificationKind::Down => false,
            // A channel that refuses the end of an outage for a day is not tried again.
            NotificationKind::Up => self.first || self.next.is_some(),
            _ => true,
        };
        // A report may be queued up to a day after it was due.
        let keep = if self.kind == NotificationKind::Report { 2 * KEEP_S } else { KEEP_S };
        // An outage whose notification may have arrived counts as notified, so its end has to follow.
        is_history && !self.unproven && now.saturating_sub(self.until.unwrap_or(self.from)) > keep
    }

    /// Return whether it may be sent now. A later notification about the same target ends its pause: a recovery must
    /// not arrive after the next outage.
    pub fn is_due(&self, is_followed: bool, now: u64) -> bool {
        self.sent < MAX_SENT && (is_followed || self.is_pause_over(now))
    }

    /// Return whether both are about the same target's status, for the same channel.
    pub fn is_about_the_same(&self, other: &Self) -> bool {
        self.kind.is_status()
            && other.kind.is_status()
            && (self.target(), self.channel()) == (other.target(), other.channel())
    }

    /// Fold an earlier notification about the same into this one, which then says how many outages there were.
    pub fn fold(&mut self, earlier: &Self) {
        self.first |= earlier.first;
        self.unread |= earlier.unread;
        self.unproven |= earlier.unproven;
        // The end of an outage that was notified is not another outage; later notifications imply it.
        if earlier.kind == NotificationKind::Up {
            return;
        }
        self.times = self.times.saturating_add(earlier.times);
        if self.kind != NotificationKind::Down {
            (self.kind, self.from) = (NotificationKind::WasDown, earlier.from);
        }
    }

    /// Return whether the pause after the last attempt is over. One that a jump of the clock has made too long counts
    /// as over.
    fn is_pause_over(&self, now: u64) -> bool {
        self.next.is_none_or(|next| next <= now || next - now > KEEP_S)
    }

    /// Record an attempt that may have arrived.
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

    /// Return whether an attempt was refused before.
    pub fn was_refused(&self) -> bool {
        self.sent < 2 && self.next.is_some()
    }

    /// Record an attempt that was refused.
    pub fn note_refused(&mut self, now: u64) {
        self.tries = self.tries.saturating_add(1);
        let age = now.saturating_sub(self.until.unwrap_or(self.from));
        self.next = Some(now.saturating_add(age.clamp(*REFUSED_S.start(), *REFUSED_S.end())));
    }

    /// Make it due in the next run.
    pub fn make_due(&mut self) {
        self.next = None;
    }
}

fn one() -> u32 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_one(times: &u32) -> bool {
    *times == 1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_false(flag: &bool) -> bool {
    !*flag
}

//! What is still to be told: one entry per change and channel, kept in the state until its channel took it.

use serde::{Deserialize, Serialize};

use crate::settings::Severity;

/// How long a message that nobody waits for is worth sending, in seconds.
pub const KEEP_S: u64 = 24 * 60 * 60;

/// What an entry tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The target went down (or was down when first seen).
    Down,
    /// The target came up again after a told outage (or was up when first seen).
    Up,
    /// An outage that could not be told while it lasted, told with its end.
    WasDown,
    /// The target is still down.
    Reminder,
    /// It goes up and down; no more is told until it settles.
    Flapping,
    /// Nobody can tell from here how the target is.
    Unseen,
    /// One can, again.
    Seen,
    /// It answers late.
    Slow,
    /// It answers in time again.
    Fast,
    /// Its certificate expires soon.
    Certificate,
    /// Another server answers in its place.
    Identity,
    /// The app was updated.
    Version,
    /// The monitor sees nothing at all.
    Blind,
    /// It does, again.
    Sighted,
    /// Another channel is broken.
    Channel,
}

impl Kind {
    /// How much it matters.
    pub fn severity(self) -> Severity {
        match self {
            // Who hears of outages alone must know why there is no more to hear.
            Self::Down | Self::Up | Self::WasDown | Self::Reminder | Self::Flapping | Self::Channel => {
                Severity::Down
            }
            Self::Version => Severity::Info,
            _ => Severity::Warn,
        }
    }

    /// Whether it is about the target's being up or down.
    pub fn is_status(self) -> bool {
        matches!(self, Self::Down | Self::Up | Self::WasDown)
    }

    /// What it takes back, if that has not been told yet.
    pub fn ends(self) -> Option<Self> {
        match self {
            Self::Seen => Some(Self::Unseen),
            Self::Fast => Some(Self::Slow),
            Self::Sighted => Some(Self::Blind),
            _ => None,
        }
    }
}

/// What a change has in common with others of the same run, which are then told in one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// All of a site.
    Site,
    /// All of a group within a site.
    Group,
    /// Some that came back later than others after all of their site had been down.
    Rest,
}

/// One message to one channel about one change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// `target:seq:channel`, unique among all entries ever.
    pub id: String,
    /// What it tells.
    pub kind: Kind,
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
    /// Sent once without proof that it arrived, hence possibly told before.
    #[serde(default, skip_serializing_if = "is_false")]
    pub unproven: bool,
    /// How often it was tried.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub tries: u32,
    /// What it shares with others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<Scope>,
    /// Why the target was down, or what else there is to say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// Why it could not be delivered so far.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

impl Entry {
    /// A word that nobody has tried to send yet, still without an id.
    pub fn new(kind: Kind, from: u64) -> Self {
        Self {
            id: String::new(),
            kind,
            from,
            until: None,
            times: 1,
            first: false,
            unread: false,
            unproven: false,
            tries: 0,
            scope: None,
            why: None,
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

    /// Whether it is too old to be worth telling. A DOWN that still holds does not grow old, and neither does the end of
    /// one that was told: somebody believes otherwise until it arrives. What may have arrived counts as told.
    pub fn is_expired(&self, now: u64) -> bool {
        let is_history = match self.kind {
            Kind::Down => false,
            Kind::Up => self.first,
            _ => true,
        };
        is_history && !self.unproven && now.saturating_sub(self.until.unwrap_or(self.from)) > KEEP_S
    }
}

/// Adds the word that a target went down.
pub fn add_down(outbox: &mut Vec<Entry>, entry: Entry) {
    outbox.push(Entry { kind: Kind::Down, ..entry });
}

/// Adds the word that a target came up, so that it never comes without its DOWN: an outage that could not be told while
/// it lasted becomes one message, and so do several of them. Hence an outbox holds at most three entries for each
/// target and channel: an undelivered word, an outage told late, and a new outage.
pub fn add_up(outbox: &mut Vec<Entry>, entry: Entry, down_was_told: bool) {
    let (target, channel) = (entry.target().to_owned(), entry.channel().to_owned());
    let is_same =
        |other: &Entry| other.kind.is_status() && other.target() == target && other.channel() == channel;
    let late = match outbox.iter().rposition(is_same) {
        Some(last) if outbox[last].kind == Kind::Down => {
            let down = outbox.remove(last);
            Entry { id: entry.id, kind: Kind::WasDown, until: entry.until, ..down }
        }
        _ if down_was_told || entry.first => {
            outbox.push(Entry { kind: Kind::Up, ..entry });
            return;
        }
        _ => Entry { kind: Kind::WasDown, ..entry },
    };
    match outbox.iter_mut().find(|other| is_same(other) && other.kind == Kind::WasDown) {
        Some(earlier) => merge(earlier, late),
        None => outbox.push(late),
    }
}

/// One message for two outages, in the place of the first.
fn merge(earlier: &mut Entry, late: Entry) {
    earlier.id = late.id;
    earlier.until = late.until;
    earlier.times = earlier.times.saturating_add(late.times);
    earlier.why = late.why.or(earlier.why.take());
    earlier.error = late.error.or(earlier.error.take());
    earlier.unread |= late.unread;
    earlier.unproven |= late.unproven;
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
pub fn add_note(outbox: &mut Vec<Entry>, entry: Entry) {
    if let Some(ended) = entry.kind.ends() {
        let is_unheard = |other: &Entry| {
            other.kind == ended
                && other.target() == entry.target()
                && other.channel() == entry.channel()
                && !other.unproven
        };
        let before = outbox.len();
        outbox.retain(|other| !is_unheard(other));
        // The monitor's own blindness is told afterwards, too: it explains what was not told meanwhile.
        if outbox.len() < before && entry.kind != Kind::Sighted {
            return;
        }
    }
    outbox.push(entry);
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_false(flag: &bool) -> bool {
    !*flag
}

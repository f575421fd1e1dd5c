//! What happened to a target: its outages, and changes of its check.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::packed::{Reader, Writer};
use crate::probe::Cause;

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventKind {
    /// An outage.
    Outage,
    /// An outage that began and ended in maintenance.
    Planned,
    /// An outage that lasted when the check was changed: its real end is not known.
    Interrupted,
    /// The check was changed: what came before is about another address or condition.
    CheckChanged,
}

const KINDS: [EventKind; 4] =
    [EventKind::Outage, EventKind::Planned, EventKind::Interrupted, EventKind::CheckChanged];

/// One event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event {
    /// What happened.
    pub kind: EventKind,
    /// When it began, in Unix seconds.
    pub begin: u64,
    /// When it ended, in Unix seconds.
    pub end: u64,
    /// Why the target was down.
    pub cause: Option<Cause>,
}

/// The width of the kind, the cause, the beginning (until the year 2106) and the length (up to two years), in bits.
const WIDTHS: [u32; 4] = [2, 6, 32, 26];

impl Event {
    /// The width of an event, in bits: a whole number of characters.
    pub(super) const BITS: usize = (WIDTHS[0] + WIDTHS[1] + WIDTHS[2] + WIDTHS[3]) as usize;

    /// Return whether the target was down, and not in maintenance.
    pub fn is_outage(&self) -> bool {
        matches!(self.kind, EventKind::Outage | EventKind::Interrupted)
    }

    /// Return how long it lasted, in seconds.
    pub fn length(&self) -> u64 {
        self.end.saturating_sub(self.begin)
    }

    fn put(&self, writer: &mut Writer) {
        let kind = KINDS.iter().position(|kind| *kind == self.kind).unwrap_or_default();
        writer.put(kind as u64, WIDTHS[0]);
        writer.put(self.cause.map_or(0, code), WIDTHS[1]);
        writer.put(self.begin, WIDTHS[2]);
        writer.put(self.length(), WIDTHS[3]);
    }

    fn take(reader: &mut Reader<'_>) -> Option<Self> {
        let kind = usize::try_from(reader.take(WIDTHS[0])?).ok()?;
        let cause = of_code(reader.take(WIDTHS[1])?);
        let begin = u64::from(reader.take(WIDTHS[2])?);
        let end = begin + u64::from(reader.take(WIDTHS[3])?);
        Some(Self { kind: *KINDS.get(kind)?, begin, end, cause })
    }
}

/// Events in the order in which they ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventList(pub Vec<Event>);

impl EventList {
    /// Return whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn to_text(events: &[Event]) -> String {
        let mut writer = Writer::default();
        events.iter().for_each(|event| event.put(&mut writer));
        writer.finish()
    }

    pub(super) fn of_text(text: &str) -> Self {
        let mut reader = Reader::new(text);
        Self(std::iter::from_fn(|| Event::take(&mut reader)).collect())
    }
}

impl Serialize for EventList {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Self::to_text(&self.0).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for EventList {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::of_text(&String::deserialize(deserializer)?))
    }
}

/// The causes in the order of their codes, counted from 1. A code is never used for another cause.
const CAUSES: [Cause; 22] = [
    Cause::Other,
    Cause::Dns,
    Cause::Connect,
    Cause::Tls,
    Cause::Certificate,
    Cause::App,
    Cause::Home,
    Cause::Origin,
    Cause::Access,
    Cause::Challenge,
    Cause::Blocked,
    Cause::RateLimited,
    Cause::LoginWall,
    Cause::Unreadable,
    Cause::Resolver,
    Cause::Maintenance,
    Cause::Condition,
    Cause::Limit,
    Cause::Slow,
    Cause::Timeout,
    Cause::Exposed,
    Cause::MonitorOffline,
];

fn code(cause: Cause) -> u64 {
    let at = CAUSES.iter().position(|known| *known == cause).unwrap_or_default();
    at as u64 + 1
}

/// Return the cause of a code; nothing for 0, and [`Cause::Other`] for a code of a later release.
fn of_code(code: u32) -> Option<Cause> {
    let at = usize::try_from(code).ok()?.checked_sub(1)?;
    Some(CAUSES.get(at).copied().unwrap_or(Cause::Other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_read_as_they_were_written() {
        let begin = 1_793_700_300;
        let with = |kind, cause, length| Event { kind, begin, end: begin + length, cause };
        let events: Vec<Event> = CAUSES
            .into_iter()
            .map(|cause| with(EventKind::Outage, Some(cause), 61))
            .chain([with(EventKind::CheckChanged, None, 0), with(EventKind::Interrupted, None, 60_000_000)])
            .collect();
        let text = EventList::to_text(&events);
        assert_eq!(text.len(), events.len() * Event::BITS / 6);
        assert_eq!(EventList::of_text(&text).0, events);
    }

    #[test]
    fn a_cause_of_a_later_release_is_another_one() {
        assert_eq!((of_code(0), of_code(63)), (None, Some(Cause::Other)));
    }
}

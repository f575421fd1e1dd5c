//! The result of a story.

use super::stage::Event;

/// The events of a story, and what they have to be judged by.
pub struct Played {
    pub events: Vec<Event>,
    /// The truth at the end: which targets are monitored, and which of them are down.
    pub targets: u8,
    pub down: u8,
    /// Where the events of the last run begin. By then, nothing is left to send.
    pub last_run: usize,
    pub bounds: Bounds,
    pub broken: Option<String>,
    /// Whether the run of each step died while it moved the history.
    pub deaths: Vec<bool>,
}

/// Events of a story that limit what can be guaranteed.
#[derive(Debug, Clone, Copy, Default)]
pub struct Bounds {
    /// The state was lost, or two runs overlapped: some notifications may be repeated, others lost.
    pub lost_state: bool,
    /// An old state returned, or the channel was removed: even the last message may be wrong.
    pub wrong_state: bool,
    /// A day may have passed: notifications about past outages have expired.
    pub expired: bool,
    /// Three attempts may all have failed to arrive: the notification is given up.
    pub exhausted: bool,
    /// Some writes failed: the state may not show what was sent.
    pub unsaved: bool,
}

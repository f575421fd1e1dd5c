//! What a message reports about a target.

use plexmon_function::contract::notification::NotificationKind;
use plexmon_function::message::{Message, MessageItem};

/// What a message reports about a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alert {
    FirstUp,
    FirstDown,
    /// The first notification, sent after the outage during which monitoring began.
    FirstWasDown,
    Down,
    Up,
    WasDown,
}

impl Alert {
    pub fn is_down(self) -> bool {
        matches!(self, Self::Down | Self::FirstDown)
    }
}

/// What a message reports about a target. Other tests compare this with the text.
pub fn alert(item: &MessageItem, message: &Message) -> Alert {
    match (item.first, item.kind) {
        (true, NotificationKind::WasDown) => Alert::FirstWasDown,
        (true, NotificationKind::Up) => Alert::FirstUp,
        (true, NotificationKind::Down) => Alert::FirstDown,
        (false, NotificationKind::Down) => Alert::Down,
        (false, NotificationKind::Up) => Alert::Up,
        (false, NotificationKind::WasDown) => Alert::WasDown,
        other => panic!("unexpected item {other:?} in {message:?}"),
    }
}

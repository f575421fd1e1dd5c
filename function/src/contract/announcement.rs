//! What the owner announces on the status page: notices in a parameter of their own, which the deployer writes and the
//! page reads.

use serde::{Deserialize, Serialize};

use super::state::MAX_BYTES;
use crate::time::DAY;

/// The version that this code writes.
pub const VERSION: u64 = 1;

/// The suffix in the name of the parameter: it follows the state parameter's name.
pub const SUFFIX: &str = "_announcements";

/// The longest text, in characters.
pub const MAX_CHARS: usize = 1000;

/// For how long an announcement without an end is shown, in seconds.
pub const DEFAULT_S: u64 = 7 * DAY;

/// All announcements, the newest last.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Announcements {
    /// [`VERSION`].
    pub version: u64,
    /// The deployment that it belongs to.
    pub deployment: String,
    /// Its entries.
    #[serde(default)]
    pub announcements: Vec<Announcement>,
}

/// One notice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Announcement {
    /// Unique among all announcements of the deployment, and part of the feed's ids.
    pub id: u64,
    /// What it says.
    pub text: String,
    /// When it was made, in Unix seconds.
    pub made: u64,
    /// From when on it applies, in Unix seconds.
    pub from: u64,
    /// Until when it applies, in Unix seconds.
    pub until: u64,
}

impl Announcements {
    /// Return an empty list of a deployment.
    pub fn new(deployment: &str) -> Self {
        Self { version: VERSION, deployment: deployment.to_owned(), announcements: Vec::new() }
    }

    /// Read a stored list; nothing if it is invalid or was written by a later release.
    pub fn parse(text: &str) -> Option<Self> {
        let read: Self = serde_json::from_str(text).ok()?;
        (read.version == VERSION).then_some(read)
    }

    /// Return the text to store, without the oldest announcements that have no room in a parameter.
    pub fn encode(&mut self) -> String {
        loop {
            // A struct of strings and numbers always serializes. SSM rejects `{{`.
            let text = serde_json::to_string(self).unwrap_or_default().replace("{{", "{\\u007b");
            if text.len() <= MAX_BYTES || self.announcements.is_empty() {
                return text;
            }
            self.announcements.remove(0);
        }
    }
}

/// Return the name of the parameter.
pub fn parameter(state_parameter: &str) -> String {
    format!("{state_parameter}{SUFFIX}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn announcement(id: u64, text: &str) -> Announcement {
        Announcement { id, text: text.to_owned(), made: 1, from: 2, until: 3 }
    }

    #[test]
    fn announcements_are_read_as_they_were_written() {
        let mut all = Announcements::new("home");
        all.announcements.push(announcement(1, "Update at {{ 20:00 }} \u{1f6e0}"));
        let text = all.encode();
        assert!(!text.contains("{{"), "{text}");
        assert_eq!(Announcements::parse(&text), Some(all));
        assert_eq!(Announcements::parse(&text.replace(r#""version":1"#, r#""version":2"#)), None);
        assert_eq!(Announcements::parse("[]"), None);
    }

    #[test]
    fn the_oldest_announcements_make_room_for_new_ones() {
        let mut all = Announcements::new("home");
        all.announcements.extend((1..=9).map(|id| announcement(id, &"x".repeat(MAX_CHARS))));
        assert!(all.encode().len() <= MAX_BYTES);
        let left: Vec<u64> = all.announcements.iter().map(|one| one.id).collect();
        assert_eq!(left, [7, 8, 9]);
    }
}

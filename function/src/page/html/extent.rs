//! How much of the past is written out, so that a page is small whatever the past was.

use crate::text::{bounded_by, entity};

/// The most bytes of a page with up to 20 apps.
const MAX_BYTES: usize = 30_000;

/// The bytes that each further app may add.
const BYTES_AN_APP: usize = 1_400;

const FEW_APPS: usize = 20;

/// How much of everything is on a page.
pub(super) struct Extent {
    /// Days with trouble, of each app, in words.
    pub(super) days: usize,
    /// Days of each app in its drawing.
    pub(super) bars: usize,
    /// Whether response times are drawn.
    pub(super) responses: bool,
    /// Outages, and maintenances.
    pub(super) entries: usize,
    /// Announcements.
    pub(super) notices: usize,
    /// Bytes of an announcement.
    pub(super) text: usize,
    /// Bytes of a label.
    pub(super) label: usize,
}

/// From the page that has everything to the smallest one. No text of a view is longer than the first one allows.
pub(super) const EXTENTS: [Extent; 6] = [
    Extent { days: 14, bars: 90, responses: true, entries: 10, notices: 5, text: 6000, label: 360 },
    Extent { days: 5, bars: 90, responses: true, entries: 10, notices: 3, text: 2000, label: 120 },
    Extent { days: 0, bars: 90, responses: true, entries: 5, notices: 2, text: 500, label: 60 },
    Extent { days: 0, bars: 90, responses: false, entries: 3, notices: 1, text: 300, label: 30 },
    Extent { days: 0, bars: 60, responses: false, entries: 3, notices: 1, text: 200, label: 24 },
    Extent { days: 0, bars: 14, responses: false, entries: 1, notices: 1, text: 100, label: 16 },
];

/// Shorten a text to that many bytes of HTML.
pub(super) fn bounded(text: &str, bytes: usize) -> String {
    bounded_by(text, bytes, |c| match c {
        '"' => 6,
        c => entity(c).map_or(c.len_utf8(), str::len),
    })
}

/// Return how many bytes a page with that many apps has at most.
pub fn max_bytes(apps: usize) -> usize {
    MAX_BYTES + apps.saturating_sub(FEW_APPS) * BYTES_AN_APP
}

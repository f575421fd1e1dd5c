//! One target's share of an hour that is over, on its way from the state to the record.

use super::counts::Counts;
use super::event::Event;
use super::response_time::ResponseTime;

/// Identifies an hour that was closed: each is added to a record once, however often it is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Mark {
    /// When the state began to count, in Unix seconds: a state that was lost begins with another one.
    pub epoch: u32,
    /// How many hours this state had closed.
    pub seq: u32,
}

/// One target's share of an hour that is over.
#[derive(Debug, Clone, PartialEq)]
pub struct ClosedHour {
    /// Which one it is.
    pub mark: Mark,
    /// The hour, since 1970.
    pub hour: u32,
    /// The day of its beginning by the owner's clock, since 1970.
    pub day: u32,
    /// Its checks.
    pub counts: Counts,
    /// Its response times.
    pub times: Vec<ResponseTime>,
    /// What ended in it.
    pub events: Vec<Event>,
    /// The check that was made.
    pub check: String,
}

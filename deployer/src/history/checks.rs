//! Counted checks and response times in documents.

use plexmon_function::contract::history::{Class, Counts, ResponseTime, Uptime};
use serde::Serialize;

/// How many checks went how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Checks {
    /// The denominator of the uptime: up, degraded, partly down and down.
    known: u64,
    up: u32,
    degraded: u32,
    partial: u32,
    down: u32,
    maintenance: u32,
    unknown: u32,
}

impl From<Counts> for Checks {
    fn from(counts: Counts) -> Self {
        Self {
            known: Uptime::of(&counts).known,
            up: counts.of(Class::Up),
            degraded: counts.of(Class::Degraded),
            partial: counts.of(Class::Partial),
            down: counts.of(Class::Down),
            maintenance: counts.of(Class::Maintenance),
            unknown: counts.of(Class::Unknown),
        }
    }
}

/// A response time, with the digits that it has.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
pub struct Milliseconds(pub f64);

impl From<ResponseTime> for Milliseconds {
    fn from(time: ResponseTime) -> Self {
        let ms = time.ms();
        Self(if ms < 10.0 { (ms * 10.0).round() / 10.0 } else { ms.round() })
    }
}

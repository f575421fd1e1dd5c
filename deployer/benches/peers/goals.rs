//! The goals of the benchmark for each verb.

use crate::peer::Verb;

/// The maximum share of our time in that of another tool.
pub struct Share {
    pub verb: Verb,
    pub peer: &'static str,
    pub share: f64,
}

pub const SHARES: [Share; 10] = [
    Share { verb: Verb::Up, peer: "Chalice", share: 0.35 },
    Share { verb: Verb::Up, peer: "cargo lambda", share: 0.12 },
    Share { verb: Verb::Up, peer: "shell steps", share: 0.05 },
    Share { verb: Verb::Unchanged, peer: "cargo lambda", share: 0.9 },
    Share { verb: Verb::Unchanged, peer: "Chalice", share: 0.2 },
    Share { verb: Verb::Change, peer: "Chalice", share: 0.35 },
    Share { verb: Verb::Remove, peer: "Claudia", share: 0.6 },
    Share { verb: Verb::Remove, peer: "shell steps", share: 0.1 },
    // These have no goal of their own; a value below one is faster.
    Share { verb: Verb::Remove, peer: "Chalice", share: 1.0 },
    Share { verb: Verb::Change, peer: "cargo lambda", share: 1.0 },
];

/// The limits for sequential rounds and writes.
pub struct Bound {
    pub verb: Verb,
    pub rounds: usize,
    pub writes: usize,
}

pub const BOUNDS: [Bound; 5] = [
    Bound { verb: Verb::Up, rounds: 4, writes: 9 },
    Bound { verb: Verb::Unchanged, rounds: 1, writes: 0 },
    Bound { verb: Verb::Change, rounds: 3, writes: 1 },
    Bound { verb: Verb::Status, rounds: 1, writes: 0 },
    Bound { verb: Verb::Remove, rounds: 3, writes: 7 },
];

/// A slope is measured, and local work grows a little with the waiting.
pub const SLOPE_ALLOWANCE: f64 = 0.3;
pub const PEAK_MB: f64 = 20.0;
pub const STATUS_CPU_S: f64 = 0.1;
pub const BINARY_MB: f64 = 15.0;
pub const HELP_ABOVE_HELLO_MS: f64 = 10.0;

pub fn verdict(met: bool) -> &'static str {
    if met { "met" } else { "missed" }
}

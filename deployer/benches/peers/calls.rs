//! Analyzes the recorded calls of a run: how many there were, of what kind, and which waited for others.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::proxy::Call;

/// The effect of a call on AWS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallKind {
    Read,
    Write,
    /// It runs the function, without changing the deployment.
    Run,
}

impl CallKind {
    pub fn of(operation: &str) -> Self {
        const READS: [&str; 6] = ["Get", "List", "Describe", "Filter", "Head", "Validate"];
        let name = operation.split_once(':').map_or(operation, |(_, name)| name);
        match name {
            "Invoke" => Self::Run,
            _ if READS.iter().any(|verb| name.starts_with(verb)) => Self::Read,
            _ => Self::Write,
        }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Run => "run",
        }
    }
}

/// A call with its times since the start of the process that made it.
#[derive(Debug, Clone)]
pub struct TimedCall {
    pub operation: String,
    pub kind: CallKind,
    pub status: u16,
    pub start: Duration,
    pub end: Duration,
    /// The length of the longest chain of sequential calls that ends with this one.
    pub round: usize,
}

/// Return the calls in the order of their arrival.
pub fn with_times(calls: &[Call], origin: Instant) -> Vec<TimedCall> {
    let mut timed: Vec<TimedCall> = Vec::with_capacity(calls.len());
    for call in calls {
        let since = |instant: Instant| instant.saturating_duration_since(origin);
        let before = timed.iter().filter(|earlier| earlier.end <= since(call.start));
        let round = 1 + before.map(|earlier| earlier.round).max().unwrap_or(0);
        timed.push(TimedCall {
            operation: call.operation.clone(),
            kind: CallKind::of(&call.operation),
            status: call.status,
            start: since(call.start),
            end: since(call.end),
            round,
        });
    }
    timed
}

pub fn rounds(calls: &[TimedCall]) -> usize {
    calls.iter().map(|call| call.round).max().unwrap_or(0)
}

pub fn writes(calls: &[TimedCall]) -> usize {
    calls.iter().filter(|call| call.kind == CallKind::Write).count()
}

/// Return when the last write was answered, after which the deployment does not change.
pub fn last_write(calls: &[TimedCall]) -> Option<Duration> {
    calls.iter().filter(|call| call.kind == CallKind::Write).map(|call| call.end).max()
}

/// Return the calls up to and including the last write.
pub fn until_last_write(calls: &[TimedCall]) -> &[TimedCall] {
    let last = calls.iter().rposition(|call| call.kind == CallKind::Write);
    &calls[..last.map_or(calls.len(), |last| last + 1)]
}

/// Return the time with at least one call in progress.
pub fn busy(calls: &[TimedCall]) -> Duration {
    let mut busy = Duration::ZERO;
    let mut reached = Duration::ZERO;
    for call in calls {
        busy += call.end.saturating_sub(call.start.max(reached));
        reached = reached.max(call.end);
    }
    busy
}

/// Return each operation with its kind, the number of calls, and their rounds.
pub fn table(calls: &[TimedCall]) -> Vec<(String, CallKind, usize, Vec<usize>)> {
    let mut table: BTreeMap<&str, (CallKind, Vec<usize>)> = BTreeMap::new();
    for call in calls {
        table.entry(&call.operation).or_insert((call.kind, Vec::new())).1.push(call.round);
    }
    let mut rows: Vec<_> = table
        .into_iter()
        .map(|(operation, (kind, mut rounds))| {
            let count = rounds.len();
            rounds.sort_unstable();
            rounds.dedup();
            (operation.to_owned(), kind, count, rounds)
        })
        .collect();
    rows.sort_by_key(|(.., rounds)| rounds.first().copied());
    rows
}

//! The runs of all tools, and the medians for the tables.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::calls;
use crate::measure::Run;
use crate::peer::Verb;

/// The latency per call in the tables, in milliseconds.
pub const MAIN: u64 = 80;
/// The latencies between which the slope is measured.
pub const LEAST: u64 = 0;
pub const MOST: u64 = 200;

/// The runs of one tool.
#[derive(Default)]
pub struct Results {
    runs: BTreeMap<(Verb, u64), Vec<Run>>,
    /// Why there are no more runs.
    pub trouble: Option<String>,
}

impl Results {
    pub fn add(&mut self, verb: Verb, latency: u64, run: Run) {
        self.runs.entry((verb, latency)).or_default().push(run);
    }

    pub fn of(&self, verb: Verb, latency: u64) -> &[Run] {
        self.runs.get(&(verb, latency)).map_or(&[], Vec::as_slice)
    }

    fn median<T: Copy + Ord>(&self, verb: Verb, latency: u64, value: impl Fn(&Run) -> T) -> Option<T> {
        median(self.of(verb, latency).iter().map(value).collect())
    }

    pub fn wall(&self, verb: Verb) -> Option<Duration> {
        self.median(verb, MAIN, |run| run.wall)
    }

    /// Return the time until the last write was answered.
    pub fn applied(&self, verb: Verb) -> Option<Duration> {
        self.median(verb, MAIN, Run::applied)
    }

    pub fn cpu(&self, verb: Verb) -> Option<Duration> {
        mean_cpu(self.of(verb, MAIN))
    }

    pub fn idle(&self, verb: Verb) -> Option<Duration> {
        self.median(verb, MAIN, |run| run.wall.saturating_sub(run.busy()))
    }

    pub fn calls(&self, verb: Verb) -> Option<usize> {
        self.median(verb, MAIN, |run| run.calls.len())
    }

    pub fn writes(&self, verb: Verb) -> Option<usize> {
        self.median(verb, MAIN, |run| calls::writes(&run.calls))
    }

    /// Count rounds from the intervals of the calls.
    pub fn rounds(&self, verb: Verb) -> Option<usize> {
        self.median(verb, MAIN, Run::rounds)
    }

    pub fn rounds_applied(&self, verb: Verb) -> Option<usize> {
        self.median(verb, MAIN, |run| calls::rounds(calls::until_last_write(&run.calls)))
    }

    /// Return how many latencies the time grows by for each additional latency.
    pub fn slope(&self, verb: Verb, value: impl Fn(&Run) -> Duration) -> Option<f64> {
        let least = self.median(verb, LEAST, &value)?.as_secs_f64();
        let most = self.median(verb, MOST, &value)?.as_secs_f64();
        Some((most - least) * 1000.0 / (MOST - LEAST) as f64)
    }

    /// Return the peak over all verbs, in bytes.
    pub fn peak(&self) -> Option<u64> {
        self.runs.values().flatten().map(|run| run.peak).max()
    }

    pub fn peak_of(&self, verb: Verb) -> Option<u64> {
        self.of(verb, MAIN).iter().map(|run| run.peak).max()
    }

    /// Return the exit codes other than 0.
    pub fn codes(&self, verb: Verb) -> Option<String> {
        let run = self.of(verb, MAIN).first()?;
        (run.code != Some(0)).then(|| run.code.map_or_else(|| "signal".to_owned(), |code| code.to_string()))
    }

    /// Return the run whose wall time is the median.
    pub fn typical(&self, verb: Verb) -> Option<&Run> {
        let mut runs: Vec<&Run> = self.of(verb, MAIN).iter().collect();
        runs.sort_by_key(|run| run.wall);
        runs.get(runs.len() / 2).copied()
    }
}

/// Return the median; of an even number of values, the upper one.
pub fn median<T: Copy + Ord>(mut values: Vec<T>) -> Option<T> {
    values.sort_unstable();
    values.get(values.len() / 2).copied()
}

/// See [`measure`](crate::measure::measure) for why it is not a median.
pub fn mean_cpu(runs: &[Run]) -> Option<Duration> {
    let count = u32::try_from(runs.len()).ok().filter(|count| *count > 0)?;
    Some(runs.iter().map(|run| run.cpu).sum::<Duration>() / count)
}

//! What the functions of a stack use in a month.

mod answer;
mod page;

use plexmon_function::contract::settings::{HeartbeatSettings, Target};

pub use self::answer::largest_answer;
pub use self::page::Flood;
use super::amount::Quantity;
use super::assumptions::{self, ENVIRONMENT_S, HISTORY_MS, OTHER_SECRET_READS, PROBE_BYTES};
use crate::config::schedule::SECONDS_A_MONTH;
use crate::config::{Architecture, Config};
use crate::names::{LambdaKind, LambdaNames, Names};
use crate::resource::find;
use crate::resources::{Function, LogGroup};
use crate::stack::Stack;

const SECONDS_A_DAY: u64 = 86_400;

/// The retention of a log group that never expires, in days: the longest that CloudWatch has.
const LONGEST_RETENTION_DAYS: u32 = 3653;

/// What one function uses in a month.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FunctionUsage {
    pub runs: u64,
    /// How many of them a schedule starts.
    pub scheduled_events: u64,
    pub memory_mb: u64,
    pub is_arm64: bool,
    /// How long a run is expected to take, and how long it takes at most.
    pub run_ms: u64,
    pub longest_run_ms: u64,
    /// How long all runs together take for the history, in addition.
    pub history_ms: u64,
    pub parameter_calls: u64,
    pub kms_requests: u64,
    pub logged_bytes: u64,
    /// The size of the log when its oldest lines expire.
    pub stored_bytes: u64,
    pub sent_bytes: u64,
}

/// How long each run takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Runs {
    AsExpected,
    UntilTheirTimeout,
}

impl FunctionUsage {
    /// Return the use of a function that never runs.
    fn idle(function: &Function) -> Self {
        Self {
            memory_mb: u64::from(function.memory_mb.unsigned_abs()),
            is_arm64: function.architecture == Architecture::Arm64.as_str(),
            ..Self::default()
        }
    }

    /// Return its compute time in GB-seconds, billed by the millisecond.
    pub fn compute_time(&self, runs: Runs) -> Quantity {
        let in_all_runs = |ms: u64| u128::from(self.runs) * u128::from(ms);
        let longest = in_all_runs(self.longest_run_ms);
        let ms = match runs {
            Runs::AsExpected => (in_all_runs(self.run_ms) + u128::from(self.history_ms)).min(longest),
            Runs::UntilTheirTimeout => longest,
        };
        Quantity::fraction(u128::from(self.memory_mb) * ms, 1024 * 1000)
    }
}

/// What a deployment uses in a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Usage {
    pub functions: Vec<FunctionUsage>,
    /// What a flood of requests for the status page changes; nothing without a page.
    pub flood: Option<Flood>,
}

/// Return what each function of the stack uses, and each log group of a function that no longer exists. Resources of
/// others do not count. `now` is in Unix seconds.
pub fn usage(config: &Config, names: &Names, stack: &Stack, now: u64) -> Usage {
    let workload = Workload { config, names, stack, scheduled: config.schedule.runs_a_month(now) };
    let functions = names.lambdas().map(|lambda| workload.of(lambda)).collect();
    Usage { functions, flood: workload.flood() }
}

struct Workload<'a> {
    config: &'a Config,
    names: &'a Names,
    stack: &'a Stack,
    /// The runs of the configured schedule.
    scheduled: u64,
}

impl Workload<'_> {
    fn of(&self, lambda: &LambdaNames) -> FunctionUsage {
        match lambda.kind {
            LambdaKind::Monitor => self.of_monitor(lambda),
            LambdaKind::Page => self.of_page(lambda),
        }
    }

    fn of_monitor(&self, lambda: &LambdaNames) -> FunctionUsage {
        let Config { targets, heartbeat, .. } = self.config;
        let scheduled = if lambda.schedule.is_some() { self.scheduled } else { 0 };
        let log_bytes = assumptions::log_bytes(targets);
        let stored_bytes = self.stored(scheduled * log_bytes, lambda);
        let Some(function) = self.function(lambda) else {
            return FunctionUsage { stored_bytes, ..FunctionUsage::default() };
        };
        let rule = self.stack.schedule(lambda).filter(|schedule| schedule.target.is_some());
        let is_enabled = rule.and_then(|schedule| schedule.rule.as_ref()).is_some_and(|rule| rule.enabled);
        let runs = if is_enabled { scheduled } else { 0 };
        let longest_run_ms = u64::from(function.timeout_s.unsigned_abs()) * 1000;
        // Each parameter once an hour, if there is a run.
        let moved = runs.min(SECONDS_A_MONTH / 3600) * self.names.history.len() as u64;
        let requests = targets.len() + usize::from(heartbeat.is_some());
        FunctionUsage {
            runs,
            scheduled_events: runs,
            run_ms: assumptions::run_ms(targets.len()).min(longest_run_ms),
            longest_run_ms,
            history_ms: moved * HISTORY_MS,
            // Each run reads all parts of the state, and writes the one that has its time.
            parameter_calls: runs * (self.names.state_parameters().count() as u64 + 1) + moved * 2,
            kms_requests: self.secret_reads(runs),
            logged_bytes: runs * log_bytes,
            stored_bytes,
            sent_bytes: runs * PROBE_BYTES * requests as u64,
            ..FunctionUsage::idle(function)
        }
    }

    /// Return a function, if it is ours.
    fn function(&self, lambda: &LambdaNames) -> Option<&Function> {
        let is_ours = |function: &&Function| function.owner.as_deref() == Some(&self.names.deployment);
        self.stack.function(lambda).filter(is_ours)
    }

    /// Return the size of a function's log when its oldest lines expire.
    fn stored(&self, bytes_a_month: u64, lambda: &LambdaNames) -> u64 {
        let is_ours = |group: &&LogGroup| group.owner.as_deref() == Some(&self.names.deployment);
        let group = find(&self.stack.log_groups, &lambda.log_group, &lambda.region).filter(is_ours);
        group.map_or(0, |group| stored(bytes_a_month, group))
    }

    /// Return how many times a month the secrets are decrypted.
    fn secret_reads(&self, runs: u64) -> u64 {
        let Config { targets, heartbeat, secrets, .. } = self.config;
        if secrets.is_empty() {
            return 0;
        }
        let is_secret = |heartbeat: &HeartbeatSettings| *heartbeat == HeartbeatSettings::Secret;
        let by_checks =
            targets.iter().any(Target::needs_secrets) || heartbeat.as_ref().is_some_and(is_secret);
        let environments = if by_checks { runs.min(SECONDS_A_MONTH.div_ceil(ENVIRONMENT_S)) } else { 0 };
        environments + runs.min(OTHER_SECRET_READS)
    }
}

/// Return the size of a log group when its oldest lines expire.
fn stored(bytes_a_month: u64, group: &LogGroup) -> u64 {
    let days = u64::from(group.retention_days.unwrap_or(LONGEST_RETENTION_DAYS));
    let bytes = u128::from(bytes_a_month) * u128::from(days * SECONDS_A_DAY);
    u64::try_from(bytes.div_ceil(u128::from(SECONDS_A_MONTH))).unwrap_or(u64::MAX)
}

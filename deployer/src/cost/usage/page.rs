//! What visitors of the status page use, and what a flood of requests uses at most.

use plexmon_function::page::reader::{EVERY, WARN_EVERY};
use plexmon_function::store::NAMES_A_CALL;

use super::super::assumptions::{
    PAGE_REQUESTS, PAGE_WARNING_BYTES, REQUESTS_A_SECOND, answer_bytes, page_ms,
};
use super::{FunctionUsage, Workload, largest_answer};
use crate::config::schedule::SECONDS_A_MONTH;
use crate::names::{LambdaKind, LambdaNames};
use crate::resource::find;
use crate::resources::{Concurrency, Function};

/// How long each request takes if an environment has no pause, in milliseconds.
const WITHOUT_PAUSE_MS: u64 = 1000 / REQUESTS_A_SECOND;

/// A flood of requests for the status page, all month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flood {
    /// What limits it.
    pub concurrency: Concurrency,
    /// What all functions use then; nothing if there is no limit.
    pub functions: Option<Vec<FunctionUsage>>,
}

impl Workload<'_> {
    /// Return what the page uses with the assumed number of visitors.
    pub(super) fn of_page(&self, lambda: &LambdaNames) -> FunctionUsage {
        let Some((function, concurrency)) = self.page(lambda) else { return FunctionUsage::default() };
        let runs = if concurrency == Concurrency::Reserved(0) { 0 } else { PAGE_REQUESTS };
        let longest_run_ms = u64::from(function.timeout_s.unsigned_abs()) * 1000;
        let calls = self.calls();
        FunctionUsage {
            runs,
            run_ms: page_ms(calls).min(longest_run_ms),
            longest_run_ms,
            parameter_calls: runs * calls,
            sent_bytes: runs * self.answer_bytes(),
            ..FunctionUsage::idle(function)
        }
    }

    /// Return what a flood changes; nothing if the page cannot be reached.
    pub(super) fn flood(&self) -> Option<Flood> {
        let is_page = |lambda: &&LambdaNames| lambda.kind == LambdaKind::Page;
        let lambda = self.names.lambdas().find(is_page)?;
        let (function, concurrency) = self.page(lambda)?;
        let functions = match concurrency {
            Concurrency::Unreserved => None,
            Concurrency::Reserved(0) => return None,
            Concurrency::Reserved(number) => {
                let flooded = self.flooded(lambda, function, u64::from(number.unsigned_abs()));
                let others = self.names.lambdas().filter(|other| *other != lambda);
                Some(others.map(|other| self.of(other)).chain([flooded]).collect())
            }
        };
        Some(Flood { concurrency, functions })
    }

    /// Return what the page uses at most if that many environments have no pause.
    fn flooded(&self, lambda: &LambdaNames, function: &Function, environments: u64) -> FunctionUsage {
        let seconds = environments * SECONDS_A_MONTH;
        let runs = seconds * REQUESTS_A_SECOND;
        let logged_bytes = seconds / WARN_EVERY.as_secs() * PAGE_WARNING_BYTES;
        FunctionUsage {
            runs,
            run_ms: WITHOUT_PAUSE_MS,
            longest_run_ms: WITHOUT_PAUSE_MS,
            parameter_calls: seconds / EVERY.as_secs() * self.calls(),
            logged_bytes,
            stored_bytes: self.stored(logged_bytes, lambda),
            sent_bytes: runs * self.answer_bytes(),
            ..FunctionUsage::idle(function)
        }
    }

    /// Return the function of the page with its concurrency, if it has an address.
    fn page(&self, lambda: &LambdaNames) -> Option<(&Function, Concurrency)> {
        let function = self.function(lambda)?;
        let url = find(&self.stack.function_urls, &lambda.url.as_ref()?.function, &lambda.region)?;
        url.url.as_ref()?;
        Some((function, function.concurrency.unwrap_or(Concurrency::Unreserved)))
    }

    /// Return with how many calls an environment reads everything: the state with the announcements, and the history.
    fn calls(&self) -> u64 {
        let state = self.names.state_parameters().count() + 1;
        let calls = |parameters: usize| parameters.div_ceil(NAMES_A_CALL) as u64;
        calls(state) + calls(self.names.history.len())
    }

    fn answer_bytes(&self) -> u64 {
        answer_bytes(largest_answer(self.config))
    }
}

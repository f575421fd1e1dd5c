//! What a deployment costs a month, computed from its configuration before anything exists. Pure: nothing is read from
//! AWS.
//!
//! [`prices`] has AWS's list prices and always-free allowances, [`assumptions`] what is assumed about a run, [`usage`] what
//! the functions of a stack use, and [`text`](mod@text) how the result is worded. An estimate is not a part of the plan, so
//! the digest of a plan does not depend on prices.

mod amount;
pub mod assumptions;
pub mod prices;
mod text;
pub mod usage;

use serde::Serialize;

pub use self::amount::{Quantity, Share, Usd};
use self::prices::{Allowance, Price, PriceList};
pub use self::text::MonthlyCost;
pub use self::usage::{FunctionUsage, Runs, Usage};
use crate::config::Config;
use crate::error::Result;
use crate::names::Names;
use crate::resources::Concurrency;
use crate::stack::Stack;

/// Estimate what the resources of a stack cost a month, with the targets and the schedule of the configuration.
///
/// `now` (Unix seconds) matters only to a schedule that ends.
pub fn estimate(config: &Config, names: &Names, stack: &Stack, now: u64) -> Result<Estimate> {
    Ok(Estimate::of(&usage::usage(config, names, stack, now), &PriceList::built_in()?))
}

/// What a deployment costs a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Estimate {
    /// When the prices were last checked, and for which region they are.
    pub date: String,
    pub region: String,
    pub parts: Vec<Part>,
    /// The parts if every run lasted until its timeout.
    pub longest: Vec<Part>,
    /// With a status page that can be reached.
    pub flood: Option<FloodCost>,
}

/// What a flood of requests for the status page can do to the cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct FloodCost {
    /// What limits it.
    pub concurrency: Concurrency,
    /// What everything costs then, with the allowances; nothing if there is no limit.
    #[serde(rename = "at_most_usd", serialize_with = "text::in_cents")]
    pub at_most: Option<Usd>,
}

/// What is used of one kind of thing, and what it costs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    pub item: Item,
    pub used: Quantity,
    pub unit: String,
    /// What is free in every account; `None` for what has no price at all.
    pub allowance: Option<Quantity>,
    /// The price of what is used beyond the allowance.
    pub charge: Usd,
    /// The price without the allowance.
    pub list_price: Usd,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Item {
    Requests,
    ComputeTime,
    KmsRequests,
    Logs,
    OutgoingData,
    ParameterCalls,
    ScheduledEvents,
}

impl Estimate {
    /// Compute the cost of what functions use, in any region: allowances are shared by all of them.
    pub fn of(usage: &Usage, list: &PriceList) -> Self {
        let Usage { functions, flood } = usage;
        let flood = flood.as_ref().map(|flood| FloodCost {
            concurrency: flood.concurrency,
            at_most: flood.functions.as_ref().map(|used| charge(&parts(used, list, Runs::AsExpected))),
        });
        Self {
            date: list.date.clone(),
            region: list.region.clone(),
            parts: parts(functions, list, Runs::AsExpected),
            longest: parts(functions, list, Runs::UntilTheirTimeout),
            flood,
        }
    }

    /// Return what is expected to be paid, if nothing else in the account uses the allowances.
    pub fn charge(&self) -> Usd {
        charge(&self.parts)
    }

    /// Return what would be paid without the allowances.
    pub fn list_price(&self) -> Usd {
        self.parts.iter().map(|part| part.list_price).sum()
    }

    /// Return what would be paid if every run lasted until its timeout.
    pub fn longest_charge(&self) -> Usd {
        charge(&self.longest)
    }
}

impl Part {
    /// Return how much of the allowance is used.
    pub fn share(&self) -> Option<Share> {
        self.allowance.map(|allowance| self.used.of(allowance))
    }
}

fn charge(parts: &[Part]) -> Usd {
    parts.iter().map(|part| part.charge).sum()
}

fn parts(functions: &[FunctionUsage], list: &PriceList, runs: Runs) -> Vec<Part> {
    let PriceList { prices, allowances, .. } = list;
    let sum = |of: fn(&FunctionUsage) -> u64| Quantity::whole(functions.iter().map(of).sum());
    let gigabytes = |of: fn(&FunctionUsage) -> u64| {
        Quantity::fraction(functions.iter().map(|function| u128::from(of(function))).sum(), 1_000_000_000)
    };
    let compute_time = |is_arm64: bool| {
        let alike = functions.iter().filter(|function| function.is_arm64 == is_arm64);
        alike.map(|function| function.compute_time(runs)).sum()
    };
    let free = |allowance: &Allowance| Some(Quantity::whole(allowance.amount));
    vec![
        part(
            Item::Requests,
            free(&allowances.requests),
            &[(&prices.requests, sum(|function| function.runs))],
        ),
        part(
            Item::ComputeTime,
            free(&allowances.compute_time),
            &[
                (&prices.compute_time_arm64, compute_time(true)),
                (&prices.compute_time_x86_64, compute_time(false)),
            ],
        ),
        part(
            Item::KmsRequests,
            free(&allowances.kms_requests),
            &[(&prices.kms_requests, sum(|function| function.kms_requests))],
        ),
        part(
            Item::Logs,
            free(&allowances.logs),
            &[
                (&prices.log_ingestion, gigabytes(|function| function.logged_bytes)),
                (&prices.log_storage, gigabytes(|function| function.stored_bytes)),
            ],
        ),
        part(
            Item::OutgoingData,
            free(&allowances.outgoing_data),
            &[(&prices.outgoing_data, gigabytes(|function| function.sent_bytes))],
        ),
        part(
            Item::ParameterCalls,
            None,
            &[(&prices.parameter_calls, sum(|function| function.parameter_calls))],
        ),
        part(
            Item::ScheduledEvents,
            None,
            &[(&prices.scheduled_events, sum(|function| function.scheduled_events))],
        ),
    ]
}

/// Add up what is used at different prices. The allowance is taken from the cheapest first, so that the estimate is not too
/// low.
fn part(item: Item, allowance: Option<Quantity>, uses: &[(&Price, Quantity)]) -> Part {
    let unit = uses.first().map_or_else(String::new, |(price, _)| price.unit.clone());
    let mut uses = uses.to_vec();
    uses.sort_by_key(|(price, _)| price.usd.amount);
    let mut left = allowance.unwrap_or_default();
    let mut charge = Usd::ZERO;
    for (price, used) in &uses {
        charge = charge + used.minus(left).at(price.usd.amount, price.per);
        left = left.minus(*used);
    }
    Part {
        item,
        used: uses.iter().map(|(_, used)| *used).sum(),
        unit,
        allowance,
        charge,
        list_price: uses.iter().map(|(price, used)| used.at(price.usd.amount, price.per)).sum(),
    }
}

#[cfg(test)]
mod tests;

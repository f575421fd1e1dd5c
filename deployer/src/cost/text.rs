//! An estimate as text and as JSON.

use std::fmt::{self, Display};

use serde::ser::SerializeStruct as _;
use serde::{Serialize, Serializer};

use super::{Estimate, FloodCost, Item, Part, Usd};
use crate::resources::Concurrency;
use crate::text::{Details, Paint};

/// At most this many shares of allowances are listed.
const MAX_SHARES: usize = 2;

/// The fields that an estimate adds to a document of `--json`.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct MonthlyCost<'a> {
    monthly_cost_usd: f64,
    cost: &'a Estimate,
}

impl Estimate {
    /// Return the fields for `--json`.
    pub fn json(&self) -> MonthlyCost<'_> {
        MonthlyCost { monthly_cost_usd: self.charge().in_cents(), cost: self }
    }

    /// Return the cost, and on which prices it is based; with details, also its parts.
    pub fn text(&self, paint: Paint, details: Details) -> String {
        let mut lines = vec![self.summary()];
        if details == Details::Shown {
            lines.extend(self.parts.iter().filter(|part| part.used > super::Quantity::ZERO).map(Part::line));
            lines.push(format!("  at most {} if every run lasts until its timeout", self.longest_charge()));
        }
        lines.extend(self.flood.as_ref().map(FloodCost::line));
        let basis = format!(
            "list prices for {}, {}; everything in the account shares the allowances",
            self.region, self.date
        );
        lines.push(format!("  {}", paint.grey(basis)));
        lines.join("\n")
    }

    fn summary(&self) -> String {
        let (charge, list_price) = (self.charge(), self.list_price());
        if list_price == Usd::ZERO {
            return format!("{charge} a month: the schedule starts no runs");
        }
        if charge == Usd::ZERO {
            let shares = self.shares();
            return format!(
                "{charge} a month within AWS's always-free allowances ({shares}); {list_price} without them"
            );
        }
        let mut charged: Vec<&Part> = self.parts.iter().filter(|part| part.charge > Usd::ZERO).collect();
        charged.sort_by_key(|part| std::cmp::Reverse(part.charge));
        let charges = charged.iter().map(|part| part.charged()).collect::<Vec<_>>().join(", ");
        format!("{charge} a month beyond AWS's always-free allowances: {charges}; {list_price} without them")
    }

    /// Return the largest shares of allowances that are used.
    fn shares(&self) -> String {
        let share = |part: &Part| Some((part.share()?, part.item));
        let mut shares: Vec<_> = self.parts.iter().filter_map(share).collect();
        shares.retain(|(share, _)| share.in_ten_thousandths() >= 5);
        shares.sort_by_key(|(share, _)| std::cmp::Reverse(share.in_ten_thousandths()));
        if shares.is_empty() {
            return "less than 0.1 % of each".to_owned();
        }
        let listed = shares.iter().take(MAX_SHARES).map(|(share, item)| format!("{share} of the {item}"));
        listed.collect::<Vec<_>>().join(", ")
    }
}

/// The estimate in one or a few sentences, without color and details.
impl Display for Estimate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text(Paint::Plain, Details::Hidden))
    }
}

impl FloodCost {
    fn line(&self) -> String {
        match (self.at_most, self.concurrency) {
            (Some(at_most), Concurrency::Reserved(number)) => format!(
                "  a flood of requests for the status page could raise it to at most {at_most} a month (concurrency = \
                 {number})"
            ),
            _ => {
                "  no reserved concurrency: nothing limits what a flood of requests for the status page could cost"
                    .to_owned()
            }
        }
    }
}

impl Part {
    fn charged(&self) -> String {
        let share = self.share().map_or_else(String::new, |share| format!(" ({share} of the allowance)"));
        format!("{} for {}{share}", self.charge, self.item)
    }

    fn line(&self) -> String {
        let Self { item, used, unit, list_price, .. } = self;
        match (self.allowance, self.share()) {
            (Some(allowance), Some(share)) => {
                format!(
                    "  {item}: {used} of {allowance} {unit} ({share}); {list_price} without the allowance"
                )
            }
            _ => format!("  {item}: {used} {unit}, which are free"),
        }
    }
}

impl Display for Item {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Requests => "requests",
            Self::ComputeTime => "compute time",
            Self::KmsRequests => "KMS requests",
            Self::Logs => "logs",
            Self::OutgoingData => "outgoing data",
            Self::ParameterCalls => "SSM calls",
            Self::ScheduledEvents => "scheduled events",
        })
    }
}

impl Serialize for Estimate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut estimate = serializer.serialize_struct("Estimate", 7)?;
        estimate.serialize_field("within_allowances_usd", &self.charge().in_cents())?;
        estimate.serialize_field("without_allowances_usd", &self.list_price().in_cents())?;
        estimate.serialize_field("at_most_usd", &self.longest_charge().in_cents())?;
        match &self.flood {
            Some(flood) => estimate.serialize_field("page_flood", flood)?,
            None => estimate.skip_field("page_flood")?,
        }
        estimate.serialize_field("prices_date", &self.date)?;
        estimate.serialize_field("prices_region", &self.region)?;
        estimate.serialize_field("parts", &self.parts)?;
        estimate.end()
    }
}

/// Serialize an amount as a number, in dollars.
pub(super) fn in_cents<S: Serializer>(amount: &Option<Usd>, serializer: S) -> Result<S::Ok, S::Error> {
    amount.map(Usd::in_cents).serialize(serializer)
}

impl Serialize for Part {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { item, used, unit, allowance, charge, list_price } = self;
        let mut part = serializer.serialize_struct("Part", 6)?;
        part.serialize_field("item", item)?;
        part.serialize_field("used", &used.in_micros())?;
        part.serialize_field("unit", unit)?;
        part.serialize_field("allowance", &allowance.map(|allowance| allowance.in_micros()))?;
        part.serialize_field("within_allowance_usd", &charge.in_micros())?;
        part.serialize_field("without_allowance_usd", &list_price.in_micros())?;
        part.end()
    }
}

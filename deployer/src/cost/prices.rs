//! The price list: `prices.toml`, which is a part of the program.

use serde::Deserialize;

use super::amount::Usd;
use crate::error::{Context as _, Result};

const TEXT: &str = include_str!("prices.toml");

/// AWS's list prices in one region, and what is free in every account.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriceList {
    /// When the list was last checked.
    pub date: String,
    pub region: String,
    pub allowances: Allowances,
    pub prices: Prices,
}

/// What is free each month, in the unit of the prices that it is for.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Allowances {
    pub requests: Allowance,
    pub compute_time: Allowance,
    pub kms_requests: Allowance,
    pub logs: Allowance,
    pub outgoing_data: Allowance,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prices {
    pub requests: Price,
    pub compute_time_x86_64: Price,
    pub compute_time_arm64: Price,
    pub scheduled_events: Price,
    pub parameter_calls: Price,
    pub kms_requests: Price,
    pub log_ingestion: Price,
    pub log_storage: Price,
    pub outgoing_data: Price,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Allowance {
    pub amount: u64,
    /// Where AWS publishes it.
    pub page: String,
    /// The month of the latest publication that confirms it.
    pub seen: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Price {
    pub what: String,
    /// The price of `per` units.
    pub usd: ListPrice,
    pub per: u64,
    pub unit: String,
    /// Where AWS publishes it.
    pub page: String,
    /// The month of the latest publication that confirms it.
    pub seen: String,
}

/// A price as the list writes it, and as an amount.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "String")]
pub struct ListPrice {
    pub text: String,
    pub amount: Usd,
}

impl TryFrom<String> for ListPrice {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let amount = text.parse()?;
        Ok(Self { text, amount })
    }
}

impl PriceList {
    /// Return the list that is a part of the program.
    pub fn built_in() -> Result<Self> {
        toml::from_str(TEXT).context(|| "the price list of this program is damaged")
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::Date;

    use super::*;

    #[test]
    fn the_list_is_complete_and_each_of_its_entries_has_a_source_and_a_date() {
        let list = PriceList::built_in().unwrap();
        list.date.parse::<Date>().unwrap();
        let table: toml::Table = TEXT.parse().unwrap();
        for kind in ["prices", "allowances"] {
            for (name, entry) in table[kind].as_table().unwrap() {
                let seen = entry["seen"].as_str().unwrap();
                format!("{seen}-01").parse::<Date>().unwrap();
                assert!(*seen <= list.date[..7], "{name} was seen after the list was checked");
                assert!(entry["page"].as_str().unwrap().starts_with("https://aws.amazon.com/"), "{name}");
            }
        }
    }

    #[test]
    fn a_list_with_a_missing_an_unknown_or_a_wrong_entry_is_refused() {
        for (from, to) in [
            ("[prices.kms_requests]", "[prices.other]"),
            ("[allowances.logs]", "[allowances.logs]\nother = 1"),
            ("usd = \"0.20\"", "usd = 0.20"),
            ("usd = \"0.20\"", "usd = \"-0.20\""),
        ] {
            assert!(TEXT.contains(from), "{from}");
            assert!(toml::from_str::<PriceList>(&TEXT.replace(from, to)).is_err(), "{to}");
        }
    }
}

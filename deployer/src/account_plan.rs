//! The plan of the AWS account. AWS closes an account that is on the free plan when the plan ends, and then the monitor no
//! longer runs.

mod read;

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use serde::{Serialize, Serializer};

pub use self::read::{ACTIONS, read, read_alongside};

/// What AWS says about the plan.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AccountPlan {
    #[serde(rename = "type")]
    pub kind: PlanKind,
    /// `None` if only later releases know it.
    pub status: Option<PlanStatus>,
    /// The day on which it ends.
    pub ends: Option<Day>,
    /// The plan also ends when these are used up.
    pub remaining_credits_usd: Option<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PlanKind {
    Free,
    Paid,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PlanStatus {
    NotStarted,
    Active,
    Expired,
}

impl AccountPlan {
    /// Return the day on which AWS closes the account. `recorded` is the day that was known before.
    pub fn closes(&self, recorded: Option<Day>) -> Option<Day> {
        match self.kind {
            PlanKind::Free => self.ends.or(recorded),
            PlanKind::Paid => None,
        }
    }
}

/// A day in UTC on which a plan may end. The time of the day is left out: it is not needed, and another second must not
/// count as another date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(Date);

impl Day {
    /// The day on which AWS introduced the plans.
    const FIRST: Date = date(2025, 7, 15);

    /// Return the day of a time in Unix seconds; `None` if no plan can end then.
    pub fn at(seconds: i64) -> Option<Self> {
        let time = Timestamp::from_second(seconds).ok()?;
        Self::checked(time.to_zoned(TimeZone::UTC).date())
    }

    fn checked(date: Date) -> Option<Self> {
        (date >= Self::FIRST).then_some(Self(date))
    }

    /// Return when it begins, in Unix seconds.
    pub fn begins(self) -> u64 {
        let midnight = self.0.to_zoned(TimeZone::UTC).map(|midnight| midnight.timestamp().as_second());
        midnight.ok().and_then(|seconds| u64::try_from(seconds).ok()).unwrap_or(u64::MAX)
    }

    /// Return whether it is over at this time, in Unix seconds.
    pub fn is_over(self, now: u64) -> bool {
        now.saturating_sub(self.begins()) >= 24 * 60 * 60
    }
}

impl fmt::Display for Day {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// Something that is not such a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotADay;

impl FromStr for Day {
    type Err = NotADay;

    fn from_str(text: &str) -> Result<Self, NotADay> {
        text.parse().ok().and_then(Self::checked).ok_or(NotADay)
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_read_as_it_is_written() {
        let day = Day::at(1_799_971_200 + 45_296).unwrap();
        assert_eq!((day.to_string().as_str(), day.begins()), ("2027-01-15", 1_799_971_200));
        assert_eq!("2027-01-15".parse(), Ok(day));
        assert_eq!(serde_json::to_string(&day).unwrap(), "\"2027-01-15\"");
    }

    #[test]
    fn a_day_on_which_no_plan_can_end_is_unknown() {
        for seconds in [i64::MIN, -1, 0, 1_752_537_599, 1_799_971_200_000, i64::MAX] {
            assert_eq!(Day::at(seconds), None, "{seconds}");
        }
        assert!(Day::at(1_752_537_600).is_some());
        assert_eq!(Day::at(253_402_207_200).unwrap().to_string(), "9999-12-30");
        for text in ["", "none", "2025-07-14", "2027-02-29", "15.01.2027"] {
            assert_eq!(text.parse::<Day>(), Err(NotADay), "{text}");
        }
    }

    #[test]
    fn only_the_free_plan_closes_the_account() {
        let (known, recorded) = ("2027-01-15".parse().ok(), "2026-12-01".parse().ok());
        let plan = |kind, ends| AccountPlan { kind, status: None, ends, remaining_credits_usd: None };
        assert_eq!(plan(PlanKind::Free, known).closes(recorded), known);
        assert_eq!(plan(PlanKind::Free, None).closes(recorded), recorded);
        assert_eq!(plan(PlanKind::Paid, known).closes(recorded), None);
    }
}

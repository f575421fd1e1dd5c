//! EventBridge's six-field cron, in UTC: minutes, hours, day-of-month, month, day-of-week and year.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::ToSpan as _;
use jiff::civil::{Date, Weekday};

const MINUTES_A_DAY: u64 = 24 * 60;

const EPOCH: Date = Date::constant(1970, 1, 1);

/// Name, lowest and highest value, names for values, and special characters of a field.
struct Field {
    name: &'static str,
    range: (u32, u32),
    names: &'static [&'static str],
    special: &'static str,
}

const MONTHS: &[&str] = &["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const DAYS: &[&str] = &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

const MINUTES: Field = Field { name: "minutes", range: (0, 59), names: &[], special: "" };
const HOURS: Field = Field { name: "hours", range: (0, 23), names: &[], special: "" };
const DAY_OF_MONTH: Field = Field { name: "day-of-month", range: (1, 31), names: &[], special: "?LW" };
const MONTH: Field = Field { name: "month", range: (1, 12), names: MONTHS, special: "" };
const DAY_OF_WEEK: Field = Field { name: "day-of-week", range: (1, 7), names: DAYS, special: "?L#" };
const YEAR: Field = Field { name: "year", range: (1970, 2199), names: &[], special: "" };

/// The days on which a schedule fires, one item of either day field. Sunday is 1.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Days {
    OfMonth(BTreeSet<u32>),
    /// `L`
    LastOfMonth,
    /// `3W`: the working day nearest to the third, within the month.
    NearestWorkday(u32),
    /// `LW`
    LastWorkday,
    OfWeek(BTreeSet<u32>),
    /// `6L`: the last Friday of the month.
    LastOfWeek(u32),
    /// `6#3`: the third Friday of the month.
    Nth(u32, u32),
}

/// A parsed expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cron {
    /// Minutes after midnight, in order; never empty.
    times: Vec<u64>,
    days: Vec<Days>,
    months: BTreeSet<u32>,
    years: BTreeSet<u32>,
}

impl Cron {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let fields: Vec<&str> = text.split_ascii_whitespace().collect();
        let &[minutes, hours, of_month, month, of_week, year] = fields.as_slice() else {
            return Err(format!(
                "has {} fields, but AWS requires six: minutes hours day-of-month month day-of-week year, \
                 for example `cron(0/5 * * * ? *)`",
                fields.len()
            ));
        };
        let (minutes, hours) = (MINUTES.values(minutes)?, HOURS.values(hours)?);
        let days = match (of_month, of_week) {
            ("?", "?") => None,
            ("?", of_week) => Some(items(of_week, |item| DAY_OF_WEEK.of_week(item))?),
            (of_month, "?") => Some(items(of_month, |item| DAY_OF_MONTH.of_month(item))?),
            _ => {
                items(of_month, |item| DAY_OF_MONTH.of_month(item))?;
                items(of_week, |item| DAY_OF_WEEK.of_week(item))?;
                None
            }
        };
        let (months, years) = (MONTH.values(month)?, YEAR.values(year)?);
        let days = days.ok_or("must have `?` in exactly one of day-of-month and day-of-week")?;
        if days.len() > 1 && days.iter().any(|day| matches!(day, Days::Nth(..))) {
            return Err("has `#` in a list, but AWS accepts only one item in day-of-week with `#`".into());
        }
        let times = hours
            .iter()
            .flat_map(|hour| minutes.iter().map(move |minute| u64::from(hour * 60 + minute)))
            .collect();
        Ok(Self { times, days, months, years })
    }

    /// Return the shortest time between two runs: on one day, or from the last of one day to the first of a later day.
    pub fn smallest_gap(&self) -> Option<Duration> {
        let (first, last) = (self.times.first()?, self.times.last()?);
        let on_one_day = self.times.windows(2).map(|pair| pair[1] - pair[0]).min();
        let on_one_day = on_one_day.filter(|_| self.dates().next().is_some());
        let mut apart: Option<u64> = None;
        let mut before: Option<Date> = None;
        for date in self.dates() {
            if let Some(before) = before.replace(date) {
                let days = (date - before).get_days().unsigned_abs();
                apart = Some(apart.map_or(u64::from(days), |least| least.min(u64::from(days))));
            }
            if apart == Some(1) {
                break;
            }
        }
        let over_night = apart.map(|days| days * MINUTES_A_DAY + first - last);
        let minutes = on_one_day.into_iter().chain(over_night).min()?;
        Some(Duration::from_secs(minutes * 60))
    }

    /// Return the time between two runs if it is always the same: on every day, and from one day to the next.
    pub(super) fn interval(&self) -> Option<Duration> {
        let minutes = MINUTES_A_DAY / self.times.len() as u64;
        let is_even = minutes * self.times.len() as u64 == MINUTES_A_DAY
            && self.times.windows(2).all(|pair| pair[1] - pair[0] == minutes);
        let is_daily = self.months.len() == 12
            && self.days.iter().any(|days| match days {
                Days::OfMonth(days) => days.len() == 31,
                Days::OfWeek(days) => days.len() == 7,
                _ => false,
            });
        (is_even && is_daily).then(|| Duration::from_secs(minutes * 60))
    }

    /// Return the time of the last run, in Unix seconds.
    pub fn last(&self) -> Option<u64> {
        let date = self.years.iter().rev().find_map(|year| self.dates_of(*year).last())?;
        self.runs_on(date).last()
    }

    /// Return how many runs it has in at most `years` of its years, beginning with the year `from`, and how many months have
    /// a run.
    pub fn runs_and_months(&self, from: u32, years: usize) -> (u64, u64) {
        let (mut days, mut months, mut latest) = (0, 0, None);
        for date in self.years.range(from..).take(years).flat_map(|year| self.dates_of(*year)) {
            let month = Some(date.first_of_month());
            days += 1;
            months += u64::from(month != latest);
            latest = month;
        }
        (days * self.times.len() as u64, months)
    }

    /// Return the first run after a time, both in Unix seconds.
    pub fn next_after(&self, at: u64) -> Option<u64> {
        let minute = at / 60;
        let today = i32::try_from(minute / MINUTES_A_DAY).ok()?;
        let today = EPOCH.checked_add(today.days()).ok()?;
        let first = u32::from(today.year().unsigned_abs());
        let dates = self.years.range(first..).flat_map(|year| self.dates_of(*year));
        let mut runs = dates.skip_while(|date| *date < today).flat_map(|date| self.runs_on(date));
        runs.find(|run| *run > at)
    }

    /// Return all runs, in order.
    #[cfg(test)]
    pub(super) fn runs(&self) -> impl Iterator<Item = u64> {
        self.dates().flat_map(|date| self.runs_on(date))
    }

    /// Return the runs on a date, in Unix seconds.
    fn runs_on(&self, date: Date) -> impl Iterator<Item = u64> {
        let days = u64::try_from((date - EPOCH).get_days()).unwrap_or_default();
        self.times.iter().map(move |time| (days * MINUTES_A_DAY + time) * 60)
    }

    fn dates(&self) -> impl Iterator<Item = Date> {
        self.years.iter().flat_map(|year| self.dates_of(*year))
    }

    fn dates_of(&self, year: u32) -> impl Iterator<Item = Date> {
        let months = self.months.iter().filter_map(move |month| date(year, *month, 1));
        months
            .flat_map(|first| {
                (1..=first.days_in_month()).filter_map(move |day| first.with().day(day).build().ok())
            })
            .filter(|date| self.days.iter().any(|days| days.contain(*date)))
    }
}

impl Days {
    fn contain(&self, date: Date) -> bool {
        let day = u32::from(date.day().unsigned_abs());
        let last = u32::from(date.days_in_month().unsigned_abs());
        let weekday = u32::from(date.weekday().to_sunday_one_offset().unsigned_abs());
        match self {
            Self::OfMonth(days) => days.contains(&day),
            Self::LastOfMonth => day == last,
            Self::NearestWorkday(wanted) => Some(date) == nearest_workday(date, *wanted),
            Self::LastWorkday => Some(date) == nearest_workday(date, last),
            Self::OfWeek(days) => days.contains(&weekday),
            Self::LastOfWeek(wanted) => weekday == *wanted && day + 7 > last,
            Self::Nth(wanted, which) => weekday == *wanted && day.div_ceil(7) == *which,
        }
    }
}

/// The working day nearest to this day of the month, within the same month.
fn nearest_workday(month: Date, day: u32) -> Option<Date> {
    let wanted = date(u32::from(month.year().unsigned_abs()), u32::from(month.month().unsigned_abs()), day)?;
    let shift = match wanted.weekday() {
        Weekday::Saturday if day == 1 => 2,
        Weekday::Saturday => -1,
        Weekday::Sunday if wanted.day() == wanted.days_in_month() => -2,
        Weekday::Sunday => 1,
        _ => 0,
    };
    wanted.checked_add(shift.days()).ok()
}

fn date(year: u32, month: u32, day: u32) -> Option<Date> {
    Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

fn items<T>(field: &str, item: impl Fn(&str) -> Result<T, String>) -> Result<Vec<T>, String> {
    field.split(',').map(item).collect()
}

impl Field {
    /// All values of a field without special characters.
    fn values(&self, text: &str) -> Result<BTreeSet<u32>, String> {
        Ok(items(text, |item| self.range(item).ok_or_else(|| self.wrong(item)))?
            .into_iter()
            .flatten()
            .collect())
    }

    fn of_month(&self, item: &str) -> Result<Days, String> {
        let day = match item {
            "L" => Some(Days::LastOfMonth),
            "LW" => Some(Days::LastWorkday),
            _ => match item.strip_suffix('W') {
                Some(day) => self.value(day).map(Days::NearestWorkday),
                None => self.range(item).map(|days| Days::OfMonth(days.collect())),
            },
        };
        day.ok_or_else(|| self.wrong(item))
    }

    fn of_week(&self, item: &str) -> Result<Days, String> {
        let nth = |(day, which): (&str, &str)| match which {
            "1" | "2" | "3" | "4" | "5" => Some(Days::Nth(self.value(day)?, which.parse().ok()?)),
            _ => None,
        };
        let day = if item == "L" {
            // The last day of the week.
            Some(Days::OfWeek(BTreeSet::from([self.range.1])))
        } else if let Some(day) = item.strip_suffix('L') {
            self.value(day).map(Days::LastOfWeek)
        } else if let Some(parts) = item.split_once('#') {
            nth(parts)
        } else {
            self.range(item).map(|days| Days::OfWeek(days.collect()))
        };
        day.ok_or_else(|| self.wrong(item))
    }

    /// `*`, `5` or `1-5`, optionally with a step: `0/5` is every fifth value from 0 on.
    fn range(&self, item: &str) -> Option<impl Iterator<Item = u32> + use<>> {
        let (low, high) = self.range;
        let (range, step) = match item.split_once('/') {
            Some((range, step)) => (range, Some(number(step).filter(|step| *step > 0)?)),
            None => (item, None),
        };
        let (from, to) = match range.split_once('-') {
            Some((from, to)) => (self.value(from)?, self.value(to)?),
            None if range == "*" => (low, high),
            None => {
                let value = self.value(range)?;
                (value, if step.is_some() { high } else { value })
            }
        };
        let step = usize::try_from(step.unwrap_or(1)).ok()?;
        (from <= to).then(|| (from..=to).step_by(step))
    }

    fn value(&self, text: &str) -> Option<u32> {
        let (low, high) = self.range;
        if let Some(index) = self.names.iter().position(|name| name.eq_ignore_ascii_case(text)) {
            return u32::try_from(index).ok().map(|index| low + index);
        }
        number(text).filter(|value| (low..=high).contains(value))
    }

    fn wrong(&self, item: &str) -> String {
        let (low, high) = self.range;
        format!("has `{item}` in {}; allowed: {low}-{high}, `*` and `,-/{}`", self.name, self.special)
    }
}

/// Only digits: no sign.
fn number(text: &str) -> Option<u32> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

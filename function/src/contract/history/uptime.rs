//! How much of the time a target was up.

use std::fmt;

use super::counts::{Class, Counts};

/// The checks of a period.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Uptime {
    /// How many checks say whether the target was up. Those in maintenance do not count, nor those that could not be
    /// made.
    pub known: u64,
    /// In how many of them it was down.
    pub down: u64,
}

impl Uptime {
    /// Count the checks.
    pub fn of(counts: &Counts) -> Self {
        Self { known: counts.known().into(), down: counts.of(Class::Down).into() }
    }

    /// Return the uptime in percent; nothing if nothing is known.
    pub fn percent(self) -> Option<Percent> {
        let up = self.known.checked_sub(self.down).filter(|_| self.known > 0)?;
        let hundredths = u32::try_from(up * u64::from(Percent::WHOLE) / self.known).unwrap_or_default();
        // Rounded down, so that only a period without any outage has 100 %; and a target that was up at all has more
        // than 0.
        Some(Percent(hundredths.max(u32::from(up > 0))))
    }
}

impl std::ops::AddAssign for Uptime {
    fn add_assign(&mut self, other: Self) {
        self.known += other.known;
        self.down += other.down;
    }
}

/// Hundredths of a percent, rounded down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Percent(u32);

impl Percent {
    const WHOLE: u32 = 10_000;

    /// Return it as a number.
    pub fn value(self) -> f64 {
        f64::from(self.0) / 100.0
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Self::WHOLE => formatter.write_str("100 %"),
            hundredths => write!(formatter, "{}.{:02} %", hundredths / 100, hundredths % 100),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_period_without_an_outage_has_100_percent() {
        for (known, down, expected) in [
            (0, 0, None),
            (1, 0, Some("100 %")),
            (1, 1, Some("0.00 %")),
            (25_920, 1, Some("99.99 %")),
            (1_000_000, 1, Some("99.99 %")),
            (1_000_000, 999_999, Some("0.01 %")),
            (288, 7, Some("97.56 %")),
            (3, 1, Some("66.66 %")),
        ] {
            let percent = Uptime { known, down }.percent().map(|percent| percent.to_string());
            assert_eq!(percent.as_deref(), expected, "{down} of {known}");
        }
    }
}

//! Exact amounts: dollars and quantities are whole numbers, so that no result depends on how a float is rounded.

use std::fmt::{self, Display};
use std::iter::Sum;
use std::ops::Add;
use std::str::FromStr;

/// How many of the smallest units make a dollar. The smallest prices have ten decimal places.
const DOLLAR: u128 = 1_000_000_000_000;
const CENT: u128 = DOLLAR / 100;
/// How many decimal places a price may have.
const PLACES: usize = 12;

/// An amount of money; it is never negative.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Usd(u128);

impl Usd {
    pub const ZERO: Self = Self(0);

    /// Return the amount in dollars, rounded to cents.
    pub fn in_cents(self) -> f64 {
        rounded(self.0, CENT) as f64 / 100.0
    }

    /// Return the amount in dollars, rounded to six decimal places.
    pub fn in_micros(self) -> f64 {
        rounded(self.0, DOLLAR / MILLION) as f64 / MILLION as f64
    }
}

impl FromStr for Usd {
    type Err = String;

    /// Parse digits with an optional decimal point, such as `0.0000166667`.
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is not a price in dollars");
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let is_number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !is_number(whole) || !is_number(fraction) || fraction.len() > PLACES {
            return Err(wrong());
        }
        let whole: u64 = whole.parse().map_err(|_| wrong())?;
        let fraction: u128 = format!("{fraction:0<PLACES$}").parse().map_err(|_| wrong())?;
        Ok(Self(u128::from(whole) * DOLLAR + fraction))
    }
}

impl Add for Usd {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl Sum for Usd {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Self::add)
    }
}

/// `$12.30`, rounded to cents; but something that costs less than a cent is not free.
impl Display for Usd {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if (1..CENT).contains(&self.0) {
            return formatter.write_str("less than $0.01");
        }
        let cents = rounded(self.0, CENT);
        write!(formatter, "${}.{:02}", grouped(cents / 100), cents % 100)
    }
}

const MILLION: u128 = 1_000_000;

/// How much of something is used, in millionths of its unit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Quantity(u128);

impl Quantity {
    pub const ZERO: Self = Self(0);

    pub fn whole(units: u64) -> Self {
        Self(u128::from(units) * MILLION)
    }

    /// Return a fraction, rounded up: an estimate should not be too low.
    pub fn fraction(numerator: u128, denominator: u128) -> Self {
        Self((numerator * MILLION).div_ceil(denominator))
    }

    /// Return what is left after `other` is taken away, at least nothing.
    #[must_use]
    pub fn minus(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// Return the price of this quantity, where `per` units cost `price`.
    pub fn at(self, price: Usd, per: u64) -> Usd {
        Usd((self.0 * price.0).div_ceil(MILLION * u128::from(per)))
    }

    /// Return it as a part of `whole`.
    pub fn of(self, whole: Self) -> Share {
        Share { part: self.0, whole: whole.0.max(1) }
    }

    /// Return it as a number, rounded to six decimal places.
    pub fn in_micros(self) -> f64 {
        self.0 as f64 / MILLION as f64
    }
}

impl Add for Quantity {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl Sum for Quantity {
    fn sum<I: Iterator<Item = Self>>(quantities: I) -> Self {
        quantities.fold(Self::ZERO, Self::add)
    }
}

/// Fewer decimal places for larger numbers: `8,766`, `43.8`, `0.007`.
impl Display for Quantity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_whole = self.0.is_multiple_of(MILLION);
        let places: u32 = match self.0 / MILLION {
            _ if is_whole => 0,
            0 => 3,
            1..100 => 1,
            _ => 0,
        };
        let scale = 10_u128.pow(places);
        let number = rounded(self.0, MILLION / scale);
        match places {
            _ if number == 0 && self.0 > 0 => formatter.write_str("less than 0.001"),
            0 => formatter.write_str(&grouped(number)),
            _ => write!(formatter, "{}.{:0>2$}", number / scale, number % scale, places as usize),
        }
    }
}

/// A part of a whole, in percent.
#[derive(Debug, Clone, Copy)]
pub struct Share {
    part: u128,
    whole: u128,
}

impl Share {
    /// Return a whole number of ten-thousandths, for comparisons and for programs.
    pub fn in_ten_thousandths(self) -> u128 {
        rounded(self.part * 10_000, self.whole)
    }
}

/// `0.9 %`, `538 %`.
impl Display for Share {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tenths = rounded(self.part * 1000, self.whole);
        match tenths {
            0 if self.part > 0 => formatter.write_str("less than 0.1 %"),
            0..1000 => write!(formatter, "{}.{} %", tenths / 10, tenths % 10),
            _ => write!(formatter, "{} %", grouped(rounded(self.part * 100, self.whole))),
        }
    }
}

/// Divide, and round half up.
fn rounded(number: u128, unit: u128) -> u128 {
    (number + unit / 2) / unit
}

/// `1,234,567`
fn grouped(number: u128) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usd(text: &str) -> Usd {
        text.parse().unwrap()
    }

    #[test]
    fn dollars_are_rounded_to_cents_and_less_than_a_cent_is_not_nothing() {
        for (amount, text, cents) in [
            ("0", "$0.00", 0.0),
            ("0.000000000001", "less than $0.01", 0.0),
            ("0.004999999999", "less than $0.01", 0.0),
            ("0.005", "less than $0.01", 0.01),
            ("0.009999999999", "less than $0.01", 0.01),
            ("0.01", "$0.01", 0.01),
            ("0.014999999999", "$0.01", 0.01),
            ("0.015", "$0.02", 0.02),
            ("0.29", "$0.29", 0.29),
            ("0.995", "$1.00", 1.0),
            ("1234567.891", "$1,234,567.89", 1_234_567.89),
        ] {
            assert_eq!((usd(amount).to_string().as_str(), usd(amount).in_cents()), (text, cents), "{amount}");
        }
        assert_eq!(serde_json::to_string(&usd("0.29").in_cents()).unwrap(), "0.29");
        assert_eq!(serde_json::to_string(&Usd::ZERO.in_cents()).unwrap(), "0.0");
    }

    #[test]
    fn only_plain_decimal_numbers_are_prices() {
        assert_eq!(usd("0.0000166667"), Usd(16_666_700));
        assert_eq!(usd("1"), Usd(DOLLAR));
        for wrong in ["", ".5", "-1", "+1", "1e-6", "1,5", "0.1234567890123", "$1", "99999999999999999999"] {
            assert!(wrong.parse::<Usd>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_quantity_costs_its_part_of_the_price() {
        assert_eq!(Quantity::whole(1_000_000).at(usd("0.20"), 1_000_000), usd("0.20"));
        assert_eq!(Quantity::whole(1).at(usd("0.20"), 1_000_000), usd("0.0000002"));
        assert_eq!(Quantity::fraction(1, 3).at(usd("3"), 1), usd("1.000002"), "rounded up to a millionth");
        assert_eq!(Quantity::whole(1).minus(Quantity::whole(2)), Quantity::ZERO);
    }

    #[test]
    fn quantities_have_as_many_decimal_places_as_are_useful() {
        for (quantity, text) in [
            (Quantity::ZERO, "0"),
            (Quantity::whole(8766), "8,766"),
            (Quantity::whole(5), "5"),
            (Quantity::fraction(438, 10), "43.8"),
            (Quantity::fraction(109_575, 100), "1,096"),
            (Quantity::fraction(7, 1000), "0.007"),
            (Quantity::fraction(1, 10_000), "less than 0.001"),
        ] {
            assert_eq!(quantity.to_string(), text);
        }
    }

    #[test]
    fn shares_are_percentages() {
        let share = |part: u64, whole: u64| Quantity::whole(part).of(Quantity::whole(whole)).to_string();
        assert_eq!(share(8766, 1_000_000), "0.9 %");
        assert_eq!(share(0, 5), "0.0 %");
        assert_eq!(share(1, 1_000_000), "less than 0.1 %");
        assert_eq!(share(999, 1000), "99.9 %");
        assert_eq!(share(5, 5), "100 %");
        assert_eq!(share(21_520, 4000), "538 %");
    }
}

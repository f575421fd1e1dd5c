//! A limit as people write it: `50 GB`, `90 %`, `4`.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A unit: what precedes it is multiplied by the factor.
struct Unit {
    name: &'static str,
    factor: f64,
}

/// The units of sizes, decimal and binary, from small to large; and percent.
const UNITS: [Unit; 13] = [
    Unit { name: "%", factor: 1.0 },
    Unit { name: "B", factor: 1.0 },
    Unit { name: "kB", factor: 1e3 },
    Unit { name: "KiB", factor: 1024.0 },
    Unit { name: "MB", factor: 1e6 },
    Unit { name: "MiB", factor: 1_048_576.0 },
    Unit { name: "GB", factor: 1e9 },
    Unit { name: "GiB", factor: 1_073_741_824.0 },
    Unit { name: "TB", factor: 1e12 },
    Unit { name: "TiB", factor: 1_099_511_627_776.0 },
    Unit { name: "PB", factor: 1e15 },
    Unit { name: "PiB", factor: 1_125_899_906_842_624.0 },
    Unit { name: "", factor: 1.0 },
];

/// The most significant digits that are shown.
const MAX_DIGITS: usize = 12;

/// The most digits after the decimal point.
const MAX_DECIMALS: f64 = 12.0;

/// Numbers from here on are shown with an exponent.
const MAX_PLAIN: f64 = 1e15;

/// A number with a unit, kept as it was written: `50 GB`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Quantity(String);

impl Quantity {
    /// Return the quantity that this text is, or what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let quantity = Self(text.trim().to_owned());
        let (number, unit) = quantity.split().ok_or_else(|| format!("`{text}` is not a number"))?;
        if number.is_finite() && unit.is_some() {
            return Ok(quantity);
        }
        let known: Vec<&str> = UNITS.iter().map(|unit| unit.name).filter(|name| !name.is_empty()).collect();
        Err(format!("`{text}` is not a number with one of the units {}, or without", known.join(", ")))
    }

    /// Return the value in the base unit; NaN, which meets no limit, if it is corrupt.
    pub fn value(&self) -> f64 {
        match self.split() {
            Some((number, Some(unit))) => number * unit.factor,
            _ => f64::NAN,
        }
    }

    /// Return whether it is a percentage.
    pub fn is_percentage(&self) -> bool {
        self.0.ends_with('%')
    }

    /// Return whether it has no unit.
    pub fn is_bare(&self) -> bool {
        self.split().is_some_and(|(_, unit)| unit.is_some_and(|unit| unit.name.is_empty()))
    }

    /// Return a value in this unit, with three significant digits: `38.2 GB`; with more of them if it would look like the
    /// quantity itself, which it is not. Sizes change to a unit in which the number is readable.
    pub fn show(&self, value: f64) -> String {
        let Some((_, Some(unit))) = self.split() else { return rounded(value, 3) };
        let limit = self.value();
        let differs = |text: &String| *text != in_unit(unit, limit, 3);
        let mut texts = (3..=MAX_DIGITS).map(|digits| in_unit(unit, value, digits));
        let is_limit = value.total_cmp(&limit).is_eq();
        texts.find(|text| is_limit || differs(text)).unwrap_or_else(|| in_unit(unit, value, MAX_DIGITS))
    }

    /// Return the unit's kind, which two limits of one value have in common: bytes, percent, or none.
    pub fn dimension(&self) -> &'static str {
        match self.split() {
            Some((_, Some(Unit { name: "%", .. }))) => "in percent",
            Some((_, Some(Unit { name, .. }))) if name.ends_with('B') => "in bytes",
            _ => "without a unit",
        }
    }

    fn split(&self) -> Option<(f64, Option<&'static Unit>)> {
        let is_unit = |character: char| character == '%' || character.is_alphabetic();
        // An exponent is not a unit: 1e9.
        let without_unit = self.0.trim_end_matches(is_unit);
        let unit = &self.0[without_unit.len()..];
        let number = without_unit.trim().replace('_', "").parse().ok()?;
        // `KB` is a common spelling of `kB`.
        let is_it = |known: &&Unit| known.name.eq_ignore_ascii_case(unit);
        Some((number, UNITS.iter().find(is_it)))
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Return a value in a unit; sizes in the largest of which there is at least one.
fn in_unit(unit: &Unit, value: f64, digits: usize) -> String {
    let is_binary = unit.name.contains('i');
    let is_size = |other: &&Unit| {
        other.name.ends_with('B') && (other.name == "B" || other.name.contains('i') == is_binary)
    };
    let mut shown = (rounded(value / unit.factor, digits), unit);
    if unit.name.ends_with('B') {
        for unit in UNITS.iter().filter(is_size) {
            let number = rounded(value / unit.factor, digits);
            // 999.9 MB are 1 GB, if rounded.
            if unit.factor <= 1.0 || number.parse::<f64>().is_ok_and(|number| number.abs() >= 1.0) {
                shown = (number, unit);
            }
        }
    }
    let (number, unit) = shown;
    if unit.name.is_empty() { number } else { format!("{number} {}", unit.name) }
}

/// Round a number to significant digits. All digits of its integer part are kept, unless there are very many.
fn rounded(value: f64, digits: usize) -> String {
    if value.abs() >= MAX_PLAIN && value.is_finite() {
        return format!("{value:.2e}");
    }
    // The digits before the decimal point; negative for zeros after it.
    let before = if value == 0.0 { 0.0 } else { value.abs().log10().floor() + 1.0 };
    let decimals = (digits as f64 - before).clamp(0.0, MAX_DECIMALS) as usize;
    let text = format!("{value:.decimals$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_have_the_value_of_their_unit() {
        for (text, value) in [
            ("50 GB", 5e10),
            ("50GB", 5e10),
            ("1.5 TiB", 1_649_267_441_664.0),
            ("90 %", 90.0),
            ("4", 4.0),
            ("-3.5", -3.5),
            ("1e9", 1e9),
            ("10 KB", 1e4),
            ("1_000", 1e3),
        ] {
            let quantity = Quantity::parse(text).unwrap();
            assert!((quantity.value() - value).abs() < 1e-6, "{text}: {}", quantity.value());
            assert_eq!(quantity.to_string(), text);
        }
        for text in ["", "GB", "50 GBs", "50 apples", "nan", "inf", "1 2", "5 0 GB", "50 GB GB"] {
            assert!(Quantity::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn values_are_shown_in_a_readable_unit() {
        for (limit, value, shown) in [
            ("50 GB", 38_200_000_000.0, "38.2 GB"),
            ("50 GB", 1_234_000_000_000.0, "1.23 TB"),
            ("50 GB", 900_000.0, "900 kB"),
            ("50 GB", 0.0, "0 B"),
            ("50 GiB", 1_073_741_824.0, "1 GiB"),
            ("90 %", 93.456, "93.5 %"),
            ("4", 12.0, "12"),
            ("4", 1234.5, "1234"),
            ("4", 0.057, "0.057"),
            ("4", 0.0005678, "0.000568"),
            ("4", -0.0000000000001, "0"),
            ("4", 1e300, "1.00e300"),
            ("4", f64::INFINITY, "inf"),
            ("4", 3.9999, "3.9999"),
            ("4", 4.0, "4"),
            ("50 GB", 49_999_999_999.0, "49.999999999 GB"),
            ("50 GB", 999_960_000.0, "1 GB"),
            ("1 GB", 999_960_000.0, "999.96 MB"),
            ("50 GB", -38e9, "-38 GB"),
            ("1 kB", 0.5, "0.5 B"),
            ("50 GiB", 512.0, "512 B"),
            ("90 %", 90.0001, "90.0001 %"),
        ] {
            assert_eq!(Quantity::parse(limit).unwrap().show(value), shown, "{limit} {value}");
        }
    }
}

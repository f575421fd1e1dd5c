//! Limits, their margin and their text.

use super::*;

fn limits(min: &str, max: &str) -> Limits {
    let quantity = |text: &str| (!text.is_empty()).then(|| Quantity::parse(text).unwrap());
    Limits { min: quantity(min), max: quantity(max), newer_than_s: None }
}

#[test]
fn values_are_compared_with_their_limits() {
    use Level::{Met, NearLimit, NotMet, Unknown};
    for (min, max, value, level, text) in [
        ("50 GB", "", 80e9, Met, "80 GB"),
        ("50 GB", "", 52.5e9, Met, "52.5 GB"),
        ("50 GB", "", 52.4e9, NearLimit, "52.4 GB, close to its limit of 50 GB"),
        ("50 GB", "", 50e9, NearLimit, "50 GB, close to its limit of 50 GB"),
        ("50 GB", "", 38e9, NotMet, "38 GB, less than 50 GB"),
        ("50 GB", "", 49_999_999_999.0, NotMet, "49.999999999 GB, less than 50 GB"),
        ("50 GB", "", 0.0, NotMet, "0 B, less than 50 GB"),
        ("", "90 %", 85.5, Met, "85.5 %"),
        ("", "90 %", 86.0, NearLimit, "86 %, close to its limit of 90 %"),
        ("", "90 %", 90.01, NotMet, "90.01 %, more than 90 %"),
        ("", "8", 12.3, NotMet, "12.3, more than 8"),
        ("", "8", 7.9, NearLimit, "7.9, close to its limit of 8"),
        // Counts and flags.
        ("", "8", 8.0, Met, "8"),
        ("1", "", 1.0, Met, "1"),
        ("", "0", 0.0, Met, "0"),
        ("", "0", 0.5, NotMet, "0.5, more than 0"),
        ("", "10", 10.0, Met, "10"),
        ("", "11", 11.0, NearLimit, "11, close to its limit of 11"),
        ("10 %", "", 10.0, NearLimit, "10 %, close to its limit of 10 %"),
        ("10 %", "", 11.0, Met, "11 %"),
        // Negative limits.
        ("-20", "", -19.5, NearLimit, "-19.5, close to its limit of -20"),
        ("-20", "", -21.0, NotMet, "-21, less than -20"),
        // The margins of two limits leave most of the range between them.
        ("100", "102", 101.0, Met, "101"),
        ("100", "102", 100.4, NearLimit, "100.4, close to its limit of 100"),
        ("230", "230", 230.0, Met, "230"),
        ("100", "200", 90.0, NotMet, "90, less than 100"),
        ("100", "200", 220.0, NotMet, "220, more than 200"),
        ("100", "200", 150.0, Met, "150"),
        ("", "8", f64::INFINITY, NotMet, "inf, more than 8"),
        ("", "8", f64::NEG_INFINITY, Met, "-inf"),
        ("", "8", f64::NAN, Unknown, "NaN, which is not a number"),
        ("8", "", f64::NAN, Unknown, "NaN, which is not a number"),
    ] {
        let limits = limits(min, max);
        let compared = compare(&limits, value);
        assert_eq!((compared.level, compared.text().as_str()), (level, text), "{min}..{max}: {value}");
    }
}

#[test]
fn ages_have_a_limit_without_a_margin() {
    let now = 1_793_700_300;
    let hours = |hours: u64| (now - hours * HOUR) as f64;
    for (limit, time, level, text) in [
        (26, hours(31), Level::NotMet, "31 h old, more than 26 h"),
        (26, hours(26), Level::Met, "26 h old"),
        (26, hours(26) - 1.0, Level::NotMet, "more than 26 h old"),
        (26, hours(100), Level::NotMet, "4 d old, more than 26 h"),
        (26, hours(0) + 30.0, Level::Met, "0 s old"),
        (26, now as f64 + 86_400.0, Level::Met, "0 s old"),
        (26, now as f64 + 86_401.0, Level::Unknown, "a time in the future"),
        (26, f64::INFINITY, Level::Unknown, "a time in the future"),
        (26, 0.0, Level::NotMet, "never"),
        (26, -62_135_596_800.0, Level::NotMet, "never"),
        (26, f64::NAN, Level::Unknown, "NaN, which is not a number"),
    ] {
        let compared = age(limit * HOUR, time, now);
        assert_eq!((compared.level, compared.text().as_str()), (level, text), "{limit} h: {time}");
    }
}

#[test]
fn the_worst_value_decides() {
    let limits = limits("50", "100");
    let worst = |values: &[f64]| {
        let compared = values.iter().map(|value| compare(&limits, *value)).reduce(Compared::worse).unwrap();
        compared.text()
    };
    for (values, text) in [
        (&[70.0, 40.0, 30.0, 45.0][..], "30, less than 50"),
        (&[45.0, 120.0, 70.0], "120, more than 100"),
        (&[f64::NAN, 45.0], "45, less than 50"),
        (&[70.0, f64::NAN, 51.0], "NaN, which is not a number"),
        (&[70.0, 51.0, 60.0], "51, close to its limit of 50"),
    ] {
        assert_eq!(worst(values), text, "{values:?}");
    }
}

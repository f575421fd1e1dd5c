//! Reads points in time as apps write them.

/// Numbers from here on have a smaller unit than seconds: in seconds, this is the year 5138.
const MAX_SECONDS: f64 = 1e11;

const DAY: i64 = 86_400;

/// Return the Unix seconds of a number of seconds, milliseconds, or thousandths of those.
pub(in crate::probe) fn of_number(number: f64) -> f64 {
    let mut seconds = number;
    while seconds.abs() >= MAX_SECONDS && seconds.is_finite() {
        seconds /= 1000.0;
    }
    seconds
}

/// Return the Unix seconds of `2026-11-03T10:05:00Z` (RFC 3339), with a fraction or another offset; without an offset, or
/// with a space before the time, in UTC. A number counts as [`of_number`].
pub(in crate::probe) fn of_text(text: &str) -> Option<f64> {
    let text = text.trim();
    if let Ok(number) = text.parse::<f64>() {
        return number.is_finite().then(|| of_number(number));
    }
    let (date, rest) = text.split_at_checked(10)?;
    let mut rest = rest.strip_prefix(['T', 't', ' '])?;
    let (time, after) = rest.split_at_checked(8)?;
    let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
    let [hour, minute, second] = numbers(time, ':', [2, 2, 2])?;
    rest = after;
    let mut fraction = 0.0;
    if let Some(digits) = after.strip_prefix('.') {
        let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
        fraction = format!("0.{}", &digits[..end]).parse().ok().filter(|_| end > 0)?;
        rest = &digits[end..];
    }
    let is_valid = (1..=12).contains(&month)
        && (1..=days_in(year, month)).contains(&day)
        && hour < 24
        && minute < 60
        && second <= 60;
    let seconds =
        days_since_1970(year, month, day) * DAY + hour * 3600 + minute * 60 + second - offset(rest)?;
    is_valid.then_some(seconds as f64 + fraction)
}

/// Return the offset from UTC in seconds: `Z`, `+01:00`, `-0500`, or nothing.
fn offset(text: &str) -> Option<i64> {
    if matches!(text, "" | "Z" | "z" | " UTC") {
        return Some(0);
    }
    let text = text.trim_start();
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let digits = text.strip_prefix(['+', '-'])?;
    let [hours, minutes] = match digits.len() {
        5 => numbers(digits, ':', [2, 2])?,
        4 => [numbers(digits.get(..2)?, ':', [2])?[0], numbers(digits.get(2..)?, ':', [2])?[0]],
        _ => return None,
    };
    (hours < 24 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

/// Read numbers of these lengths, separated by `separator`.
fn numbers<const N: usize>(text: &str, separator: char, lengths: [usize; N]) -> Option<[i64; N]> {
    let mut numbers = [0; N];
    let mut parts = text.split(separator);
    for (number, length) in numbers.iter_mut().zip(lengths) {
        let part = parts.next().filter(|part| part.len() == length)?;
        *number = part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse().ok())??;
    }
    parts.next().is_none().then_some(numbers)
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Return the days from 1970-01-01 to a date. The year begins on 1 March, so that the leap day comes last.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * month + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_apps_write_them() {
        // 2026-11-03 10:05:00 UTC.
        let at = 1_793_700_300.0;
        for text in [
            "2026-11-03T10:05:00Z",
            "2026-11-03t10:05:00z",
            "2026-11-03 10:05:00",
            "2026-11-03T10:05:00",
            "2026-11-03T11:05:00+01:00",
            "2026-11-03T05:05:00.000000000-0500",
            "2026-11-03 10:05:00 UTC",
            " 2026-11-03 11:05:00 +0100 ",
            "1793700300",
            "1793700300000",
        ] {
            assert_eq!(of_text(text), Some(at), "{text}");
        }
        assert_eq!(of_text("2026-11-03 10:05:00.250"), Some(at + 0.25));
        assert_eq!(of_text("2024-02-29T23:59:60Z"), Some(1_709_251_200.0));
        assert_eq!(of_text("0001-01-01T00:00:00Z"), Some(-62_135_596_800.0), "how Go writes no time at all");
        for text in [
            "",
            "yesterday",
            "2026-11-03",
            "2026-13-03T10:05:00Z",
            "2026-02-29T10:05:00Z",
            "2026-11-03T24:05:00Z",
            "2026-11-03T10:05Z",
            "2026-11-03T10:05:00.Z",
            "2026-11-03T10:05:00+1",
            "2026-11-03T10:05:00ZZ",
            "+026-11-03T10:05:00Z",
            "2026-11-0\u{fc}T10:05:00Z",
            "nan",
            "inf",
        ] {
            assert_eq!(of_text(text), None, "{text}");
        }
    }

    #[test]
    fn the_unit_of_a_number_is_recognized_by_its_size() {
        for number in [1.7937003e9, 1.7937003e12, 1.7937003e15, 1.7937003e18] {
            assert!((of_number(number) - 1.7937003e9).abs() < 1e-3, "{number}");
        }
        assert_eq!(of_number(0.0), 0.0);
        assert_eq!(of_number(f64::INFINITY), f64::INFINITY);
    }
}

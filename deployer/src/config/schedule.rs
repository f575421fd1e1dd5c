//! The grammar of schedule expressions, checked before any call: AWS would only say "not valid".

use std::time::Duration;

/// Checks `rate(...)` and six-field `cron(...)`. The error says what is wrong and what would be right.
///
/// For a rate, the time between two runs comes back.
pub fn validate(expression: &str) -> Result<Option<Duration>, String> {
    if let Some(rate) = inner(expression, "rate") {
        return validate_rate(rate).map(Some);
    }
    if let Some(cron) = inner(expression, "cron") {
        return validate_cron(cron).map(|()| None);
    }
    Err("must be `rate(5 minutes)` or a six-field `cron(...)`, in lower case".into())
}

fn inner<'a>(expression: &'a str, function: &str) -> Option<&'a str> {
    expression.strip_prefix(function)?.strip_prefix('(')?.strip_suffix(')')
}

fn validate_rate(rate: &str) -> Result<Duration, String> {
    let words: Vec<&str> = rate.split(' ').collect();
    let &[number, unit] = words.as_slice() else {
        return Err("needs a number and a unit: `rate(5 minutes)`".into());
    };
    let value = number
        .parse::<u32>()
        .ok()
        .filter(|value| *value > 0 && !number.starts_with(['0', '+']))
        .ok_or_else(|| format!("has `{number}` where a whole number of at least 1 belongs"))?;
    let singular = unit.strip_suffix('s').unwrap_or(unit);
    let seconds: u64 = match singular {
        "minute" => 60,
        "hour" => 3_600,
        "day" => 86_400,
        _ => return Err(format!("has the unit `{unit}`; AWS knows minutes, hours and days")),
    };
    let right = if value == 1 { singular.to_owned() } else { format!("{singular}s") };
    if unit != right {
        return Err(format!("must read `rate({value} {right})`: AWS wants the {right} here"));
    }
    Ok(Duration::from_secs(seconds * u64::from(value)))
}

/// Name, lowest and highest value, names for values, and special characters of a field.
struct Field {
    name: &'static str,
    range: (u32, u32),
    names: &'static [&'static str],
    special: &'static str,
}

const MONTHS: &[&str] = &["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const DAYS: &[&str] = &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

const FIELDS: [Field; 6] = [
    Field { name: "minutes", range: (0, 59), names: &[], special: "" },
    Field { name: "hours", range: (0, 23), names: &[], special: "" },
    Field { name: "day-of-month", range: (1, 31), names: &[], special: "?LW" },
    Field { name: "month", range: (1, 12), names: MONTHS, special: "" },
    Field { name: "day-of-week", range: (1, 7), names: DAYS, special: "?L#" },
    Field { name: "year", range: (1970, 2199), names: &[], special: "" },
];

fn validate_cron(cron: &str) -> Result<(), String> {
    let fields: Vec<&str> = cron.split_ascii_whitespace().collect();
    if fields.len() != FIELDS.len() {
        return Err(format!(
            "has {} fields where AWS wants six: minutes hours day-of-month month day-of-week year, \
             for example `cron(0/5 * * * ? *)`",
            fields.len()
        ));
    }
    for (text, field) in fields.iter().zip(&FIELDS) {
        for item in text.split(',') {
            validate_item(item, field)?;
        }
    }
    if (fields[2] == "?") == (fields[4] == "?") {
        return Err("must have `?` in exactly one of day-of-month and day-of-week".into());
    }
    Ok(())
}

fn validate_item(item: &str, field: &Field) -> Result<(), String> {
    let wrong = || {
        let (low, high) = field.range;
        format!("has `{item}` as {}; allowed are {low}-{high}, `*` and `,-/{}`", field.name, field.special)
    };
    if item == "*"
        || (item == "?" && field.special.contains('?'))
        || (item == "L" && field.special.contains('L'))
    {
        return Ok(());
    }
    let special = |mark| field.special.contains(mark);
    if special('W') && item.strip_suffix('W').is_some_and(|day| day == "L" || value(day, field).is_some()) {
        return Ok(());
    }
    if special('#')
        && (item.strip_suffix('L').is_some_and(|day| value(day, field).is_some())
            || item.split_once('#').is_some_and(|(day, week)| {
                value(day, field).is_some() && matches!(week, "1" | "2" | "3" | "4" | "5")
            }))
    {
        return Ok(());
    }
    let (range, step) = item.split_once('/').map_or((item, None), |(range, step)| (range, Some(step)));
    if step.is_some_and(|step| !step.parse::<u32>().is_ok_and(|step| step > 0)) {
        return Err(wrong());
    }
    let good = match range.split_once('-') {
        Some((from, to)) => {
            matches!((value(from, field), value(to, field)), (Some(from), Some(to)) if from <= to)
        }
        None => (range == "*" && step.is_some()) || value(range, field).is_some(),
    };
    if good { Ok(()) } else { Err(wrong()) }
}

fn value(text: &str, field: &Field) -> Option<u32> {
    let (low, high) = field.range;
    if let Some(index) = field.names.iter().position(|name| name.eq_ignore_ascii_case(text)) {
        return u32::try_from(index).ok().map(|index| low + index);
    }
    text.parse().ok().filter(|value| (low..=high).contains(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_what_aws_accepts() {
        for good in [
            "rate(1 minute)",
            "rate(5 minutes)",
            "rate(1 hour)",
            "rate(12 hours)",
            "rate(1 day)",
            "cron(0/5 * * * ? *)",
            "cron(0 8 ? * MON-FRI *)",
            "cron(15 10 L * ? *)",
            "cron(0 9 ? * 2#1 *)",
            "cron(0,30 9-17 3W JAN,jul ? 2026-2030)",
            "cron(*/10 * ? * 6L *)",
        ] {
            assert!(validate(good).is_ok(), "{good}: {:?}", validate(good));
        }
    }

    #[test]
    fn refuses_what_aws_refuses_and_says_why() {
        for (bad, why) in [
            ("rate(1 minutes)", "rate(1 minute)"),
            ("rate(5 minute)", "rate(5 minutes)"),
            ("rate(0 minutes)", "at least 1"),
            ("rate(-1 minutes)", "at least 1"),
            ("rate(5 seconds)", "minutes, hours and days"),
            ("rate(5  minutes)", "a number and a unit"),
            ("Rate(5 minutes)", "lower case"),
            ("*/5 * * * *", "lower case"),
            ("cron(*/5 * * * *)", "six"),
            ("cron(0 8 * * * *)", "exactly one"),
            ("cron(0 8 ? * ? *)", "exactly one"),
            ("cron(60 8 * * ? *)", "minutes"),
            ("cron(0 8 ? * 0 *)", "day-of-week"),
            ("cron(0 8 * * ? 1969)", "year"),
            ("cron(5-1 8 * * ? *)", "minutes"),
            ("cron(0/0 8 * * ? *)", "minutes"),
            ("cron(0 8 ? * 2#6 *)", "day-of-week"),
            ("", "rate(5 minutes)"),
        ] {
            let error = validate(bad).expect_err(bad);
            assert!(error.contains(why), "{bad}: {error}");
        }
    }
}

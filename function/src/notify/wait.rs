//! How long a service asks to wait before the next message: in headers, and in fields of its answers.
//!
//! What it says is untrusted: nothing that is negative or not a number counts, and nothing is longer than [`MAX_WAIT`].

use std::time::Duration;

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use http::header::{DATE, RETRY_AFTER};
use http::{HeaderMap, HeaderName};
use serde_json::Value;

use crate::contract::delivery::MAX_WAIT;
use crate::time;

/// Return the time in a field of an answer: seconds, as a number or a text.
pub(super) fn seconds(field: &Value) -> Option<Duration> {
    match field {
        Value::String(text) => of_text(text),
        field => bounded(field.as_f64()?),
    }
}

/// Return the time in a field of an answer: milliseconds.
pub(super) fn milliseconds(field: &Value) -> Option<Duration> {
    bounded(field.as_f64()? / 1_000.0)
}

/// Return the time in the header `Retry-After`, in seconds or as a date, or until that in the header `reset`, in Unix
/// seconds.
pub(super) fn in_headers(headers: &HeaderMap, reset: Option<&'static str>) -> Option<Duration> {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    // By the server's own clock, if it has one.
    let from_now = |at: i64| {
        let now = text(DATE).and_then(unix_seconds);
        let now = now.unwrap_or_else(|| i64::try_from(time::now()).unwrap_or_default());
        u64::try_from(at.saturating_sub(now)).ok().map(|seconds| Duration::from_secs(seconds).min(MAX_WAIT))
    };
    let asked = text(RETRY_AFTER).and_then(|wait| of_text(wait).or_else(|| from_now(unix_seconds(wait)?)));
    let reset = reset.map(HeaderName::from_static).and_then(text).and_then(|at| from_now(at.parse().ok()?));
    asked.max(reset)
}

fn unix_seconds(date: &str) -> Option<i64> {
    DateTime::from_str(date, Format::HttpDate).ok().map(|date| date.secs())
}

fn of_text(text: &str) -> Option<Duration> {
    // `f64` also parses `inf` and `nan`.
    if text.starts_with(|c: char| c.is_ascii_digit()) { bounded(text.parse().ok()?) } else { None }
}

fn bounded(seconds: f64) -> Option<Duration> {
    Duration::try_from_secs_f64(seconds.min(MAX_WAIT.as_secs_f64())).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap())).collect()
    }

    #[test]
    fn headers_say_how_long_in_seconds_or_until_when() {
        let now = ("date", "Thu, 26 Nov 2026 10:00:00 GMT");
        let wait = |name, value| in_headers(&headers(&[now, (name, value)]), Some("x-limit-app-reset"));
        for (value, expected) in [
            ("30", Some(30.0)),
            (" 2 ", Some(2.0)),
            ("0", Some(0.0)),
            ("0.65", Some(0.65)),
            ("Thu, 26 Nov 2026 10:00:40 GMT", Some(40.0)),
            ("31536000", Some(3_600.0)),
            ("99999999999999999999999999", Some(3_600.0)),
            ("Fri, 26 Nov 2027 10:00:00 GMT", Some(3_600.0)),
            ("Thu, 26 Nov 2026 09:00:00 GMT", None),
            ("-5", None),
            ("inf", None),
            ("nan", None),
            ("soon", None),
            ("10 minutes", None),
            ("", None),
        ] {
            assert_eq!(wait("retry-after", value), expected.map(Duration::from_secs_f64), "{value:?}");
        }
        assert_eq!(wait("x-limit-app-reset", "1795687210"), Some(Duration::from_secs(10)));
        assert_eq!(wait("x-limit-app-reset", "1798700000"), Some(MAX_WAIT), "the end of a month");
        assert_eq!(wait("x-limit-app-reset", "1"), None, "in the past");
        assert_eq!(
            in_headers(&headers(&[("x-limit-app-reset", "1798700000")]), None),
            None,
            "not this service"
        );
    }

    #[test]
    fn fields_are_numbers_and_bounded() {
        for (field, expected) in [
            (json!(0.65), Some(0.65)),
            (json!(5), Some(5.0)),
            (json!("7"), Some(7.0)),
            (json!(1e300), Some(3_600.0)),
            (json!(u64::MAX), Some(3_600.0)),
            (json!(-1), None),
            (json!(-1e300), None),
            (json!("x"), None),
            (json!([5]), None),
            (json!(null), None),
        ] {
            assert_eq!(seconds(&field), expected.map(Duration::from_secs_f64), "{field}");
        }
        assert_eq!(milliseconds(&json!(1_500)), Some(Duration::from_millis(1_500)));
    }
}

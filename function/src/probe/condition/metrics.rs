//! `metrics`: values in Prometheus' text format are within their limits.

mod line;
mod reader;

pub(in crate::probe) use self::reader::MetricReader;
use crate::contract::description::{Checked, Need, Setting, Type};

/// How it is configured.
pub const SETTING: Setting = Setting {
    key: "metrics",
    kind: Type::Other("table, or list"),
    need: Need::Optional,
    example: "[{ name = \"node_load5\", max = 8, label = \"Load\" }]",
    about: "conditions on metrics in Prometheus' text format, in up to 512 KiB: every series of this `name` that has \
            these `labels` must meet `min`, `max` and `newer_than`; if there is none, the condition is not met",
};

/// Check the name of a metric.
pub fn check_name(name: &str) -> Checked {
    check(name, |character| character == ':' || character == '.')
}

/// Check the name of a label.
pub fn check_label(name: &str) -> Checked {
    check(name, |character| character == '.')
}

fn check(name: &str, is_special: fn(char) -> bool) -> Checked {
    let is_start = |c: char| c.is_ascii_alphabetic() || c == '_' || is_special(c);
    let is_valid = name.starts_with(is_start) && name.chars().all(|c| is_start(c) || c.is_ascii_digit());
    if is_valid {
        return Ok(());
    }
    Err("a name has letters, digits and underscores, and does not begin with a digit".to_owned())
}

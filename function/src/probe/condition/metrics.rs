//! `metrics`: values in Prometheus' text format are within their limits.

mod line;
mod reader;

use std::collections::BTreeMap;

pub(in crate::probe) use self::reader::MetricReader;
use super::keys::{LABEL, MAX, MIN, NEWER_THAN, SEVERITY};
use crate::contract::description::{Checked, Need, Setting, Type, any};

/// How it is configured.
pub const SETTING: Setting = Setting {
    key: "metrics",
    kind: Type::Other("table, or list"),
    need: Need::Optional,
    example: "[{ name = \"node_load5\", max = 8, label = \"Load\" }]",
    about: "conditions on metrics in Prometheus' text format, in up to 512 KiB; each series that a condition selects must \
            meet it, and there must be one",
};

/// The keys of one condition.
pub const KEYS: &[Setting] = &[
    Setting {
        key: "name",
        kind: Type::Text(any),
        need: Need::Required,
        example: "\"node_load5\"",
        about: "the name of the metric",
    },
    Setting {
        key: "labels",
        kind: Type::Table(any_table),
        need: Need::Depends("all series of the metric"),
        example: "{ mountpoint = \"/data\" }",
        about: "labels of the series; others do not matter",
    },
    MIN,
    MAX,
    NEWER_THAN,
    LABEL,
    SEVERITY,
];

fn any_table(_: &BTreeMap<String, String>) -> Checked {
    Ok(())
}

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

//! The keys that the tables of `json` and `metrics` have in common.

use crate::contract::description::{Need, Setting, Type, any};

pub(super) const MIN: Setting = Setting {
    key: "min",
    kind: Type::Other("number, or text with a unit"),
    need: Need::Optional,
    example: "\"50 GB\"",
    about: "the smallest value: `4`, `\"90 %\"`, or a size from `\"1 kB\"` to `\"1 PiB\"`; numbers in texts count too",
};

pub(super) const MAX: Setting =
    Setting { key: "max", example: "\"90 %\"", about: "the largest value, in the same unit", ..MIN };

pub(super) const NEWER_THAN: Setting = Setting {
    key: "newer_than",
    kind: Type::Other("duration"),
    need: Need::Optional,
    example: "\"26h\"",
    about: "the value is a time that is not longer ago: `2026-11-03T10:05:00Z`, `2026-11-03 10:05:00` (in UTC), or Unix \
            seconds or milliseconds",
};

pub(super) const LABEL: Setting = Setting {
    key: "label",
    kind: Type::Text(any),
    need: Need::Optional,
    example: "\"Disk /data\"",
    about: "what notifications call the value",
};

pub(super) const SEVERITY: Setting = Setting {
    key: "severity",
    kind: Type::Choice(&["down", "warn"]),
    need: Need::Depends("that of the target"),
    example: "\"warn\"",
    about: "what it means that the condition is not met",
};

//! Conditions on a response that have settings of their own.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Quantity;

/// What it means that a condition is not met.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Consequence {
    /// The target is down.
    #[default]
    Down,
    /// The target is up, with a warning.
    Warn,
}

impl Consequence {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
    pub(super) fn is_down(&self) -> bool {
        *self == Self::Down
    }
}

/// A text or a regular expression that a response has, or must not have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextCondition {
    /// The text or the expression.
    pub text: String,
    /// What it means that the condition is not met.
    #[serde(default, skip_serializing_if = "Consequence::is_down")]
    pub severity: Consequence,
}

/// A condition on values in a JSON body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JsonCondition {
    /// The JSONPath (RFC 9535) of the values. All of them must meet the condition, and there must be one.
    pub path: String,
    /// What messages call the value: "Disk /data".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// What the value must equal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub equals: Option<serde_json::Value>,
    /// Whether there must be a value, or must not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exists: Option<bool>,
    /// The limits of the value.
    #[serde(default, skip_serializing_if = "Limits::is_none")]
    pub limits: Limits,
    /// What it means that the condition is not met.
    #[serde(default, skip_serializing_if = "Consequence::is_down")]
    pub severity: Consequence,
}

impl JsonCondition {
    /// Return what identifies the condition in every run: its settings without the severity.
    pub(crate) fn id(&self) -> String {
        let settings = Self { severity: Consequence::Down, ..self.clone() };
        serde_json::to_string(&settings).unwrap_or_default()
    }
}

/// A condition on a metric in Prometheus' text format.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MetricCondition {
    /// The metric's name.
    pub name: String,
    /// Labels that its series must have; others are ignored. All series that have them must meet the condition, and there
    /// must be one.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// What messages call the value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The limits of the value.
    #[serde(default, skip_serializing_if = "Limits::is_none")]
    pub limits: Limits,
    /// What it means that the condition is not met.
    #[serde(default, skip_serializing_if = "Consequence::is_down")]
    pub severity: Consequence,
}

impl MetricCondition {
    /// Return what identifies the condition in every run: its settings without the severity.
    pub(crate) fn id(&self) -> String {
        let settings = Self { severity: Consequence::Down, ..self.clone() };
        serde_json::to_string(&settings).unwrap_or_default()
    }
}

/// The limits of a measured value.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// The smallest value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<Quantity>,
    /// The largest value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<Quantity>,
    /// The largest age of a time, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub newer_than_s: Option<u64>,
}

impl Limits {
    fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

//! What is kept about the monitor itself.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::contract::delivery::MAX_WAIT;

/// The state of the monitor itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MonitorState {
    /// How many notifications there were about it; part of their ids.
    #[serde(default)]
    pub seq: u32,
    /// Since when it is offline, in Unix seconds.
    #[serde(rename = "blind_since", default, skip_serializing_if = "Option::is_none")]
    pub offline_since: Option<u64>,
    /// Whether a notification about that was queued.
    #[serde(rename = "blind_told", default, skip_serializing_if = "std::ops::Not::not")]
    pub offline_notified: bool,
    /// Failing channels that were reported on others.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub broken: BTreeSet<String>,
    /// Channels whose services asked to wait, and until when, in Unix seconds. Nothing is sent on them before.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub not_before: BTreeMap<String, u64>,
    /// When the account closes according to the settings of the last run, in Unix seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_closes: Option<u64>,
    /// The last warning about that, as the days of its step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_warned: Option<u64>,
    /// The day on which the last report was due that was sent or left out, since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reported: Option<u32>,
}

impl MonitorState {
    /// Return whether the service of a channel asked to wait until later.
    pub fn is_held_back(&self, channel: &str, now: u64) -> bool {
        self.not_before.get(channel).is_some_and(|until| *until > now)
    }

    /// Forget waits that are over, and those of other channels. One that a jump of the clock has made too long counts
    /// as over.
    pub(crate) fn retain_waits(&mut self, channels: &[&str], now: u64) {
        let latest = now.saturating_add(MAX_WAIT.as_secs() + 1);
        self.not_before.retain(|channel, until| {
            (now.saturating_add(1)..=latest).contains(until) && channels.contains(&channel.as_str())
        });
    }

    pub(super) fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

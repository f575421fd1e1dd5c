//! Decides when conditions whose failure is only a warning are notified: once after enough consecutive runs, and once
//! more when they are met again.
//!
//! A value at its limit must not cause a warning each time that it crosses it. Close to the limit, a warning therefore
//! ends only after a while ([`Level::NearLimit`]).

use std::collections::BTreeSet;

use super::Subject;
use super::suppress::STABLE_S;
use crate::contract::notification::{Notification, NotificationKind};
use crate::contract::state::{Streak, Warning};
use crate::probe::{Finding, Level, Observation, check_of};

/// A condition that cannot be evaluated for this long, in seconds, is itself a warning: nothing else would show that it no
/// longer watches anything.
const UNKNOWN_S: u64 = 60 * 60;

/// More warnings about one target are not kept: the state is small, and these say enough.
const MAX_WARNINGS: usize = 20;

/// Precedes the key of a finding, for the warning that it is not known. No key begins with it: a check's name does. Names
/// that an app chose come last in a key, and may end in anything.
const UNKNOWN_PREFIX: &str = "~";

impl Subject<'_> {
    /// Record what the conditions found, and notify warnings that begin or end. A target that is not up says nothing about
    /// them.
    pub(super) fn observe_warnings(&mut self, seen: &Observation) {
        if !seen.ok {
            return;
        }
        for finding in &seen.findings {
            match finding.level {
                Level::NotMet => self.warn(&finding.key, &finding.why, 0),
                Level::NearLimit => self.note_met(&finding.key, &finding.why, STABLE_S),
                Level::Met => self.note_met(&finding.key, &finding.why, 0),
                Level::Unknown => {
                    self.warn(&unknown_key(&finding.key), &finding.why, UNKNOWN_S);
                    continue;
                }
            }
            self.note_met(&unknown_key(&finding.key), &finding.why, 0);
        }
        self.end_missing(&seen.findings);
    }

    /// Count a run in which a condition is not met, and notify it after enough of them that span this many seconds.
    fn warn(&mut self, key: &str, why: &str, least_s: u64) {
        let now = self.context.now;
        let enough = self.settings.down_after;
        let warnings = &mut self.target.warnings;
        if warnings.len() >= MAX_WARNINGS && !warnings.contains_key(key) {
            return;
        }
        let known = warnings.entry(key.to_owned());
        let warning = known.or_insert_with(|| Warning { since: now, ..Warning::default() });
        warning.runs = warning.runs.saturating_add(1);
        (warning.met, warning.why) = (None, Some(why.to_owned()));
        let is_enough = warning.runs >= enough && now.saturating_sub(warning.since) >= least_s;
        if warning.active || !is_enough {
            return;
        }
        warning.active = true;
        let from = warning.since;
        self.notify_warning(key, Notification { why: Some(why.to_owned()), ..begin(from) });
    }

    /// Count a run in which a condition is met, and end its warning after enough of them that span this many seconds.
    fn note_met(&mut self, key: &str, why: &str, least_s: u64) {
        let now = self.context.now;
        let enough = self.settings.up_after;
        let Some(warning) = self.target.warnings.get_mut(key) else { return };
        let met = Streak::longer(warning.met, now);
        warning.met = Some(met);
        let is_over = met.runs >= enough && now.saturating_sub(met.since) >= least_s;
        if warning.active && !is_over {
            return;
        }
        let (was_active, from) = (warning.active, warning.since);
        self.target.warnings.remove(key);
        if was_active {
            let end = Notification { why: Some(why.to_owned()), until: Some(now), ..end(from) };
            self.notify_warning(key, end);
        }
    }

    /// End warnings about what is no longer checked or no longer exists, such as a monitor that was deleted.
    fn end_missing(&mut self, findings: &[Finding]) {
        let checked: BTreeSet<&str> = findings.iter().map(|finding| finding.key.as_str()).collect();
        let unknown = findings.iter().filter(|finding| finding.level == Level::Unknown);
        let unknown: BTreeSet<&str> = unknown.map(Finding::check).collect();
        let is_missing = |key: &&String| {
            let of_finding = key.strip_prefix(UNKNOWN_PREFIX).unwrap_or(key);
            !checked.contains(of_finding) && !unknown.contains(check_of(of_finding))
        };
        let missing: Vec<String> = self.target.warnings.keys().filter(is_missing).cloned().collect();
        for key in missing {
            let end =
                if key.starts_with(UNKNOWN_PREFIX) { "can be checked again" } else { "no longer reported" };
            let last = self.target.warnings.get(&key).and_then(|warning| warning.why.clone());
            let why = last.map_or_else(|| end.to_owned(), |last| format!("{last}; {end}"));
            self.note_met(&key, &why, 0);
        }
    }

    fn notify_warning(&mut self, key: &str, notification: Notification) {
        self.notify_with(&Notification { about: Some(key.to_owned()), ..notification });
    }
}

fn begin(from: u64) -> Notification {
    Notification::new(NotificationKind::Warning, from)
}

fn end(from: u64) -> Notification {
    Notification::new(NotificationKind::WarningEnded, from)
}

fn unknown_key(key: &str) -> String {
    format!("{UNKNOWN_PREFIX}{key}")
}

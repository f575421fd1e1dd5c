//! Decides what to notify about a target besides up and down: an unknown status, slow responses, a certificate that
//! expires, a different server, a new version, a reminder of an outage.

use super::{Knowledge, Subject};
use crate::contract::notification::{Notification, NotificationKind};
use crate::contract::settings::{Expect, Target};
use crate::contract::state::{Status, Streak};
use crate::local_time::date;
use crate::probe::{Cause, Observation, Verdict};
use crate::time::duration;

const DAY_S: u64 = 24 * 60 * 60;

/// The steps at which to warn: when less is left than these days, and less than this fraction of the certificate's
/// lifetime. Automatic renewals happen when a third is left, or earlier.
const WARNINGS: [Warning; 4] = [
    Warning { days: 1, part: 1.0 / 90.0 },
    Warning { days: 3, part: 1.0 / 30.0 },
    Warning { days: 7, part: 1.0 / 10.0 },
    Warning { days: 14, part: 3.0 / 10.0 },
];

/// A step towards a certificate's end. Its days also identify it in the state.
struct Warning {
    days: u64,
    part: f64,
}

impl Warning {
    /// Return whether it is due. `left` and the certificate's lifetime, if known, are in seconds.
    fn is_due(&self, left: u64, life: Option<u64>) -> bool {
        let most = life.map_or(f64::INFINITY, |life| life as f64 * self.part);
        left <= self.days * DAY_S && left as f64 <= most
    }
}

impl Subject<'_> {
    /// Record an observation in the target's state, and add notifications to the outbox.
    pub(super) fn observe_events(&mut self, seen: &Observation) {
        // Without the state, it is unknown what was notified before.
        if self.context.knowledge == Knowledge::StateUnavailable {
            return;
        }
        self.observe_unknown(seen);
        self.observe_speed(seen);
        self.observe_warnings(seen);
        self.observe_certificate(seen);
        if seen.ok {
            self.observe_identity(seen);
        }
        self.remind_if_due();
    }

    /// Notify an unknown status after as many consecutive runs as an outage takes, and its end.
    fn observe_unknown(&mut self, seen: &Observation) {
        let now = self.context.now;
        let is_unknown = seen.verdict() == Verdict::Unknown;
        // An offline monitor is not the target's fault, and a target that must refuse may be unreachable.
        let is_its_own =
            seen.cause() != Some(Cause::MonitorOffline) && self.settings.expect == Expect::Answer;
        if is_unknown && !is_its_own {
            return;
        }
        if is_unknown {
            let unknown = Streak::longer(self.target.unknown, now);
            self.target.unknown = Some(unknown);
            if unknown.runs == self.settings.down_after {
                let why = Some(seen.failed.as_ref().map(ToString::to_string).unwrap_or_default());
                let cause = seen.cause();
                self.notify_with(&Notification {
                    why,
                    cause,
                    ..Notification::new(NotificationKind::Unknown, now)
                });
            }
            return;
        }
        let ended = self.target.unknown.take().filter(|unknown| unknown.runs >= self.settings.down_after);
        if let Some(unknown) = ended {
            let status = if seen.ok { "up" } else { "down" };
            let lasted = duration(now.saturating_sub(unknown.since));
            self.notify(NotificationKind::Known, format!("{status}; could not be checked for {lasted}"));
        }
    }

    fn observe_speed(&mut self, seen: &Observation) {
        let now = self.context.now;
        let Some(limit) = self.settings.slow_ms.filter(|_| seen.ok) else {
            // An outage is worse than slow, and says enough. A failed check that is no outage yet only interrupts runs that
            // were not notified: the end of what was notified is still to come.
            let is_outage = self.target.status == Status::Down;
            let is_forgotten = |slow: &Streak| {
                let is_notified = slow.runs >= self.settings.down_after;
                self.settings.slow_ms.is_none()
                    || (seen.verdict() == Verdict::Down && (is_outage || !is_notified))
            };
            self.target.slow = self.target.slow.filter(|slow| !is_forgotten(slow));
            return;
        };
        if seen.total_ms >= f64::from(limit) {
            let slow = Streak::longer(self.target.slow, now);
            self.target.slow = Some(slow);
            if slow.runs == self.settings.down_after {
                let why = format!("response time {:.0} ms (limit {limit} ms)", seen.total_ms);
                self.notify(NotificationKind::Slow, why);
            }
            return;
        }
        let ended = self.target.slow.take().filter(|slow| slow.runs >= self.settings.down_after);
        if let Some(slow) = ended {
            let lasted = duration(now.saturating_sub(slow.since));
            let why = format!("response time {:.0} ms; was slow for {lasted}", seen.total_ms);
            self.notify(NotificationKind::Fast, why);
        }
    }

    /// Warn once for each step of each certificate.
    fn observe_certificate(&mut self, seen: &Observation) {
        let Some(expires) = seen.certificate_expires.filter(|_| !self.is_twin()) else { return };
        let now = self.context.now;
        let target = &mut *self.target;
        let left = expires.saturating_sub(now);
        let life = seen.certificate_begins.map(|begins| expires.saturating_sub(begins));
        let Some(step) = WARNINGS.iter().find(|warning| warning.is_due(left, life)) else {
            // Two servers may respond in turn with two certificates, so the last one warned about is remembered until
            // it has expired.
            if target.certificate_until.is_none_or(|until| until < now) {
                (target.certificate, target.certificate_until) = (None, None);
            }
            return;
        };
        // A state of an earlier release does not say which certificate it is about: most likely this one.
        let until = *target.certificate_until.get_or_insert(expires);
        if expires > until {
            target.certificate = None;
            target.certificate_until = Some(expires);
        }
        if target.certificate.is_some_and(|last| last <= step.days) {
            return;
        }
        target.certificate = Some(step.days);
        let why = format!(
            "the certificate expires in {}, on {}",
            duration(left),
            date(expires, &self.context.settings.clock)
        );
        self.notify(NotificationKind::Certificate, why);
    }

    /// Return whether another target checks the same app with a token: the two have one certificate.
    fn is_twin(&self) -> bool {
        let has_token = |other: &Target| other.expect == Expect::Answer && other.url == self.settings.url;
        self.settings.expect == Expect::Refusal && self.context.settings.targets.iter().any(has_token)
    }

    fn observe_identity(&mut self, seen: &Observation) {
        if let Some(id) = seen.server.id.as_ref().filter(|_| self.settings.pin) {
            let before = self.target.identity.replace(id.clone());
            if before.is_some_and(|before| before != *id) {
                let why = "check where the host name, the proxy or the tunnel points";
                self.notify(NotificationKind::Identity, why);
            }
        }
        if let Some(version) = seen.server.version.as_ref().filter(|_| self.settings.tell_version) {
            let before = self.target.app_version.replace(version.clone());
            if let Some(before) = before.filter(|before| before != version) {
                let why = format!("{} was updated from {before} to {version}", self.settings.app());
                self.notify(NotificationKind::Version, why);
            }
        }
    }

    fn remind_if_due(&mut self) {
        let (Some(every), Status::Down) = (self.settings.remind_s, self.target.status) else { return };
        let last = self.target.reminded.unwrap_or(self.target.since);
        if self.context.now.saturating_sub(last) < every || self.target.suppressed.is_some() {
            return;
        }
        self.remind();
    }

    /// Notify that it is still down, and for how long.
    pub(super) fn remind(&mut self) {
        let now = self.context.now;
        self.target.reminded = Some(now);
        let why = self.target.why.as_deref().unwrap_or("no valid response");
        let lasts = duration(now.saturating_sub(self.target.since));
        let (why, cause) = (Some(format!("{why}. Down for {lasts}")), self.target.cause);
        self.notify_with(&Notification { why, cause, ..Notification::new(NotificationKind::Reminder, now) });
    }
}

//! What is neither up nor down and worth a word all the same: unseen, slow, a certificate near its end, another server,
//! a new version, an outage that lasts.

use super::{Knowledge, Scene};
use crate::contract::notification::{Notification, NotificationKind, add_note};
use crate::contract::settings::{Expect, Severity, Target};
use crate::contract::state::{Status, Streak, TargetState};
use crate::probe::{Cause, Observation, Verdict};
use crate::time::{date, duration};

const DAY_S: u64 = 24 * 60 * 60;

/// Warn when less is left than these days, and than this part of the certificate's whole life. Automatic renewals happen
/// when a third is left, or earlier.
const WARNINGS: [Warning; 4] = [
    Warning { days: 1, part: 1.0 / 90.0 },
    Warning { days: 3, part: 1.0 / 30.0 },
    Warning { days: 7, part: 1.0 / 10.0 },
    Warning { days: 14, part: 3.0 / 10.0 },
];

/// A step towards a certificate's end. Its days also name it in the state.
struct Warning {
    days: u64,
    part: f64,
}

impl Warning {
    /// Whether it is due; `left` and the certificate's whole `life`, if known, are in seconds.
    fn is_due(&self, left: u64, life: Option<u64>) -> bool {
        let most = life.map_or(f64::INFINITY, |life| life as f64 * self.part);
        left <= self.days * DAY_S && left as f64 <= most
    }
}

/// Takes one observation into the target's state, and what is worth a word into the outbox.
pub(super) fn observe(
    target: &mut TargetState,
    wanted: &Target,
    seen: &Observation,
    outbox: &mut Vec<Notification>,
    scene: Scene<'_>,
) {
    // Without the state, nobody knows what was told before.
    if scene.knowledge == Knowledge::Blind {
        return;
    }
    visibility(target, wanted, seen, outbox, scene);
    speed(target, wanted, seen, outbox, scene);
    certificate(target, wanted, seen, outbox, scene);
    if seen.ok {
        identity(target, wanted, seen, outbox, scene);
    }
    reminder(target, wanted, outbox, scene);
}

/// One word for each channel that wants to hear of such things.
pub(super) fn add(
    target: &mut TargetState,
    kind: NotificationKind,
    why: &str,
    outbox: &mut Vec<Notification>,
    scene: Scene<'_>,
) {
    let entry = Notification { why: Some(why.to_owned()), ..Notification::new(kind, scene.now) };
    add_entry(target, &entry, outbox, scene);
}

/// The same with a copy of `entry`, which has no id yet.
fn add_entry(
    target: &mut TargetState,
    entry: &Notification,
    outbox: &mut Vec<Notification>,
    scene: Scene<'_>,
) {
    target.seq = target.seq.wrapping_add(1);
    let severity = entry.kind.severity();
    for channel in scene.settings.channels.iter().filter(|channel| channel.min <= severity) {
        let id = format!("{}:{}:{}", target.name, target.seq, channel.name);
        add_note(outbox, Notification { id, ..entry.clone() });
    }
}

/// As many runs in a row as make an outage make it worth a word that nobody can tell.
fn visibility(
    target: &mut TargetState,
    wanted: &Target,
    seen: &Observation,
    outbox: &mut Vec<Notification>,
    scene: Scene<'_>,
) {
    // That the monitor sees nothing is not the target's fault; and what is closed to all is not meant to be seen.
    let is_unseen = seen.verdict() == Verdict::Unknown;
    let is_its_own = seen.cause() != Some(Cause::Blind) && wanted.expect == Expect::Answer;
    if is_unseen && !is_its_own {
        return;
    }
    if is_unseen {
        let unseen = Streak::longer(target.unseen, scene.now);
        target.unseen = Some(unseen);
        if unseen.runs == wanted.down_after {
            let why = Some(seen.failed.as_ref().map(ToString::to_string).unwrap_or_default());
            let entry = Notification {
                why,
                cause: seen.cause(),
                ..Notification::new(NotificationKind::Unseen, scene.now)
            };
            add_entry(target, &entry, outbox, scene);
        }
        return;
    }
    if let Some(unseen) = target.unseen.take().filter(|unseen| unseen.runs >= wanted.down_after) {
        let is_up = if seen.ok { "up" } else { "down" };
        let lasted = duration(scene.now.saturating_sub(unseen.since));
        let why = format!("{is_up}; could not be seen for {lasted}");
        add(target, NotificationKind::Seen, &why, outbox, scene);
    }
}

fn speed(
    target: &mut TargetState,
    wanted: &Target,
    seen: &Observation,
    outbox: &mut Vec<Notification>,
    scene: Scene<'_>,
) {
    let limit = wanted.slow_ms.filter(|_| seen.ok);
    let Some(limit) = limit else {
        // Down is worse than slow, and says enough.
        if seen.verdict() == Verdict::Down || wanted.slow_ms.is_none() {
            target.slow = None;
        }
        return;
    };
    if seen.total_ms >= f64::from(limit) {
        let slow = Streak::longer(target.slow, scene.now);
        target.slow = Some(slow);
        if slow.runs == wanted.down_after {
            let why = format!("answers after {:.0} ms; slow is from {limit} ms on", seen.total_ms);
            add(target, NotificationKind::Slow, &why, outbox, scene);
        }
    } else if let Some(slow) = target.slow.take().filter(|slow| slow.runs >= wanted.down_after) {
        let lasted = duration(scene.now.saturating_sub(slow.since));
        let why = format!("answers after {:.0} ms; was slow for {lasted}", seen.total_ms);
        add(target, NotificationKind::Fast, &why, outbox, scene);
    }
}

/// Once for each step of each certificate.
fn certificate(
    target: &mut TargetState,
    wanted: &Target,
    seen: &Observation,
    outbox: &mut Vec<Notification>,
    scene: Scene<'_>,
) {
    let Some(expires) = seen.certificate_expires else { return };
    // An app that is asked with and without a token has one certificate.
    let is_told_of = |other: &Target| other.expect == Expect::Answer && other.url == wanted.url;
    if wanted.expect == Expect::Refusal && scene.settings.targets.iter().any(is_told_of) {
        return;
    }
    let left = expires.saturating_sub(scene.now);
    let life = seen.certificate_begins.map(|begins| expires.saturating_sub(begins));
    let Some(step) = WARNINGS.iter().find(|warning| warning.is_due(left, life)) else {
        // Two servers may take turns with two certificates, so that the last one warned about is remembered until it
        // has expired.
        if target.certificate_until.is_none_or(|until| until < scene.now) {
            (target.certificate, target.certificate_until) = (None, None);
        }
        return;
    };
    // A state of an earlier release does not say which certificate it meant: this one, most likely.
    let until = *target.certificate_until.get_or_insert(expires);
    if expires > until {
        target.certificate = None;
        target.certificate_until = Some(expires);
    }
    if target.certificate.is_some_and(|last| last <= step.days) {
        return;
    }
    target.certificate = Some(step.days);
    let why = format!("the certificate expires in {}, on {}", duration(left), date(expires));
    add(target, NotificationKind::Certificate, &why, outbox, scene);
}

fn identity(
    target: &mut TargetState,
    wanted: &Target,
    seen: &Observation,
    outbox: &mut Vec<Notification>,
    scene: Scene<'_>,
) {
    if let Some(id) = seen.server.id.as_ref().filter(|_| wanted.pin) {
        let before = target.identity.replace(id.clone());
        if before.is_some_and(|before| before != *id) {
            let why =
                "another server answers in its place: check where the name, the proxy or the tunnel lead";
            add(target, NotificationKind::Identity, why, outbox, scene);
        }
    }
    if let Some(version) = seen.server.version.as_ref().filter(|_| wanted.tell_version) {
        let before = target.app_version.replace(version.clone());
        if let Some(before) = before.filter(|before| before != version) {
            let why = format!("{} was updated from {before} to {version}", wanted.app());
            add(target, NotificationKind::Version, &why, outbox, scene);
        }
    }
}

fn reminder(target: &mut TargetState, wanted: &Target, outbox: &mut Vec<Notification>, scene: Scene<'_>) {
    let (Some(every), Status::Down) = (wanted.remind_s, target.status) else { return };
    let last = target.reminded.unwrap_or(target.since);
    if scene.now.saturating_sub(last) < every || target.held.is_some() {
        return;
    }
    remind(target, outbox, scene);
}

/// That it is still down, and for how long.
pub(super) fn remind(target: &mut TargetState, outbox: &mut Vec<Notification>, scene: Scene<'_>) {
    target.reminded = Some(scene.now);
    let why = target.why.clone().unwrap_or_else(|| "it does not answer as it should".to_owned());
    let lasts = duration(scene.now.saturating_sub(target.since));
    add(target, NotificationKind::Reminder, &format!("{why}. Down for {lasts}"), outbox, scene);
}

/// Whether a channel wants to hear of such things.
pub(super) fn wants(min: Severity, kind: NotificationKind) -> bool {
    min <= kind.severity()
}

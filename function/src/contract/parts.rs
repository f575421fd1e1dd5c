//! Splits a state that is too large for one parameter into several: each has some of the targets with all notifications
//! about them, so that every parameter is complete by itself. The first one also has what is common to all.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::contract::notification::{MAX_SENT, Notification, NotificationKind};
use crate::contract::settings::{Settings, Target};
use crate::contract::state::{
    DomainState, DomainStatus, LastNotified, Lease, MAX_BYTES, MonitorState, State, Status, Suppressed,
    TargetState, VERSION,
};

/// The largest number of parts. More would take longer to write than a run may last: SSM accepts three writes a second.
pub const MAX_PARTS: usize = 48;

/// A time with as many digits as any time before the year 2286.
const WHEN: u64 = 9_999_999_999;

/// At least as many digits as any number of changes, outages or runs has.
const MANY: u32 = 9_999;

/// The length of a server's id.
const ID_BYTES: usize = 48;

/// The suffix in the name of an additional part: it follows the state parameter's name and precedes the part's number.
pub const PART_SUFFIX: &str = "_part";

/// Return the name of the parameter for a part, counted from 0.
pub fn parameter(state_parameter: &str, part: usize) -> String {
    if part == 0 { state_parameter.to_owned() } else { format!("{state_parameter}{PART_SUFFIX}{}", part + 1) }
}

/// Return which of the settings' targets, in their order, are in which part. There is always one part.
///
/// A part has room for its targets even if all of them keep changing and no channel delivers anything. The least
/// important details of a state that is too large are left out; this layout has room for the rest.
pub fn layout(settings: &Settings) -> Vec<Range<usize>> {
    let room = MAX_BYTES.saturating_sub(envelope(settings));
    let mut parts: Vec<Range<usize>> = Vec::new();
    let (mut from, mut filled) = (0, 0);
    for (index, target) in settings.targets.iter().enumerate() {
        let bytes = weight(target, settings);
        if filled + bytes > room && index > from {
            parts.push(from..index);
            (from, filled) = (index, 0);
        }
        filled += bytes;
    }
    parts.push(from..settings.targets.len());
    parts
}

/// Return how many of the settings' targets have room, in their order.
pub fn capacity(settings: &Settings) -> usize {
    let parts = layout(settings);
    let last = parts.get(MAX_PARTS - 1).or(parts.last());
    let room = MAX_BYTES.saturating_sub(envelope(settings));
    let fits = |target: &&Target| weight(target, settings) <= room;
    let each_fits = settings.targets.iter().take_while(fits).count();
    last.map_or(0, |last| last.end).min(each_fits)
}

/// Return the largest size of what is common to all targets, in bytes.
fn envelope(settings: &Settings) -> usize {
    let state = State {
        status: Status::Unknown,
        ts: WHEN,
        version: VERSION,
        deployment: settings.deployment.clone(),
        parts: MAX_PARTS,
        paused_until: Some(WHEN),
        commanded: Some(WHEN),
        next: settings.schedule.is_some().then_some(WHEN),
        tick: Some("01234567".to_owned()),
        lease: Some(Lease { by: "0123456789abcdef".to_owned(), until: WHEN }),
        begin_at: 1_000,
        is_uncounted: true,
        monitor: MonitorState {
            seq: MANY,
            offline_since: Some(WHEN),
            offline_notified: true,
            ..MonitorState::default()
        },
        ..State::default()
    };
    // An empty outbox is left out, with its name.
    state.to_text().len() + r#","outbox":[]"#.len()
}

/// Return the largest size of what must be kept of a target, in bytes.
fn weight(target: &Target, settings: &Settings) -> usize {
    let state = TargetState {
        name: target.name.clone(),
        check: target.check_id(),
        status: Status::Unknown,
        since: WHEN,
        seq: MANY,
        notified: settings
            .channels
            .iter()
            .map(|channel| (channel.name.clone(), LastNotified::Down))
            .collect(),
        suppressed: Some(Suppressed { status: Status::Unknown, since: WHEN }),
        flapping: target.damp,
        domain: target.domain.as_ref().map(|domain| DomainState {
            name: domain.name.clone(),
            asked: WHEN,
            expires: Some(WHEN),
            warned: Some(10),
            status: Some(DomainStatus::RedemptionPeriod),
        }),
        identity: target.pin.then(|| "x".repeat(ID_BYTES)),
        ..TargetState::default()
    };
    let notification = |channel: &str| Notification {
        id: Notification::id(&target.name, MANY, channel),
        until: Some(WHEN),
        times: MANY,
        unproven: true,
        sent: MAX_SENT,
        next: Some(WHEN),
        ..Notification::new(NotificationKind::WasDown, WHEN)
    };
    // Braces are written as escapes; see `State::to_text`.
    let size = |text: Result<String, serde_json::Error>| {
        text.map_or(0, |text| text.replace("{{", "{\\u007b").len() + ",".len())
    };
    let notifications: usize = settings
        .channels
        .iter()
        .map(|channel| size(serde_json::to_string(&notification(&channel.name))))
        .sum();
    size(serde_json::to_string(&state)) + notifications
}

/// Return the state in the parts of the settings' [`layout`].
pub fn split(state: &State, settings: &Settings, layout: &[Range<usize>]) -> Vec<State> {
    let count = layout.len();
    if count == 1 {
        return vec![State { parts: count.max(state.parts), ..state.clone() }];
    }
    layout
        .iter()
        .cloned()
        .enumerate()
        .map(|(part, range)| {
            let names: BTreeSet<&str> = settings
                .targets
                .get(range)
                .into_iter()
                .flatten()
                .map(|target| target.name.as_str())
                .collect();
            let is_here = |name: &str| names.contains(name) || (part == 0 && name.is_empty());
            let targets = state.targets.iter().filter(|target| is_here(&target.name)).cloned().collect();
            let outbox = state.outbox.iter().filter(|one| is_here(one.target())).cloned().collect();
            if part == 0 {
                // The greatest number ever used, so that the content of earlier additional parts is not forgotten.
                return State { targets, outbox, parts: count.max(state.parts), ..state.clone() };
            }
            // Without anything that changes in every run, so that it is written only when a target changes.
            let status = State::overall(&targets);
            let (version, deployment) = (state.version, state.deployment.clone());
            State { status, version, deployment, targets, outbox, ..State::default() }
        })
        .collect()
}

/// Return the whole state of its parts. Where settings have changed, a target may be in two parts: its later state
/// counts.
pub fn merge(parts: Vec<State>) -> State {
    let when = |one: &Notification| one.until.unwrap_or(one.from);
    let by_time = parts.len() > 1 && parts.iter().all(|part| part.outbox.is_sorted_by_key(when));
    let mut parts = parts.into_iter();
    let mut whole = parts.next().unwrap_or_default();
    for part in parts {
        for target in part.targets {
            let queued = part.outbox.iter().filter(|one| one.target() == target.name).cloned();
            match whole.targets.iter_mut().find(|known| known.name == target.name) {
                Some(known) if known.seq >= target.seq => {}
                Some(known) => {
                    whole.outbox.retain(|one| one.target() != target.name);
                    whole.outbox.extend(queued);
                    *known = target;
                }
                None => {
                    whole.outbox.extend(queued);
                    whole.targets.push(target);
                }
            }
        }
    }
    // In the order of their times, as in one part; unless a clock has jumped, and sorting would reverse the
    // notifications about one target.
    if by_time {
        whole.outbox.sort_by_key(when);
    }
    whole
}

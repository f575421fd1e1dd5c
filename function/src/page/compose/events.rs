//! What happened to the apps, what is planned, and what is announced.

use super::super::cleaned::lines;
use super::super::data::Data;
use super::super::view::{Maintenance, Notice, Outage, Reason};
use super::reason::reason;
use super::{label, public};
use crate::contract::announcement::MAX_CHARS;
use crate::contract::history::{DAYS, Event, EventKind, TargetHistory};
use crate::contract::settings::{Settings, Target, Window};
use crate::time::DAY;

/// How long before its beginning a maintenance is shown, in seconds.
const AHEAD_S: u64 = 7 * DAY;

/// Return the outages of all targets, the latest beginning first. Planned ones have the reason
/// [`Reason::Maintenance`].
pub(super) fn outages(histories: &[(&Target, TargetHistory)], settings: &Settings, now: u64) -> Vec<Outage> {
    let mut outages = Vec::new();
    for (target, history) in histories {
        let planned = |event: &&Event| event.kind == EventKind::Planned;
        let over = history.record.events.iter().filter(|event| event.is_outage() || planned(event));
        outages.extend(over.map(|event| Outage {
            reason: if planned(&event) { Reason::Maintenance } else { reason(event.cause) },
            end: Some(event.end),
            ..outage(target, event)
        }));
        if let Some(event) = &history.outage {
            let is_planned = is_planned(&target.name, event.begin, settings, now);
            let reason = if is_planned { Reason::Maintenance } else { reason(event.cause) };
            outages.push(Outage { reason, ..outage(target, event) });
        }
    }
    outages.sort_by_key(|outage| std::cmp::Reverse(outage.begin));
    outages
}

/// Return whether an outage that lasts began in a maintenance that is on.
pub(super) fn is_planned(name: &str, begin: u64, settings: &Settings, now: u64) -> bool {
    let covered = |window: &Window| window.covered(name, now, &settings.clock);
    settings.maintenance.iter().filter_map(covered).any(|time| time.contains(&begin))
}

/// Return an outage that lasts.
fn outage(target: &Target, event: &Event) -> Outage {
    let reason = reason(event.cause);
    Outage { name: target.name.clone(), label: label(target), begin: event.begin, end: None, reason }
}

/// Return the maintenances that are on or begin soon, the earliest first, without those of hidden targets.
pub(super) fn maintenances(settings: &Settings, now: u64) -> Vec<Maintenance> {
    let mut maintenances = Vec::new();
    for window in &settings.maintenance {
        let is_named = |target: &&Target| window.targets.contains(&target.name);
        let labels: Vec<String> = public(settings).filter(is_named).map(label).collect();
        if labels.is_empty() && !window.targets.is_empty() {
            continue;
        }
        let Some(time) = window.next(now, AHEAD_S, &settings.clock) else { continue };
        maintenances.push(Maintenance { labels, from: time.start, until: time.end });
    }
    maintenances.sort_by_key(|maintenance| (maintenance.from, maintenance.until));
    maintenances.dedup();
    maintenances
}

/// Return the announcements that apply now or later, and those of the kept days, the newest first.
pub(super) fn announcements(data: &Data, settings: &Settings, now: u64) -> Vec<Notice> {
    let days = settings.history.map_or(DAYS as usize, |history| history.days.min(DAYS as usize));
    let begin = now.saturating_sub(days as u64 * DAY);
    let kept = data.announcements.iter().filter(|one| one.until >= begin);
    let mut notices: Vec<Notice> = kept
        .map(|one| Notice {
            id: one.id,
            text: lines(&one.text, MAX_CHARS),
            made: one.made,
            from: one.from,
            until: one.until,
        })
        .filter(|notice| !notice.text.is_empty())
        .collect();
    notices.sort_by_key(|notice| std::cmp::Reverse((notice.made, notice.id)));
    notices
}

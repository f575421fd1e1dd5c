//! Finds what the changes of one run have in common: all targets of a site, or of a group, fail for the same reason. They
//! share one message; every target keeps its own state.

use std::collections::{BTreeMap, BTreeSet};

use crate::contract::notification::{NotificationKind, NotificationScope};
use crate::contract::settings::{Settings, Target};
use crate::contract::state::{State, Status};
use crate::probe::{Cause, Observation, Verdict};

/// The state before the observations of a run.
pub(super) struct Before {
    /// The targets' statuses, in the order of the state.
    statuses: Vec<Status>,
    /// The ids of the notifications in the outbox.
    queued: BTreeSet<String>,
}

impl Before {
    pub(super) fn of(state: &State) -> Self {
        Self {
            statuses: state.targets.iter().map(|target| target.status).collect(),
            queued: state.outbox.iter().map(|one| one.id.clone()).collect(),
        }
    }
}

/// Mark the notifications of this run that share a cause, and those that end a shared outage.
pub(super) fn mark(state: &mut State, before: &Before, observations: &[Observation], settings: &Settings) {
    let begins = begins(observations, settings);
    let ends = ends(state, &before.statuses, settings);
    for notification in state.outbox.iter_mut().filter(|one| !before.queued.contains(&one.id)) {
        match notification.kind {
            NotificationKind::Down => notification.scope = begins.get(notification.target()).copied(),
            NotificationKind::Up | NotificationKind::WasDown if !notification.first => {
                notification.scope = ends.get(notification.target()).copied();
            }
            _ => {}
        }
    }
    for (target, before) in state.targets.iter_mut().zip(&before.statuses) {
        match target.status {
            Status::Down if *before != Status::Down => target.scope = begins.get(&target.name).copied(),
            // While notifications are suppressed, its recovery is still to be notified.
            Status::Up if target.suppressed.is_none() => target.scope = None,
            _ => {}
        }
    }
}

/// Return what each failing target has in common with others.
fn begins(observations: &[Observation], settings: &Settings) -> BTreeMap<String, NotificationScope> {
    let mut scopes = BTreeMap::new();
    let groups = teams(settings, |target| target.group.clone().map(|group| (target.site.clone(), group)));
    let sites = teams(settings, |target| Some(target.site.clone()));
    let groups = groups.into_iter().map(|members| (members, NotificationScope::Group));
    let sites = sites.into_iter().map(|members| (members, NotificationScope::Site));
    for (members, scope) in groups.chain(sites) {
        if fail_alike(&members, observations) {
            scopes.extend(members.iter().map(|target| (target.name.clone(), scope)));
        }
    }
    scopes
}

/// Return the members of each site, or of each group, that has more than one.
fn teams<K: Ord>(settings: &Settings, key: impl Fn(&Target) -> Option<K>) -> Vec<Vec<&Target>> {
    let mut teams: BTreeMap<K, Vec<&Target>> = BTreeMap::new();
    for target in settings.targets.iter().filter(|target| target.is_at_site()) {
        if let Some(key) = key(target) {
            teams.entry(key).or_default().push(target);
        }
    }
    teams.into_values().filter(|members| members.len() > 1).collect()
}

/// Return whether all members whose status is known fail for the same reason, and there is more than one of them.
fn fail_alike(members: &[&Target], observations: &[Observation]) -> bool {
    let seen: Vec<&Observation> = observations
        .iter()
        .filter(|seen| members.iter().any(|target| target.name == seen.target))
        .filter(|seen| seen.verdict() != Verdict::Unknown)
        .collect();
    let classes: Vec<Option<Cause>> = seen.iter().map(|seen| seen.cause().map(Cause::class)).collect();
    seen.len() > 1
        && seen.iter().all(|seen| seen.verdict() == Verdict::Down)
        && classes.windows(2).all(|two| two[0] == two[1])
}

/// Return the scope of each recovery: all that recover together share a message, and the first of them end the outage.
fn ends(state: &State, before: &[Status], settings: &Settings) -> BTreeMap<String, NotificationScope> {
    let was_down = |name: &str| {
        let at = state.targets.iter().position(|target| target.name == name);
        at.and_then(|at| before.get(at)) == Some(&Status::Down)
    };
    // The recovery of a target while notifications were suppressed is still to be notified.
    let is_pending = |name: &str| state.target(name).is_some_and(|target| target.scope.is_some());
    let all_were_down = |target: &Target| {
        let is_beside = |other: &&Target| other.site == target.site && other.is_at_site();
        let mut beside = settings.targets.iter().filter(is_beside);
        beside.all(|other| was_down(&other.name) || is_pending(&other.name))
    };
    let end = |target: &Target| {
        let scope = match state.target(&target.name)?.scope? {
            NotificationScope::Site if all_were_down(target) => NotificationScope::Site,
            NotificationScope::Site | NotificationScope::Rest => NotificationScope::Rest,
            NotificationScope::Group => NotificationScope::Group,
        };
        Some((target.name.clone(), scope))
    };
    settings.targets.iter().filter_map(end).collect()
}

//! What changes of one run have in common: all of a site, or all of a group, failing for the same reason. They are told
//! in one message each; every target keeps a state of its own.

use std::collections::{BTreeMap, BTreeSet};

use super::Scene;
use crate::contract::notification::{NotificationKind, NotificationScope};
use crate::contract::settings::{Expect, Target};
use crate::contract::state::{State, Status};
use crate::probe::{Cause, Observation, Verdict};

/// Marks the entries that are not `known` from before and share a cause, and those that end what was shared. `before`
/// has the targets' former statuses.
pub(super) fn mark(
    state: &mut State,
    before: &[Status],
    known: &BTreeSet<String>,
    observations: &[Observation],
    scene: Scene<'_>,
) {
    let mut scopes: BTreeMap<String, NotificationScope> = BTreeMap::new();
    for members in teams(scene, |target| target.group.clone().map(|group| (target.site.clone(), group))) {
        if fail_alike(&members, observations) {
            scopes.extend(members.iter().map(|target| (target.name.clone(), NotificationScope::Group)));
        }
    }
    for members in teams(scene, |target| Some(target.site.clone())) {
        if fail_alike(&members, observations) {
            scopes.extend(members.iter().map(|target| (target.name.clone(), NotificationScope::Site)));
        }
    }
    let ends = ends(state, before, scene);
    for entry in state.outbox.iter_mut().filter(|entry| !known.contains(&entry.id)) {
        match entry.kind {
            NotificationKind::Down => entry.scope = scopes.get(entry.target()).copied(),
            NotificationKind::Up | NotificationKind::WasDown if !entry.first => {
                entry.scope = ends.get(entry.target()).copied()
            }
            _ => {}
        }
    }
    for (target, before) in state.targets.iter_mut().zip(before) {
        match target.status {
            Status::Down if *before != Status::Down => target.scope = scopes.get(&target.name).copied(),
            // Its end is still to be told.
            Status::Up if target.held.is_none() => target.scope = None,
            _ => {}
        }
    }
}

/// Those of a site, or of a group, where it has more than one.
fn teams<K: Ord>(scene: Scene<'_>, key: impl Fn(&Target) -> Option<K>) -> Vec<Vec<&Target>> {
    let mut teams: BTreeMap<K, Vec<&Target>> = BTreeMap::new();
    for target in scene.settings.targets.iter().filter(|target| target.expect == Expect::Answer) {
        if let Some(key) = key(target) {
            teams.entry(key).or_default().push(target);
        }
    }
    teams.into_values().filter(|members| members.len() > 1).collect()
}

/// Whether all that can be seen of them fail for the same reason, and more than one can be seen.
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

/// The end of what was shared is told for all that come back at once, and the first of them say that it has ended.
fn ends(state: &State, before: &[Status], scene: Scene<'_>) -> BTreeMap<String, NotificationScope> {
    let was_down = |name: &str| {
        let at = state.targets.iter().position(|target| target.name == name);
        at.and_then(|at| before.get(at)) == Some(&Status::Down)
    };
    // Of what came back while words were held back, the end is still to be told.
    let is_untold = |name: &str| state.target(name).is_some_and(|target| target.scope.is_some());
    let all_were_down = |target: &Target| {
        let is_beside = |other: &&Target| other.site == target.site && other.expect == Expect::Answer;
        let mut beside = scene.settings.targets.iter().filter(is_beside);
        beside.all(|other| was_down(&other.name) || is_untold(&other.name))
    };
    let end = |target: &Target| {
        let scope = match state.target(&target.name)?.scope? {
            NotificationScope::Site if all_were_down(target) => NotificationScope::Site,
            NotificationScope::Site | NotificationScope::Rest => NotificationScope::Rest,
            NotificationScope::Group => NotificationScope::Group,
        };
        Some((target.name.clone(), scope))
    };
    scene.settings.targets.iter().filter_map(end).collect()
}

//! Makes the [`View`] from the settings and from what is stored. Pure.

mod apps;
mod events;
mod freshness;
mod reason;

use self::apps::Apps;
use super::cleaned::line;
use super::data::Data;
use super::view::{AppStatus, Group, Overall, View};
use crate::contract::settings::{PageSettings, Settings, Target};
use crate::text::fnv;

/// The longest title, in characters.
const MAX_TITLE: usize = 100;

/// The longest label and heading, in characters.
const MAX_LABEL: usize = 80;

/// The title of a page without one.
const DEFAULT_TITLE: &str = "Status";

impl View {
    /// Return what visitors may know at a time in Unix seconds.
    pub fn new(settings: &Settings, data: &Data, now: u64) -> Self {
        let freshness = freshness::of(settings, data, now);
        let interval = freshness::interval(settings);
        let apps = Apps { settings, data, freshness, interval, now };
        let histories: Vec<_> = public(settings).map(|target| (target, apps.history(target))).collect();
        let mut groups: Vec<Group> = Vec::new();
        for (target, history) in &histories {
            let (name, app) = (heading(target, settings), apps.app(target, history));
            match groups.iter_mut().find(|group| group.name == name) {
                Some(group) => group.apps.push(app),
                None => groups.push(Group { name, apps: vec![app] }),
            }
        }
        let title = settings.page.as_ref().map_or(DEFAULT_TITLE, |page| &page.title);
        Self {
            // Not the deployment's name itself, which is not meant for visitors.
            id: format!("plexmon-{:08x}", fnv(&settings.deployment)),
            title: line(title, MAX_TITLE),
            is_unlisted: settings.page.as_ref().is_none_or(PageSettings::is_unlisted),
            now,
            clock: settings.clock.clone(),
            freshness,
            checked: freshness::checked_at(data, freshness, now),
            interval,
            overall: overall(&groups),
            groups,
            is_history_known: public(settings).all(|target| data.is_past_known(&target.name)),
            outages: events::outages(&histories, settings, now),
            maintenances: events::maintenances(settings, now),
            announcements: events::announcements(data, settings, now),
        }
    }
}

/// Return the targets that visitors may know.
fn public(settings: &Settings) -> impl Iterator<Item = &Target> {
    settings.targets.iter().filter(|target| target.is_public())
}

/// Return what visitors call a target.
fn label(target: &Target) -> String {
    let label = line(target.label(), MAX_LABEL);
    if label.is_empty() { line(&target.name, MAX_LABEL) } else { label }
}

/// Return the heading of a target: its group, or its site if there are several.
fn heading(target: &Target, settings: &Settings) -> Option<String> {
    let mut sites = public(settings).map(|target| &target.site);
    let first = sites.next();
    let site = || sites.any(|site| Some(site) != first).then_some(&target.site);
    target.group.as_ref().or_else(site).map(|name| line(name, MAX_LABEL)).filter(|name| !name.is_empty())
}

/// Return how all apps are doing. Of an app whose results are old, nothing is known.
fn overall(groups: &[Group]) -> Overall {
    let apps = || groups.iter().flat_map(|group| &group.apps);
    let any = |status| apps().any(|app| app.status == status);
    if apps().all(|app| app.status == AppStatus::Unknown) {
        Overall::Unknown
    } else if any(AppStatus::Down) {
        Overall::Outage
    } else if any(AppStatus::Degraded) || any(AppStatus::Unknown) {
        Overall::Degraded
    } else if any(AppStatus::Maintenance) {
        Overall::Maintenance
    } else {
        Overall::Operational
    }
}

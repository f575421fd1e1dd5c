//! How large an answer of the status page can be: that of the worst past, in the largest of its formats.

use plexmon_function::contract::announcement::MAX_CHARS;
use plexmon_function::contract::settings::{Settings, Target, Window};
use plexmon_function::contract::state::MAX_BYTES;
use plexmon_function::page::feed::{self, feed};
use plexmon_function::page::view::{App, AppStatus, Freshness, Maintenance, Notice, Outage, Overall, Reason};
use plexmon_function::page::{Data, View, html, status_json};

use crate::config::Config;

/// A time with as many digits as any other of these years, in Unix seconds.
const NOW: u64 = 1_800_000_000;

/// How long an outage is, in seconds: its length in words is among the longest.
const LONG_S: u64 = 11 * 86_400 + 11 * 3600;

/// Return the size of the largest content that visitors can get, in bytes, without headers.
pub fn largest_answer(config: &Config) -> u64 {
    let view = worst(&config.settings());
    let html = html::max_bytes(view.apps().count());
    let json = status_json::summary(&view).to_string().len();
    html.max(json).max(feed(&view).len()) as u64
}

/// Return what visitors see when everything is down, every maintenance is near, and feed and announcements are full.
fn worst(settings: &Settings) -> View {
    let mut view = View::new(settings, &Data::default(), NOW);
    (view.freshness, view.checked, view.overall) = (Freshness::Current, Some(NOW), Overall::Outage);
    for app in view.groups.iter_mut().flat_map(|group| &mut group.apps) {
        (app.status, app.since, app.reason) = (AppStatus::Down, Some(NOW), Some(Reason::Errors));
    }
    let longest = view.apps().max_by_key(|app| app.name.len() + app.label.len());
    let past =
        longest.into_iter().flat_map(|app| (0..feed::MAX_ENTRIES).map(|_| outage(app, Some(NOW + LONG_S))));
    view.outages = view.apps().map(|app| outage(app, None)).chain(past).collect();
    view.maintenances = settings.maintenance.iter().map(|window| maintenance(window, settings)).collect();
    view.announcements = (0..MAX_BYTES / MAX_CHARS).map(|_| notice()).collect();
    view
}

fn outage(app: &App, end: Option<u64>) -> Outage {
    let (name, label) = (app.name.clone(), app.label.clone());
    Outage { name, label, begin: NOW, end, reason: Reason::Errors }
}

fn maintenance(window: &Window, settings: &Settings) -> Maintenance {
    let is_named = |target: &&Target| target.is_public() && window.targets.contains(&target.name);
    let labels = settings.targets.iter().filter(is_named).map(|target| target.label().to_owned()).collect();
    Maintenance { labels, from: NOW, until: NOW }
}

/// The longest announcement that there can be. It is newer than the outages, so that it is in the feed.
fn notice() -> Notice {
    let made = NOW + LONG_S + 1;
    Notice { id: NOW, text: "a".repeat(MAX_CHARS), made, from: NOW, until: made }
}

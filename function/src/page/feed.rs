//! What happened and what is planned, as an Atom feed. Each event is an entry of its own: readers show new ids, and not
//! entries that have changed.

use maud::{PreEscaped, html};

use super::route::encoded;
use super::status_json::{maintenance_id, maintenance_name, text};
use super::view::{Outage, Reason, View};
use crate::local_time::{clock, date};
use crate::time::{DAY, duration, rfc3339};

/// How many entries there are, at most.
pub const MAX_ENTRIES: usize = 50;

/// An event.
struct Entry {
    /// What identifies it on this page.
    id: String,
    /// When it happened, in Unix seconds.
    at: u64,
    title: String,
    text: String,
}

/// Render the feed.
pub fn feed(view: &View) -> String {
    let entries = entries(view);
    // A feed without entries has not changed since the first day of which anything is known.
    let first_day = || view.apps().filter_map(|app| app.days.first()).map(|(day, _)| u64::from(*day)).min();
    let updated = entries.first().map_or_else(|| first_day().unwrap_or_default() * DAY, |entry| entry.at);
    // Ids outlive addresses. The year is one in which no other feed could have had the name.
    let id = |of: &str| format!("tag:{},2026:{of}", view.id);
    let markup = html! {
        (PreEscaped("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"))
        feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en" {
            id { (id("feed")) }
            title { (view.title) }
            updated { (rfc3339(updated)) }
            author { name { (view.title) } }
            link rel="self" type="application/atom+xml" href="feed.atom" {}
            link rel="alternate" type="text/html" href="./" {}
            @for entry in &entries {
                entry {
                    id { (id(&entry.id)) }
                    title { (entry.title) }
                    updated { (rfc3339(entry.at)) }
                    link rel="alternate" type="text/html" href="./" {}
                    content type="text" { (entry.text) }
                }
            }
        }
    };
    markup.into_string()
}

/// Return the events, the newest first.
fn entries(view: &View) -> Vec<Entry> {
    let mut entries = Vec::new();
    for outage in view.outages.iter().filter(|outage| outage.reason != Reason::Maintenance) {
        entries.extend(of_outage(outage, view));
    }
    for maintenance in &view.maintenances {
        entries.push(Entry {
            id: maintenance_id(maintenance),
            // When it was planned is not known, and a time to come would keep it on top.
            at: maintenance.from.saturating_sub(7 * DAY),
            title: maintenance_name(maintenance),
            text: span(maintenance.from, maintenance.until, view),
        });
    }
    for notice in &view.announcements {
        let title = notice.text.lines().next().unwrap_or_default();
        entries.push(Entry {
            id: format!("announcement-{}", notice.id),
            at: notice.made,
            title: crate::text::bounded(title, 100),
            text: notice.text.clone(),
        });
    }
    entries.sort_by(|one, other| other.at.cmp(&one.at).then_with(|| one.id.cmp(&other.id)));
    entries.truncate(MAX_ENTRIES);
    entries
}

/// Return the beginning of an outage, and its end.
fn of_outage(outage: &Outage, view: &View) -> impl Iterator<Item = Entry> {
    let Outage { label, begin, .. } = outage;
    let id = format!("outage-{}-{begin}", encoded(&outage.name));
    let reason = text(outage.reason);
    let down = Entry {
        id: format!("{id}-down"),
        at: *begin,
        title: format!("{label} is down"),
        text: format!("{label}: {reason} since {}", moment(*begin, view)),
    };
    let up = outage.end.map(|end| Entry {
        id: format!("{id}-up"),
        at: end,
        title: format!("{label} is up again"),
        text: format!(
            "{label}: {reason} for {}, {}",
            duration(end.saturating_sub(*begin)),
            span(*begin, end, view)
        ),
    });
    std::iter::once(down).chain(up)
}

/// Format a time with its date: an entry may be read much later.
fn moment(at: u64, view: &View) -> String {
    format!("{} {}", date(at, &view.clock), clock(at, &view.clock))
}

fn span(from: u64, until: u64, view: &View) -> String {
    format!("from {} to {}", moment(from, view), moment(until, view))
}

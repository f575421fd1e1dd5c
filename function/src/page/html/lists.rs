//! Announcements, maintenances and outages.

use maud::{Markup, html};

use super::extent::bounded;
use super::format::{Format, MINUTE};
use super::names;
use crate::page::language::{count, fill};
use crate::page::view::{App, DayClass, Freshness, Maintenance, Notice, Outage, View};

/// Show the announcements that apply now or later. Those that have ended are in the feed.
pub(super) fn announcements(view: &View, format: &Format<'_>) -> Markup {
    let shown =
        || view.announcements.iter().filter(|notice| notice.until > view.now).take(format.extent.notices);
    html! {
        @if shown().next().is_some() {
            section {
                h2 { (format.texts.announcements) }
                @for notice in shown() { (announcement(notice, view, format)) }
            }
        }
    }
}

fn announcement(notice: &Notice, view: &View, format: &Format<'_>) -> Markup {
    html! {
        article.note {
            p { (bounded(&notice.text, format.extent.text)) }
            small {
                @if notice.from > view.now { (format.span(notice.from, notice.until)) }
                @else { (format.moment(notice.made.max(notice.from))) }
            }
        }
    }
}

/// Show the maintenances that are on or planned.
pub(super) fn maintenances(view: &View, format: &Format<'_>) -> Markup {
    html! {
        @if !view.maintenances.is_empty() {
            section {
                h2 { (format.texts.maintenances) }
                ul {
                    @for one in view.maintenances.iter().take(format.extent.entries) {
                        li {
                            b {
                                @if one.labels.is_empty() { (format.texts.all_apps) }
                                @else { (names::list(&labels(one), format)) }
                            }
                            " " span { (format.span(one.from, one.until)) }
                        }
                    }
                }
            }
        }
    }
}

fn labels(maintenance: &Maintenance) -> Vec<&str> {
    maintenance.labels.iter().map(String::as_str).collect()
}

/// Show the outages, the latest ones first.
pub(super) fn outages(view: &View, format: &Format<'_>) -> Markup {
    let texts = format.texts;
    let days = view.apps().map(known_days).max().unwrap_or_default() as u64;
    if view.outages.is_empty() && days == 0 && view.is_history_known {
        return html! {};
    }
    html! {
        section {
            h2 { (texts.outages) }
            @if !view.is_history_known { p { (texts.unknown) } }
            @else if view.outages.is_empty() { p { (count(texts.no_outages, days, &[])) } }
            @if !view.outages.is_empty() {
                ul {
                    @for outage in view.outages.iter().take(format.extent.entries) {
                        li {
                            bdi { (names::label(&outage.label, format)) } " "
                            @if let Some(length) = length(outage, view, format) { b { (length) } " " }
                            span {
                                @match outage.end {
                                    Some(end) => (format.span(outage.begin, end)),
                                    None => (fill(texts.since, &[("time", &format.time(outage.begin))])),
                                }
                                ", " (format.reason(outage.reason))
                            }
                        }
                    }
                }
            }
            @if view.outages.len() > format.extent.entries { p { a href="feed.atom" { (texts.all_in_feed) } } }
        }
    }
}

/// Return how long an outage was. One that lasts is known until the last check; nothing if that has just found it.
fn length(outage: &Outage, view: &View, format: &Format<'_>) -> Option<Markup> {
    let until = |time: u64| time.saturating_sub(outage.begin);
    match (outage.end, view.freshness) {
        (Some(end), _) => Some(format.duration(until(end))),
        (None, Freshness::Stale(checked)) => match until(checked) {
            0..MINUTE => None,
            known => Some(fill(format.texts.at_least, &[("duration", &format.duration(known))])),
        },
        (None, _) => Some(format.duration(until(view.now))),
    }
}

/// Return how many days have passed since the first one with a result, today included.
fn known_days(app: &App) -> usize {
    app.days.iter().skip_while(|(_, day)| day.class == DayClass::Unknown).count()
}

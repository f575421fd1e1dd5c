//! Announcements, maintenances and outages.

use maud::{Markup, html};

use super::format::Format;
use super::{Extent, reason};
use crate::page::View;
use crate::page::language::{count, fill};
use crate::page::view::Notice;

/// Show the announcements that apply now or later. Those that have ended are in the feed.
pub(super) fn announcements(view: &View, format: &Format<'_>, extent: &Extent) -> Markup {
    let shown = || view.announcements.iter().filter(|notice| notice.until > view.now).take(extent.notices);
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
            p { (notice.text) }
            small {
                @if notice.from > view.now { (format.span(notice.from, notice.until)) }
                @else { (format.moment(notice.made.max(notice.from))) }
            }
        }
    }
}

/// Show the maintenances that are on or planned.
pub(super) fn maintenances(view: &View, format: &Format<'_>, extent: &Extent) -> Markup {
    html! {
        @if !view.maintenances.is_empty() {
            section {
                h2 { (format.texts.maintenances) }
                ul {
                    @for one in view.maintenances.iter().take(extent.entries) {
                        li {
                            b {
                                @if one.labels.is_empty() { (format.texts.all_apps) }
                                @for (index, label) in one.labels.iter().enumerate() {
                                    @if index > 0 { ", " } bdi { (label) }
                                }
                            }
                            " " span { (format.span(one.from, one.until)) }
                        }
                    }
                }
            }
        }
    }
}

/// Show the outages, the latest ones first.
pub(super) fn outages(view: &View, format: &Format<'_>, extent: &Extent) -> Markup {
    let texts = format.texts;
    let days = view.apps().map(|app| app.days.len()).max().unwrap_or_default() as u64;
    html! {
        section {
            h2 { (texts.outages) }
            @if view.outages.is_empty() { p { (count(texts.no_outages, days.max(1), &[])) } }
            @else {
                ul {
                    @for outage in view.outages.iter().take(extent.entries) {
                        li {
                            bdi { (outage.label) } " "
                            b { (format.duration(outage.end.unwrap_or(view.now).saturating_sub(outage.begin))) }
                            " "
                            span {
                                @match outage.end {
                                    Some(end) => (format.span(outage.begin, end)),
                                    None => (fill(texts.since, &[("time", &format.time(outage.begin))])),
                                }
                                ", " (reason(outage.reason, format))
                            }
                        }
                    }
                }
            }
            @if view.outages.len() > extent.entries { p { a href="feed.atom" { (texts.all_in_feed) } } }
        }
    }
}

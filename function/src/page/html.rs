//! The page itself: HTML without scripts, in a visitor's language.
//!
//! Everything is in one document, and all links are relative: it works below a secret path, and as a file. It does not
//! reload itself, which would take the place of a reader's eyes and hands; there is a link for it.
//!
//! `style.css` is written for few bytes, without comments. Its colors have a contrast of 4.5 or more in both modes
//! (tests compute it). The bars are lines as wide as they are high, dashed so that each day is a bar of its own. Their
//! classes are the letters of the days.

mod app;
mod drawing;
mod format;
mod headline;
mod icon;
mod lists;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use self::drawing::CLASSES;
use self::format::Format;
use self::headline::Headline;
use super::View;
use super::language::Language;
use super::view::{DayClass, Reason};

/// The style sheet, as it stands in the page.
pub const STYLE: &str = include_str!("style.css");

/// The most bytes of a page with up to 20 apps.
const MAX_BYTES: usize = 30_000;

/// The bytes that each further app may add.
const BYTES_AN_APP: usize = 1_400;

const FEW_APPS: usize = 20;

/// How much of the past is written out.
struct Extent {
    /// Days with trouble, of each app.
    days: usize,
    /// Outages, and maintenances.
    entries: usize,
    /// Announcements.
    notices: usize,
    /// Whether response times are drawn.
    responses: bool,
    /// Days that are drawn.
    bars: usize,
}

/// From the page that has everything to one that is small whatever the past was.
const EXTENTS: [Extent; 5] = [
    Extent { days: 14, entries: 10, notices: 5, responses: true, bars: 90 },
    Extent { days: 5, entries: 10, notices: 3, responses: true, bars: 90 },
    Extent { days: 0, entries: 5, notices: 2, responses: true, bars: 90 },
    Extent { days: 0, entries: 3, notices: 1, responses: false, bars: 90 },
    Extent { days: 0, entries: 3, notices: 1, responses: false, bars: 45 },
];

/// Return the page in a language.
pub fn page(view: &View, language: Language) -> String {
    let apps = view.apps().count();
    let room = MAX_BYTES + apps.saturating_sub(FEW_APPS) * BYTES_AN_APP;
    let mut page = String::new();
    for extent in &EXTENTS {
        page = document(view, language, extent).into_string();
        if page.len() <= room {
            break;
        }
    }
    page
}

fn document(view: &View, language: Language, extent: &Extent) -> Markup {
    let format = Format::new(view, language);
    let headline = Headline::new(view, &format);
    html! {
        (DOCTYPE)
        html lang=(language.code()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width,initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                title { (headline.title) " · " (view.title) }
                link rel="icon" href=(icon::favicon(view.overall));
                link rel="alternate" type="application/atom+xml" href="feed.atom";
                style { (PreEscaped(STYLE)) }
            }
            body {
                (icon::definitions())
                header { p { (view.title) } }
                (main(view, &headline, &format, extent))
                (footer(view, &format))
            }
        }
    }
}

fn main(view: &View, headline: &Headline, format: &Format<'_>, extent: &Extent) -> Markup {
    html! {
        main data-overall=(view.overall.as_str()) {
            div.top {
                (icon::draw(icon::of(view.overall)))
                h1 { (headline.sentence) }
                @for line in &headline.details { p { (line) } }
            }
            p.age {
                @if let Some(checked) = view.checked { span { (format.checked(checked)) } }
                a href="" { (format.texts.refresh) }
            }
            (lists::announcements(view, format, extent))
            @for group in &view.groups {
                section {
                    h2.v[group.name.is_none()] { (group.name.as_deref().unwrap_or(format.texts.apps)) }
                    @for app in &group.apps { (app::show(app, format, extent)) }
                }
            }
            (lists::maintenances(view, format, extent))
            (lists::outages(view, format, extent))
        }
    }
}

fn footer(view: &View, format: &Format<'_>) -> Markup {
    let texts = format.texts;
    let name = |class| match class {
        DayClass::Up => texts.class_up,
        DayClass::Degraded => texts.class_degraded,
        DayClass::Partial => texts.class_partial,
        DayClass::Down => texts.class_down,
        DayClass::Maintenance => texts.class_maintenance,
        DayClass::Unknown => texts.class_unknown,
    };
    html! {
        footer {
            h2 { (texts.legend) }
            ul {
                @for class in CLASSES {
                    li {
                        svg aria-hidden="true" viewBox="0 0 1 8" preserveAspectRatio="none" {
                            path class=(class.letter()) d="M0 4h1" {}
                        }
                        (name(class))
                    }
                }
            }
            p { (texts.legend_text) @if let Some(interval) = view.interval { " " (format.interval(interval)) } }
            p { a href="feed.atom" { (texts.feed) } }
        }
    }
}

/// Say why, in visitors' words.
fn reason(reason: Reason, format: &Format<'_>) -> Markup {
    let text = match reason {
        Reason::NotReachable => format.texts.not_reachable,
        Reason::Errors => format.texts.errors,
        Reason::Maintenance => format.texts.planned,
    };
    html! { (text) }
}

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
mod extent;
mod format;
mod headline;
mod icon;
mod lists;
mod names;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use self::drawing::CLASSES;
pub use self::extent::max_bytes;
use self::extent::{EXTENTS, Extent};
use self::format::Format;
use self::headline::Headline;
use super::language::Language;
use super::view::{DayClass, View};

/// The style sheet, as it stands in the page.
pub const STYLE: &str = include_str!("style.css");

/// Return the page in a language.
pub fn page(view: &View, language: Language) -> String {
    let room = max_bytes(view.apps().count());
    let mut page = String::new();
    for extent in &EXTENTS {
        page = shortened(&document(view, language, extent).into_string());
        if page.len() <= room {
            break;
        }
    }
    page
}

/// Close the empty elements of drawings in their begin tags, which only these may have in HTML, and maud does not write.
fn shortened(page: &str) -> String {
    page.replace("></path>", "/>").replace("></use>", "/>").replace("></stop>", "/>")
}

fn document(view: &View, language: Language, extent: &'static Extent) -> Markup {
    let format = Format::new(view, language, extent);
    let headline = Headline::new(view, &format);
    html! {
        (DOCTYPE)
        html lang=(language.code()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width,initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                // Where the page is a file, nothing else says so.
                @if view.is_unlisted { meta name="robots" content="noindex,nofollow"; }
                title { (headline.title) " · " (view.title) }
                link rel="icon" href=(icon::favicon(view.overall));
                link rel="alternate" type="application/atom+xml" href="feed.atom";
                style { (PreEscaped(STYLE)) }
            }
            body {
                (icon::definitions())
                header { p { (view.title) } }
                (main(view, &headline, &format))
                (footer(view, &format))
            }
        }
    }
}

fn main(view: &View, headline: &Headline, format: &Format<'_>) -> Markup {
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
            (lists::announcements(view, format))
            @for group in &view.groups {
                section {
                    h2 class=[group.name.is_none().then_some("v")] { (names::label(group.name.as_deref().unwrap_or(format.texts.apps), format)) }
                    @for app in &group.apps { (app::show(app, format)) }
                }
            }
            (lists::maintenances(view, format))
            (lists::outages(view, format))
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

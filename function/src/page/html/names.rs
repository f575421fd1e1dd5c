//! Writes what visitors call the apps and their groups.

use maud::{Markup, html};

use super::extent::bounded;
use super::format::Format;
use crate::page::language::count;

/// How many apps are named; of others, there is the number.
const NAMED: usize = 4;

/// Return a label as the text of an element of its own.
pub(super) fn label(label: &str, format: &Format<'_>) -> String {
    bounded(label, format.extent.label)
}

/// Return a label in a sentence. It cannot change the direction of the text around it, since it is between the characters
/// FIRST STRONG ISOLATE and POP DIRECTIONAL ISOLATE, which a title may have too.
pub(super) fn isolated(name: &str, format: &Format<'_>) -> String {
    format!("\u{2068}{}\u{2069}", label(name, format))
}

/// List apps by their labels.
pub(super) fn list(labels: &[&str], format: &Format<'_>) -> Markup {
    // "And 1 more" would be no shorter.
    let named = if labels.len() == NAMED + 1 { labels.len() } else { labels.len().min(NAMED) };
    let list = html! {
        @for (index, label) in labels.iter().take(named).enumerate() {
            @if index > 0 { ", " } (isolated(label, format))
        }
    };
    match labels.len() - named {
        0 => list,
        more => count(format.texts.and_more, more as u64, &[("apps", &list)]),
    }
}

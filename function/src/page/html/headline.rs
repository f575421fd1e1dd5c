//! The sentence on top: is it the visitor, or the server?

use maud::{Markup, html};

use super::format::Format;
use crate::page::View;
use crate::page::language::{Counted, Text, count, fill};
use crate::page::view::{App, AppStatus, Freshness, Overall, Reason};

/// How many apps are named; for others, there is their number.
const NAMED: usize = 4;

/// What is on top of the page.
pub(super) struct Headline {
    /// The page's title in a browser, which begins with the state.
    pub(super) title: Markup,
    /// The sentence.
    pub(super) sentence: Markup,
    /// What else a visitor should know.
    pub(super) details: Vec<Markup>,
}

impl Headline {
    pub(super) fn new(view: &View, format: &Format<'_>) -> Self {
        let texts = format.texts;
        let (title, (sentence, details)) = match view.overall {
            Overall::Operational => (html! { (texts.title_operational) }, operational(view, format)),
            Overall::Degraded => (html! { (texts.title_degraded) }, degraded(view, format)),
            Overall::Outage => {
                let apps = names(&with(view, AppStatus::Down), format);
                (fill(texts.title_outage, &[("apps", &apps)]), outage(view, format))
            }
            Overall::Maintenance => (html! { (texts.title_maintenance) }, maintenance(view, format)),
            Overall::Unknown => (html! { (texts.title_unknown) }, unknown(view, format)),
        };
        Self { title, sentence, details }
    }
}

type Lines = (Markup, Vec<Markup>);

/// The sentences about some of the apps.
struct About {
    one: Text,
    some: Counted,
    all: Text,
}

fn with(view: &View, status: AppStatus) -> Vec<&App> {
    view.apps().filter(|app| app.status == status).collect()
}

/// List apps by their labels.
fn names(apps: &[&App], format: &Format<'_>) -> Markup {
    let named = if apps.len() == NAMED + 1 { apps.len() } else { apps.len().min(NAMED) };
    let list = html! {
        @for (index, app) in apps.iter().take(named).enumerate() { @if index > 0 { ", " } (label(app)) }
    };
    match apps.len() - named {
        0 => list,
        more => count(format.texts.and_more, more as u64, &[("apps", &list)]),
    }
}

/// Return a label that cannot change the direction of the text around it, wherever it may stand: between the characters
/// FIRST STRONG ISOLATE and POP DIRECTIONAL ISOLATE.
fn label(app: &App) -> Markup {
    html! { "\u{2068}" (app.label) "\u{2069}" }
}

fn sentence(about: &About, apps: &[&App], view: &View) -> Markup {
    let total = view.apps().count();
    match apps {
        [app] => fill(about.one, &[("app", &label(app))]),
        _ if apps.len() == total => fill(about.all, &[]),
        _ => count(about.some, apps.len() as u64, &[("total", &total)]),
    }
}

/// Write the list of several apps; a single one stands in the sentence.
fn list(text: Text, apps: &[&App], format: &Format<'_>) -> Option<Markup> {
    (apps.len() > 1).then(|| fill(text, &[("apps", &names(apps, format))]))
}

fn operational(view: &View, format: &Format<'_>) -> Lines {
    let texts = format.texts;
    let Some(app) = view.apps().next() else { return (html! { (texts.no_apps) }, Vec::new()) };
    let n = view.apps().count() as u64;
    (count(texts.all_up, n, &[("app", &label(app))]), vec![count(texts.all_up_advice, n, &[])])
}

fn outage(view: &View, format: &Format<'_>) -> Lines {
    let texts = format.texts;
    let down = with(view, AppStatus::Down);
    let first = down.iter().filter_map(|app| app.since).min().map(|since| format.time(since));
    let is_all = |reason| down.iter().all(|app| app.reason == Some(reason));
    let advice = match (is_all(Reason::NotReachable), is_all(Reason::Errors)) {
        (true, _) => texts.not_reachable_advice,
        (_, true) => texts.errors_advice,
        _ => texts.down_advice,
    };
    let about = About { one: texts.one_down, some: texts.some_down, all: texts.all_down };
    let sentence = match (&down[..], &first) {
        ([app], Some(since)) => fill(texts.one_down_since, &[("app", &label(app)), ("time", since)]),
        _ => sentence(&about, &down, view),
    };
    let list = match &first {
        Some(since) if down.len() > 1 => {
            Some(fill(texts.down_list_since, &[("apps", &names(&down, format)), ("time", since)]))
        }
        _ => list(texts.down_list, &down, format),
    };
    (sentence, list.into_iter().chain([html! { (advice) }]).collect())
}

fn degraded(view: &View, format: &Format<'_>) -> Lines {
    let texts = format.texts;
    let (slow, unknown) = (with(view, AppStatus::Degraded), with(view, AppStatus::Unknown));
    if slow.is_empty() {
        let about = About { one: texts.one_unknown, some: texts.some_unknown, all: texts.all_unknown };
        return (
            sentence(&about, &unknown, view),
            list(texts.unknown_list, &unknown, format).into_iter().collect(),
        );
    }
    let about = About { one: texts.one_degraded, some: texts.some_degraded, all: texts.all_degraded };
    let details = list(texts.degraded_list, &slow, format).into_iter();
    let unknown =
        (!unknown.is_empty()).then(|| fill(texts.unknown_list, &[("apps", &names(&unknown, format))]));
    (sentence(&about, &slow, view), details.chain(unknown).collect())
}

fn maintenance(view: &View, format: &Format<'_>) -> Lines {
    let texts = format.texts;
    let apps = with(view, AppStatus::Maintenance);
    let until = view.maintenances.iter().filter(|one| view.is_on(one)).map(|one| one.until).max();
    let advice = match until {
        Some(until) => fill(texts.maintenance_until, &[("time", &format.time(until))]),
        None => html! { (texts.maintenance_advice) },
    };
    let about = About {
        one: texts.one_in_maintenance,
        some: texts.some_in_maintenance,
        all: texts.all_in_maintenance,
    };
    (sentence(&about, &apps, view), vec![advice])
}

fn unknown(view: &View, format: &Format<'_>) -> Lines {
    let texts = format.texts;
    match view.freshness {
        Freshness::Stale(since) => {
            let passed = format.duration(view.now.saturating_sub(since));
            (
                fill(texts.not_checked_since, &[("time", &format.time(since))]),
                vec![fill(texts.not_checked_advice, &[("duration", &passed)])],
            )
        }
        Freshness::NeverChecked => {
            (html! { (texts.never_checked) }, vec![html! { (texts.never_checked_advice) }])
        }
        Freshness::Current => (html! { (texts.all_unknown) }, vec![html! { (texts.all_unknown_advice) }]),
    }
}

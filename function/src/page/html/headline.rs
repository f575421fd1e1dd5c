//! The sentence on top: is it the visitor, or the server?

use maud::{Markup, html};

use super::format::Format;
use super::names::{self, isolated};
use crate::page::language::{Counted, Text, count, fill};
use crate::page::view::{App, AppStatus, Freshness, Overall, Reason, View};

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

/// Outages that begin within this time, in seconds, have the same beginning.
const TOGETHER_S: u64 = 15 * 60;

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

fn names(apps: &[&App], format: &Format<'_>) -> Markup {
    let labels: Vec<&str> = apps.iter().map(|app| app.label.as_str()).collect();
    names::list(&labels, format)
}

fn sentence(about: &About, apps: &[&App], view: &View, format: &Format<'_>) -> Markup {
    let total = view.apps().count();
    match apps {
        [app] => fill(about.one, &[("app", &isolated(&app.label, format))]),
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
    (
        count(texts.all_up, n, &[("app", &isolated(&app.label, format))]),
        vec![count(texts.all_up_advice, n, &[])],
    )
}

fn outage(view: &View, format: &Format<'_>) -> Lines {
    let texts = format.texts;
    let down = with(view, AppStatus::Down);
    let since = || down.iter().filter_map(|app| app.since);
    let first = since().min().filter(|first| since().all(|one| one - first < TOGETHER_S));
    let first = first.map(|since| format.time(since));
    let is_all = |reason| down.iter().all(|app| app.reason == Some(reason));
    let advice = match (is_all(Reason::NotReachable), is_all(Reason::Errors)) {
        (true, _) => texts.not_reachable_advice,
        (_, true) => texts.errors_advice,
        _ => texts.down_advice,
    };
    let about = About { one: texts.one_down, some: texts.some_down, all: texts.all_down };
    let sentence = match (&down[..], &first) {
        ([app], Some(since)) => {
            fill(texts.one_down_since, &[("app", &isolated(&app.label, format)), ("time", since)])
        }
        _ => sentence(&about, &down, view, format),
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
            sentence(&about, &unknown, view, format),
            list(texts.unknown_list, &unknown, format).into_iter().collect(),
        );
    }
    let about = About { one: texts.one_degraded, some: texts.some_degraded, all: texts.all_degraded };
    let details = list(texts.degraded_list, &slow, format).into_iter();
    let unknown =
        (!unknown.is_empty()).then(|| fill(texts.unknown_list, &[("apps", &names(&unknown, format))]));
    (sentence(&about, &slow, view, format), details.chain(unknown).collect())
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
    (sentence(&about, &apps, view, format), vec![advice])
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

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
    let up = with(view, AppStatus::Up);
    let n = up.len() as u64;
    (count(texts.all_up, n, &[("app", &names(&up, format))]), vec![count(texts.all_up_advice, n, &[])])
}

fn outage(view: &View, format: &Format<'_>) -> Lines {
    let texts = format.texts;
    let down = with(view, AppStatus::Down);
    let since = || down.iter().filter_map(|app| app.since);
    let first = since().min().filter(|first| since().all(|one| one - first < TOGETHER_S));
    let first = first.map(|since| format.time(since));
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
    (sentence, list.into_iter().chain([whose_fault(&down, view, format)]).collect())
}

/// Say that it is not the visitor. Only if nothing is up does the server as a whole have the problem.
fn whose_fault(down: &[&App], view: &View, format: &Format<'_>) -> Markup {
    let texts = format.texts;
    let has_all = down.len() == view.apps().count();
    let is_all = |reason| down.iter().all(|app| app.reason == Some(reason));
    let of_some = |text| count(text, down.len() as u64, &[]);
    match (is_all(Reason::NotReachable), is_all(Reason::Errors)) {
        (true, _) if has_all => html! { (texts.server_not_reachable_advice) },
        (_, true) if has_all => html! { (texts.server_errors_advice) },
        _ if has_all => html! { (texts.server_advice) },
        (true, _) => of_some(texts.not_reachable_advice),
        (_, true) => of_some(texts.errors_advice),
        _ => html! { (texts.down_advice) },
    }
}

fn degraded(view: &View, format: &Format<'_>) -> Lines {
    let texts = format.texts;
    let (slow, unknown) = (with(view, AppStatus::Degraded), with(view, AppStatus::Unknown));
    if slow.is_empty() {
        let about = About { one: texts.one_unknown, some: texts.some_unknown, all: texts.all_unknown };
        let list = list(texts.unknown_list, &unknown, format).into_iter();
        let advice = count(texts.unknown_advice, unknown.len() as u64, &[]);
        return (sentence(&about, &unknown, view, format), list.chain([advice]).collect());
    }
    let about = About { one: texts.one_degraded, some: texts.some_degraded, all: texts.all_degraded };
    let list = list(texts.degraded_list, &slow, format);
    let advice = count(texts.degraded_advice, slow.len() as u64, &[]);
    let unknown =
        (!unknown.is_empty()).then(|| fill(texts.unknown_list, &[("apps", &names(&unknown, format))]));
    let details = list.into_iter().chain([advice]).chain(unknown);
    (sentence(&about, &slow, view, format), details.collect())
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
        Freshness::Stale(_) if view.checked.is_none() => {
            (html! { (texts.not_loaded) }, vec![html! { (texts.not_loaded_advice) }])
        }
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

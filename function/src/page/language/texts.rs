//! The table of a language's texts, and how values are put into them.

use maud::{Markup, PreEscaped, Render};

/// A text, with places such as `{app}` for what varies.
pub(in crate::page) type Text = &'static str;

/// The form of a text for a number, which stands at its place `{n}`.
pub(in crate::page) type Counted = fn(u64) -> Text;

/// All texts of the page in one language.
pub(in crate::page) struct Texts {
    /// The states of apps.
    pub up: Text,
    pub degraded: Text,
    pub down: Text,
    pub maintenance: Text,
    pub unknown: Text,
    /// Since when an app has its state.
    pub since: Text,

    /// The beginning of the page's title in a browser.
    pub title_operational: Text,
    pub title_degraded: Text,
    pub title_outage: Text,
    pub title_maintenance: Text,
    pub title_unknown: Text,

    /// The headline, with the number of all apps, and what follows it.
    pub all_up: Counted,
    pub all_up_advice: Counted,
    pub one_down: Text,
    pub one_down_since: Text,
    pub some_down: Counted,
    pub all_down: Text,
    pub down_list: Text,
    pub down_list_since: Text,
    /// What some of the apps that are down have in common, and what all of them do.
    pub not_reachable_advice: Counted,
    pub errors_advice: Counted,
    pub down_advice: Text,
    pub server_not_reachable_advice: Text,
    pub server_errors_advice: Text,
    pub server_advice: Text,
    pub one_degraded: Text,
    pub some_degraded: Counted,
    pub all_degraded: Text,
    pub degraded_list: Text,
    pub degraded_advice: Counted,
    pub one_unknown: Text,
    pub some_unknown: Counted,
    pub unknown_list: Text,
    pub unknown_advice: Counted,
    pub one_in_maintenance: Text,
    pub some_in_maintenance: Counted,
    pub all_in_maintenance: Text,
    pub maintenance_advice: Text,
    pub maintenance_until: Text,
    pub not_checked_since: Text,
    pub not_checked_advice: Text,
    pub not_loaded: Text,
    pub not_loaded_advice: Text,
    pub never_checked: Text,
    pub never_checked_advice: Text,
    pub all_unknown: Text,
    pub all_unknown_advice: Text,
    /// A list of apps of which `n` are not named.
    pub and_more: Counted,

    /// When the results were found, and how long ago that is.
    pub checked_at: Text,
    pub checked_minutes: Counted,
    pub checked_hours: Counted,
    pub checked_days: Counted,
    pub every_minutes: Counted,
    pub every_hours: Counted,
    pub refresh: Text,

    /// Why an app is down, as a part of a list.
    pub not_reachable: Text,
    pub errors: Text,
    pub planned: Text,

    /// The headings.
    pub announcements: Text,
    pub maintenances: Text,
    pub apps: Text,
    pub outages: Text,
    pub legend: Text,
    pub all_apps: Text,
    pub no_outages: Counted,
    pub all_in_feed: Text,
    pub feed: Text,

    /// What is before the uptime of each period, and the periods.
    pub uptime: Text,
    pub day: Text,
    pub week: Text,
    pub month: Text,
    pub quarter: Text,
    pub since_day: Text,
    pub no_data: Text,
    /// A percentage, of a number with the language's decimal sign.
    pub percent: Text,
    pub decimal_sign: Text,

    /// The days of an app. Drawings are described by the first two.
    pub bars: Counted,
    pub bars_uptime: Counted,
    pub downtime: Counted,
    pub trouble: Counted,
    pub day_partial: Text,
    pub day_interrupted: Text,
    pub day_down: Text,
    pub day_degraded: Text,
    pub more_days: Counted,

    /// Response times.
    pub response: Text,
    pub responses: Text,
    pub milliseconds: Text,
    pub seconds: Text,

    /// What the bars mean.
    pub legend_text: Text,
    pub class_up: Text,
    pub class_degraded: Text,
    pub class_partial: Text,
    pub class_down: Text,
    pub class_maintenance: Text,
    pub class_unknown: Text,

    /// Durations. The first one is for what may have lasted longer.
    pub at_least: Text,
    pub below_a_minute: Text,
    pub minutes: Counted,
    pub hours: Counted,
    pub hours_minutes: Text,
    pub days: Counted,
    pub days_hours: Counted,

    /// Dates and times. `{time}` is a clock time of 24 hours.
    pub months: [Text; 12],
    pub date: Text,
    pub date_year: Text,
    pub time: Text,
    pub moment: Text,
    pub span: Text,
    pub long_span: Text,
}

/// Put values at the places of a text.
pub(in crate::page) fn fill(text: Text, values: &[(&str, &dyn Render)]) -> Markup {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, (name, after))) =
        rest.split_once('{').and_then(|(before, after)| Some((before, after.split_once('}')?)))
    {
        before.render_to(&mut filled);
        match values.iter().find(|(known, _)| *known == name) {
            Some((_, value)) => value.render_to(&mut filled),
            // No text of the table has such a place: the tests look for braces in all examples.
            None => format_args!("{{{name}}}").render_to(&mut filled),
        }
        rest = after;
    }
    rest.render_to(&mut filled);
    PreEscaped(filled)
}

/// Put a number at the place `{n}` of its form, and values at the other places.
pub(in crate::page) fn count(text: Counted, n: u64, values: &[(&str, &dyn Render)]) -> Markup {
    let mut all: Vec<(&str, &dyn Render)> = vec![("n", &n)];
    all.extend_from_slice(values);
    fill(text(n), &all)
}

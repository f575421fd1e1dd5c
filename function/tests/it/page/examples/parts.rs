//! What the examples are made of.

use plexmon_function::contract::history::Uptime;
use plexmon_function::page::view::{App, AppStatus, DayClass, DayView, Group, Outage, Reason, Share, Span};

/// 2026-11-25 13:07 UTC.
pub const NOW: u64 = 1_795_612_020;
/// An hour in seconds.
pub const HOUR: u64 = 60 * 60;
/// A day in seconds.
pub const DAY: u64 = 24 * HOUR;
/// The checks of a day.
const CHECKS: u64 = 288;
const DAYS: u32 = 90;

/// An app with 90 days, given by the letters of the latest ones.
pub fn app(label: &str, days: &str) -> App {
    let before = std::iter::repeat_n('u', DAYS as usize - days.len());
    let today = u32::try_from(NOW / DAY).unwrap();
    let days = (today - DAYS + 1..).zip(before.chain(days.chars()).map(day)).collect();
    let wave = |hour: u32| Some(120.0 + f64::from(hour * 7 % 5) * 9.0 + f64::from(hour / 20) * 90.0);
    let app = App {
        name: label.to_lowercase().replace(' ', "-"),
        label: label.to_owned(),
        status: AppStatus::Up,
        since: Some(NOW - 22 * DAY),
        reason: None,
        uptime: [(Span::Day, Share { uptime: Uptime::default(), since: None }); 4],
        days,
        response_ms: (0..24).map(wave).collect(),
    };
    counted(app)
}

/// Set the uptime as the days have it.
pub fn counted(app: App) -> App {
    let uptime =
        [(Span::Day, 1), (Span::Week, 7), (Span::Month, 30), (Span::Quarter, 90)].map(|(span, length)| {
            let days = || app.days.iter().rev().take(length);
            let known =
                days().filter(|(_, day)| !matches!(day.class, DayClass::Unknown | DayClass::Maintenance));
            let known_days = known.count();
            let down_s: u64 = days().map(|(_, day)| day.down_s).sum();
            let first = days().rfind(|(_, day)| day.class != DayClass::Unknown);
            let is_partial = days().next_back().is_some_and(|(_, day)| day.class == DayClass::Unknown);
            let uptime = Uptime { known: known_days as u64 * CHECKS, down: down_s * CHECKS / DAY };
            (span, Share { uptime, since: first.map(|(day, _)| *day).filter(|_| is_partial) })
        });
    App { uptime, ..app }
}

fn day(letter: char) -> DayView {
    let (class, down_s) = match letter {
        'w' => (DayClass::Degraded, 0),
        'p' => (DayClass::Partial, 1_560),
        'd' => (DayClass::Down, DAY),
        'm' => (DayClass::Maintenance, 0),
        'n' => (DayClass::Unknown, 0),
        _ => (DayClass::Up, 0),
    };
    DayView { class, down_s }
}

/// Apps under a heading.
pub fn group(name: &str, apps: Vec<App>) -> Group {
    Group { name: Some(name.to_owned()), apps }
}

/// An outage that has ended.
pub fn ended(app: &App, hours_ago: u64, length: u64, reason: Reason) -> Outage {
    let begin = NOW - hours_ago * HOUR;
    Outage { name: app.name.clone(), label: app.label.clone(), begin, end: Some(begin + length), reason }
}

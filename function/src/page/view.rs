//! What visitors may know: no addresses, no versions, no internal causes, and only public targets.
//!
//! Texts that come from outside (labels, announcements, the title) are cleaned and bounded here; the formats escape them.

use crate::contract::history::Uptime;
use crate::contract::settings::Clock;

/// The periods of which the uptime is shown, the current day included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// 24 hours.
    Day,
    /// 7 days.
    Week,
    /// 30 days.
    Month,
    /// 90 days.
    Quarter,
}

/// Everything that is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct View {
    /// What identifies the page in ids: it stays when the title or the address changes.
    pub id: String,
    /// The page's title.
    pub title: String,
    /// Whether search engines are asked not to list it.
    pub is_unlisted: bool,
    /// The time of the view, in Unix seconds.
    pub now: u64,
    /// The owner's clock.
    pub clock: Clock,
    /// How old the results are.
    pub freshness: Freshness,
    /// When the targets were last checked, in Unix seconds; nothing before the first run, or if its clock was wrong.
    /// It is never later than `now`.
    pub checked: Option<u64>,
    /// How often they are checked, in seconds, if it is regular.
    pub interval: Option<u64>,
    /// All apps together.
    pub overall: Overall,
    /// The apps, in the order of the configuration, by their groups. There is at least one group if there is any app.
    pub groups: Vec<Group>,
    /// Whether the past of all apps is known. Otherwise there may have been more outages than these.
    pub is_history_known: bool,
    /// Outages of the kept days, the latest beginning first, those that last included. Those in a maintenance have the
    /// reason [`Reason::Maintenance`]: they were planned, and are shown as that.
    pub outages: Vec<Outage>,
    /// Maintenances that are on or planned within a week, the earliest first.
    pub maintenances: Vec<Maintenance>,
    /// Announcements that apply now or later, and those of the kept days, the newest first.
    pub announcements: Vec<Notice>,
}

/// How old the results are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// The next run is not overdue.
    Current,
    /// The next run is overdue, or the state cannot be read. Everything is unknown since this time, in Unix seconds.
    Stale(u64),
    /// There was no run yet.
    NeverChecked,
}

/// All apps together. The names are part of the page's contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overall {
    /// All are up.
    Operational,
    /// Some are slow, or could not be checked.
    Degraded,
    /// Some are down.
    Outage,
    /// Some are in maintenance, all others up.
    Maintenance,
    /// Nothing is known, or nothing recent.
    Unknown,
}

/// Apps under one heading.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// The heading; nothing for apps without a group.
    pub name: Option<String>,
    /// The apps.
    pub apps: Vec<App>,
}

/// How an app is doing. The names are part of the page's contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum AppStatus {
    /// It responds as it should.
    Up,
    /// It responds, but slowly or beyond a limit.
    Degraded,
    /// It does not respond as it should.
    Down,
    /// It is in maintenance, whatever its responses are.
    Maintenance,
    /// It could not be checked, or not recently.
    Unknown,
}

/// Why an app is down, in visitors' words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Nothing answers.
    NotReachable,
    /// Something answers, but not as it should.
    Errors,
    /// It is planned.
    Maintenance,
}

/// One public target.
#[derive(Debug, Clone, PartialEq)]
pub struct App {
    /// Its name in the settings, as it stands in addresses of badges.
    pub name: String,
    /// What visitors call it.
    pub label: String,
    /// How it is doing.
    pub status: AppStatus,
    /// Since when, in Unix seconds, if it is known.
    pub since: Option<u64>,
    /// Why it is down or in maintenance.
    pub reason: Option<Reason>,
    /// Its uptime in each span.
    pub uptime: [(Span, Share); 4],
    /// The days that are shown, the first one first and today last, since 1970; and how each of them was.
    pub days: Vec<(u32, DayView)>,
    /// The response times of the last 24 hours, in milliseconds, the current hour last.
    pub response_ms: Vec<Option<f64>>,
}

/// An uptime, and which part of its span is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// How much of the known time it was up.
    pub uptime: Uptime,
    /// The first day with checks, since 1970, if it is within the span.
    pub since: Option<u32>,
}

/// How a day was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayView {
    /// Its class.
    pub class: DayClass,
    /// For how long the app was down, in seconds: as long as its outages on that day; or if none is known, estimated
    /// from the share of failed checks.
    pub down_s: u64,
}

/// The class of a day: the worst that was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayClass {
    /// Up in all checks.
    Up,
    /// Slow or beyond a limit in some.
    Degraded,
    /// Down in some.
    Partial,
    /// Down in all.
    Down,
    /// In maintenance only.
    Maintenance,
    /// Without any result.
    Unknown,
}

/// One outage.
#[derive(Debug, Clone, PartialEq)]
pub struct Outage {
    /// The app's name.
    pub name: String,
    /// What visitors call the app.
    pub label: String,
    /// When it began, in Unix seconds.
    pub begin: u64,
    /// When it ended, in Unix seconds; nothing while it lasts.
    pub end: Option<u64>,
    /// Why.
    pub reason: Reason,
}

/// One maintenance.
#[derive(Debug, Clone, PartialEq)]
pub struct Maintenance {
    /// The apps that it concerns; empty for all of them.
    pub labels: Vec<String>,
    /// When it begins, in Unix seconds.
    pub from: u64,
    /// When it ends, in Unix seconds.
    pub until: u64,
}

/// An announcement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Its id.
    pub id: u64,
    /// What it says; it may have several lines.
    pub text: String,
    /// When it was made, in Unix seconds.
    pub made: u64,
    /// From when on it applies, in Unix seconds.
    pub from: u64,
    /// Until when it applies, in Unix seconds.
    pub until: u64,
}

impl Overall {
    /// Its name in the page's contract.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Operational => "operational",
            Self::Degraded => "degraded",
            Self::Outage => "outage",
            Self::Maintenance => "maintenance",
            Self::Unknown => "unknown",
        }
    }
}

impl AppStatus {
    /// Its name in the page's contract.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Degraded => "degraded",
            Self::Down => "down",
            Self::Maintenance => "maintenance",
            Self::Unknown => "unknown",
        }
    }
}

impl DayClass {
    /// Its letter in the page's contract.
    pub fn letter(self) -> char {
        match self {
            Self::Up => 'u',
            Self::Degraded => 'w',
            Self::Partial => 'p',
            Self::Down => 'd',
            Self::Maintenance => 'm',
            Self::Unknown => 'n',
        }
    }
}

impl View {
    /// Return all apps, in order.
    pub fn apps(&self) -> impl Iterator<Item = &App> {
        self.groups.iter().flat_map(|group| &group.apps)
    }

    /// Return whether a maintenance is on.
    pub fn is_on(&self, maintenance: &Maintenance) -> bool {
        (maintenance.from..maintenance.until).contains(&self.now)
    }
}

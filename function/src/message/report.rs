//! Renders a report: what happened in a week or a month. A period in which nothing happened is one line.

mod endings;
mod target;

use std::fmt::Write as _;

pub use self::target::TargetReport;
use super::Text;
use super::list::{MAX_LIST_CHARS, count, listed};
use super::phrases::{capitalized, label};
use crate::contract::history::{Record, TargetHistory};
use crate::contract::settings::{DueReport, ReportDay, Settings, Target};
use crate::contract::state::State;
use crate::local_time::{clock, day_and_month, days};
use crate::probe::Observation;
use crate::text::bounded;
use crate::time::duration;

/// The channel with the shortest messages has room for this many characters, and for the mark of a repeat.
const MAX_BODY_CHARS: usize = 960;

/// Lines beside those about single targets have up to this many characters.
const MAX_LINE_CHARS: usize = 200;

/// Fewer characters than these are not worth the beginning of a line.
const FEWEST_CHARS: usize = 40;

/// How many of the slowest targets are named.
const SLOWEST: usize = 3;

/// Everything that a report says.
#[derive(Debug, Clone)]
pub struct Report<'a> {
    /// The days that it is about.
    pub due: DueReport,
    /// Whether the history could be read.
    pub is_complete: bool,
    /// The targets, in the order of the settings.
    pub targets: Vec<TargetReport>,
    /// What the run that sends it has observed.
    pub observations: &'a [Observation],
    /// The state.
    pub state: &'a State,
    /// The settings.
    pub settings: &'a Settings,
    /// When it is sent, in Unix seconds.
    pub now: u64,
}

impl Report<'_> {
    /// Add a target, with its record if it has one.
    pub fn add(&mut self, target: &Target, record: Option<&Record>) {
        let order = |name: &str| self.settings.targets.iter().position(|target| target.name == name);
        let own = order(&target.name);
        let at = self.targets.partition_point(|other| order(&other.name) < own);
        let clock = &self.settings.clock;
        let history = TargetHistory::new(record, self.state, target, clock, self.now);
        self.targets.insert(at, TargetReport::new(&history, self.is_complete, target, self.due, clock));
    }

    /// Render it.
    pub fn text(&self) -> Text {
        let down = self.targets.iter().zip(0..).filter(|(target, _)| target.was_down());
        let worst_first = in_order(down.map(|(target, at)| (u64::MAX - target.badness(), at)).collect());
        let troubled: Vec<&TargetReport> = worst_first.map(|at| &self.targets[at]).collect();
        let others: Vec<String> = [self.missing(), self.certificates(), self.domains(), self.unknown()]
            .into_iter()
            .flatten()
            .collect();
        let (length, days) = (self.length(), days(self.due.first, self.due.day));
        if troubled.is_empty() && others.is_empty() && self.known() > 0 {
            return Text::new(format!("A quiet {length}: {days}"), self.flawless());
        }
        let title = format!("{} of {days}: {}", capitalized(length), self.outcome(&troubled));
        let flawless = Some(self.flawless());
        let rest = flawless.into_iter().chain(others).chain(self.slowest()).chain(self.versions());
        let mut body = self.lines(&troubled);
        for line in rest.filter(|line| !line.is_empty()) {
            let left = MAX_BODY_CHARS.saturating_sub(body.chars().count() + 1);
            if left < FEWEST_CHARS {
                break;
            }
            let separator = if body.is_empty() { "" } else { "\n" };
            let _ = write!(body, "{separator}{}", bounded(&line, left.min(MAX_LINE_CHARS)));
        }
        Text::new(title, body)
    }

    fn length(&self) -> &'static str {
        let day = self.settings.report.map(|schedule| schedule.day);
        if matches!(day, Some(ReportDay::Monthly(_))) { "month" } else { "week" }
    }

    /// Return how many checks say whether a target was up.
    fn known(&self) -> u64 {
        self.targets.iter().map(|target| target.uptime().known).sum()
    }

    /// Summarize the period in a few words: `2 outages, 10 of 12 apps were always up`.
    fn outcome(&self, troubled: &[&TargetReport]) -> String {
        if !self.is_complete {
            return "the history could not be read".to_owned();
        }
        if self.known() == 0 {
            return "no checks".to_owned();
        }
        let apps = || self.targets.iter().filter(|target| !target.is_exposure);
        let outages: usize = apps().map(TargetReport::outages).sum();
        let mut parts = vec![match outages {
            0 => "no outage".to_owned(),
            1 => "1 outage".to_owned(),
            outages => format!("{outages} outages"),
        }];
        let open = troubled.iter().filter(|target| target.is_exposure);
        let open: Vec<&str> = open.map(|target| label(&target.name, self.settings)).collect();
        let down = troubled.len() - open.len();
        match (apps().count(), apps().next().and_then(|only| only.uptime().percent())) {
            (1, Some(percent)) if down > 0 => parts.insert(0, format!("{percent} up")),
            (all, _) if (1..all).contains(&down) => {
                let good = apps().filter(|target| target.was_always_up()).count();
                parts.push(format!("{good} of {all} apps were always up"))
            }
            _ => {}
        }
        if !open.is_empty() {
            parts.push(format!("OPEN to the internet: {}", listed(&open)));
        }
        parts.join(", ")
    }

    /// Say which targets had no outage: those that must be closed only if there are no others.
    fn flawless(&self) -> String {
        let has_apps = self.targets.iter().any(|target| !target.is_exposure);
        let all: Vec<_> = self.targets.iter().filter(|target| target.is_exposure != has_apps).collect();
        let good: Vec<_> = all.iter().filter(|target| target.was_always_up()).collect();
        let (result, had) = match has_apps {
            true => ("up, no outage", "had no outage"),
            false => ("closed to the internet", "always refused"),
        };
        match good.as_slice() {
            [] => String::new(),
            [only] if all.len() == 1 => {
                format!("{} was {result}.", capitalized(label(&only.name, self.settings)))
            }
            good if good.len() == all.len() => format!("All {} were {result}.", count(good.len())),
            good => format!("{} {had}.", count(good.len())),
        }
    }

    /// Write a line about each target that was down, the worst first.
    fn lines(&self, troubled: &[&TargetReport]) -> String {
        let mut text = String::new();
        for (at, target) in troubled.iter().enumerate() {
            let line = self.line(target);
            if text.chars().count() + line.chars().count() > MAX_LIST_CHARS {
                let _ = write!(text, "\nAnd {} with less time down.", count(troubled.len() - at));
                break;
            }
            let separator = if text.is_empty() { "" } else { "\n" };
            let _ = write!(text, "{separator}{line}");
        }
        text
    }

    /// `Plex: 97.56 % up. 2 outages, 3 h 20 min in all, the longest 3 h (18 Nov 10:05 CET).`
    fn line(&self, target: &TargetReport) -> String {
        let (up, one, many, lasts) = match target.is_exposure {
            false => ("up", "1 outage of", "outages", "Down"),
            true => ("closed", "Open for", "times open", "Open"),
        };
        let zone = &self.settings.clock;
        let at = |at| format!("{} {}", day_and_month(at, zone), clock(at, zone));
        let name = bounded(&capitalized(label(&target.name, self.settings)), FEWEST_CHARS);
        let mut parts: Vec<String> =
            target.uptime().percent().into_iter().map(|percent| format!("{percent} {up}")).collect();
        if let Some(longest) = target.outages.iter().max_by_key(|outage| outage.length) {
            let (length, at) = (duration(longest.length), at(longest.begin));
            let all = duration(target.outages.iter().map(|outage| outage.length).sum());
            parts.push(match target.outages.len() {
                1 => format!("{one} {length} ({at})"),
                times => format!("{times} {many}, {all} in all, the longest {length} ({at})"),
            });
        }
        parts.extend(target.lasts_since.map(|since| format!("{lasts} since {}", at(since))));
        format!("{name}: {}.", parts.join(". "))
    }

    /// Say for how many of the days the history has nothing.
    fn missing(&self) -> Option<String> {
        if !self.is_complete {
            return Some("This is what is known without the history.".to_owned());
        }
        let checked = self.targets.iter().fold(0, |days, target| days | target.days).count_ones();
        let all = self.due.day - self.due.first;
        (checked < all).then(|| format!("The history has {checked} of the {all} days."))
    }

    /// Name the targets that could not be checked for a while.
    fn unknown(&self) -> Option<String> {
        let parts = self.targets.iter().filter_map(|target| {
            let percent = target.unknown_percent()?;
            Some(format!("{} {percent} %", label(&target.name, self.settings)))
        });
        let parts: Vec<String> = parts.collect();
        (!parts.is_empty()).then(|| format!("Checks without a result: {}.", parts.join(", ")))
    }

    /// Name the slowest targets.
    fn slowest(&self) -> Option<String> {
        let apps = self.targets.iter().zip(0..).filter(|(target, _)| !target.is_exposure);
        // The bits of positive numbers are in their order.
        let medians = apps.filter_map(|(target, at)| Some((u64::MAX - target.median?.ms().to_bits(), at)));
        let slowest = in_order(medians.collect()).map(|at| &self.targets[at]).take(SLOWEST);
        let names: Vec<String> = slowest
            .filter_map(|target| {
                Some(format!("{} {:.0} ms", label(&target.name, self.settings), target.median?.ms()))
            })
            .collect();
        (!names.is_empty()).then(|| format!("Slowest (median response time): {}.", names.join(", ")))
    }

    /// List the versions that are known.
    fn versions(&self) -> Option<String> {
        let known = self.state.targets.iter().filter_map(|target| {
            Some(format!("{} {}", label(&target.name, self.settings), target.app_version.as_ref()?))
        });
        let known: Vec<String> = known.collect();
        (!known.is_empty()).then(|| format!("Versions: {}.", known.join(", ")))
    }
}

/// Return what these numbers belong to, the least number first.
fn in_order(mut numbers: Vec<(u64, usize)>) -> impl Iterator<Item = usize> {
    numbers.sort_unstable();
    numbers.into_iter().map(|(_, of)| of)
}

#[cfg(test)]
mod tests;

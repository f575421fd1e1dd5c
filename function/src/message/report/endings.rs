//! What ends soon: certificates and domains.

use super::{Report, in_order};
use crate::contract::settings::Expect;
use crate::local_time::date;
use crate::message::list::{MAX_NAMED, count};
use crate::message::phrases::label;
use crate::time::DAY;

/// What ends within this time is listed, in seconds.
const SOON_S: u64 = 30 * DAY;

/// A certificate is listed when less than this part of its lifetime is left: it is usually renewed before.
const PART_LEFT: u64 = 3;

impl Report<'_> {
    /// List the certificates that end soon, by day.
    pub(super) fn certificates(&self) -> Option<String> {
        let ending = self.observations.iter().zip(0..).filter_map(|(seen, at)| {
            let target = self.settings.target(&seen.target)?;
            let expires = seen.certificate_expires.filter(|_| target.expect == Expect::Answer)?;
            let left = expires.saturating_sub(self.now);
            let life = seen.certificate_begins.map(|begins| expires.saturating_sub(begins));
            let is_soon = left <= SOON_S && life.is_none_or(|life| left <= life / PART_LEFT);
            is_soon.then_some((expires, at))
        });
        let mut days: Vec<(String, Vec<&str>)> = Vec::new();
        for seen in in_order(ending.collect()).map(|at| &self.observations[at]) {
            let (day, name) = (self.date(seen.certificate_expires?), label(&seen.target, self.settings));
            match days.last_mut().filter(|last| last.0 == day) {
                Some((_, names)) => names.push(name),
                None => days.push((day, vec![name])),
            }
        }
        let parts: Vec<String> =
            days.iter().map(|(day, names)| format!("{day} ({})", joined_or_counted(names))).collect();
        (!parts.is_empty()).then(|| format!("Certificates that end soon: {}.", parts.join(", ")))
    }

    /// List the domains that end soon.
    pub(super) fn domains(&self) -> Option<String> {
        let known = self.state.targets.iter().filter_map(|target| target.domain.as_ref());
        let parts: Vec<String> = known
            .filter_map(|domain| {
                let expires = domain.expires.filter(|expires| expires.saturating_sub(self.now) <= SOON_S)?;
                Some(format!("{} ({})", self.date(expires), domain.name))
            })
            .collect();
        (!parts.is_empty()).then(|| format!("Domains that end soon: {}.", parts.join(", ")))
    }

    fn date(&self, at: u64) -> String {
        date(at, &self.settings.clock)
    }
}

/// List a few names, or count them.
fn joined_or_counted(names: &[&str]) -> String {
    if names.len() > MAX_NAMED { count(names.len()) } else { names.join(", ") }
}

//! What ends soon: certificates and domains.

use std::collections::BTreeMap;

use super::Report;
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
        let apps = self.observations.iter().filter(|seen| {
            let target = self.settings.target(&seen.target);
            target.is_some_and(|target| target.expect == Expect::Answer)
        });
        let mut days: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for seen in apps {
            let Some(expires) = seen.certificate_expires else { continue };
            let left = expires.saturating_sub(self.now);
            let life = seen.certificate_begins.map(|begins| expires.saturating_sub(begins));
            if left <= SOON_S && life.is_none_or(|life| left <= life / PART_LEFT) {
                days.entry(self.date(expires)).or_default().push(label(&seen.target, self.settings));
            }
        }
        let parts: Vec<String> =
            days.iter().map(|(day, names)| format!("{day} ({})", listed(names))).collect();
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
fn listed(names: &[&str]) -> String {
    if names.len() > MAX_NAMED { count(names.len()) } else { names.join(", ") }
}

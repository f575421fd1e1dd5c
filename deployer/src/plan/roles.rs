//! Roles, which all regions share: the tags of a role are the only record of regions that the configuration does not name.

use super::Planner;
use crate::names::{Names, log_group};
use crate::resources::Role;

impl Planner<'_> {
    /// Return the desired role while regions that are no longer desired have something left: with their tags and statements,
    /// and with those of other monitors.
    pub(super) fn shared_role(&mut self, desired: Option<&Role>, observed: Option<&Role>) -> Option<Role> {
        let Some(observed) = observed.filter(|role| self.is_ours(*role)) else {
            return desired.cloned();
        };
        if let Some(desired) = desired {
            let regions = observed.regions.with(&desired.regions);
            return Some(desired.for_regions(regions, observed.policy.as_ref()));
        }
        let home = &self.intent.account.region;
        let regions = observed.regions.only(|region, of| of != home || self.is_unchecked(region));
        if regions.is_empty() {
            return None;
        }
        self.note_kept(observed, &regions.names().collect::<Vec<_>>());
        Some(observed.for_regions(regions, None))
    }

    /// Return the desired role without the regions of ours that are not desired. They have nothing left when everything else
    /// is done, except those that could not be checked.
    pub(super) fn without_past_regions(&mut self, desired: &Role, shared: &Role) -> Role {
        let home = &self.intent.account.region;
        let is_kept = |region: &str, of: &str| {
            of != home || desired.regions.contains(region) || self.is_unchecked(region)
        };
        let regions = shared.regions.only(is_kept);
        let unchecked: Vec<&str> = regions.names().filter(|region| self.is_unchecked(region)).collect();
        if !unchecked.is_empty() {
            self.note_kept(shared, &unchecked);
        }
        desired.for_regions(regions, shared.policy.as_ref())
    }

    fn is_unchecked(&self, region: &str) -> bool {
        self.intent.unchecked.iter().any(|unchecked| unchecked == region)
    }

    /// Say for which regions the role is kept.
    fn note_kept(&mut self, role: &Role, regions: &[&str]) {
        let (unchecked, used): (Vec<&str>, Vec<&str>) =
            regions.iter().copied().partition(|region| self.is_unchecked(region));
        let mut why = Vec::new();
        if !used.is_empty() {
            why.push(format!("still in use in {}", used.join(", ")));
        }
        if !unchecked.is_empty() {
            why.push(format!("what is in {} could not be checked", unchecked.join(", ")));
        }
        self.keep(role, why.join("; "));
    }
}

/// What belongs to the page in any region, by its names.
#[derive(Debug, Clone, Copy)]
pub(super) struct OfPage<'a>(pub(super) &'a Names);

impl OfPage<'_> {
    /// Whether this is the role whose tags name the regions of the page.
    pub(super) fn is_role(self, name: &str) -> bool {
        self.0.page_role().role == name
    }

    /// Whether a function, a log group or a URL with this name belongs to the page.
    pub(super) fn is_name(self, name: &str) -> bool {
        let function = self.0.page_function();
        function == name || log_group(&function) == name
    }
}

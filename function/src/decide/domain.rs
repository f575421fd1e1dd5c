//! Decides when a domain's registry is asked, and when to warn that its registration ends or that it does not work.
//!
//! Several targets may be below one domain: the first of them keeps what is known, and the warnings are about it.

use super::{Context, Knowledge, Subject};
use crate::contract::notification::{Notification, NotificationKind};
use crate::contract::settings::{DomainSettings, Settings};
use crate::contract::state::{DomainState, State};
use crate::local_time::date;
use crate::probe::Registration;
use crate::time::duration;

const DAY_S: u64 = 24 * 60 * 60;

/// The steps at which to warn: when no more than these days are left. They also identify the warnings in the state.
const STEPS: [u64; 5] = [0, 1, 7, 14, 30];

/// A later date is a renewal if it is later by at least this. Registries and registrars differ by hours or days about the
/// same end, and either may answer.
const RENEWAL_S: u64 = 28 * DAY_S;

/// No more domains are asked about in one run.
const MAX_AT_ONCE: usize = 2;

/// Return the domains whose registries are due: each is asked once a day, and those that were never asked come first.
pub fn due<'a>(state: &State, settings: &'a Settings, now: u64) -> Vec<&'a DomainSettings> {
    let mut due: Vec<(u64, &DomainSettings)> = settings
        .targets
        .iter()
        .filter(|target| is_first(&target.name, settings))
        .filter_map(|target| target.domain.as_ref())
        .map(|domain| (known(state, &domain.name).map_or(0, |known| known.asked), domain))
        // A time in the future is one of a clock that was wrong.
        .filter(|(asked, _)| now.saturating_sub(*asked) >= DAY_S || *asked > now)
        .collect();
    due.sort_by_key(|(asked, _)| *asked);
    due.into_iter().take(MAX_AT_ONCE).map(|(_, domain)| domain).collect()
}

/// Return whether this is the first target below its domain.
fn is_first(target: &str, settings: &Settings) -> bool {
    let name_of = |domain: &Option<DomainSettings>| domain.as_ref().map(|domain| domain.name.clone());
    let Some(name) = settings.target(target).and_then(|target| name_of(&target.domain)) else { return false };
    let first = settings.targets.iter().find(|other| name_of(&other.domain).as_ref() == Some(&name));
    first.is_some_and(|first| first.name == target)
}

/// Return what is known about a domain, whichever target keeps it.
fn known<'a>(state: &'a State, name: &str) -> Option<&'a DomainState> {
    state.targets.iter().filter_map(|target| target.domain.as_ref()).find(|domain| domain.name == name)
}

impl Subject<'_> {
    /// Record what the registry answered, and warn.
    pub(super) fn observe_domain(&mut self, previous: &State) {
        let Context { settings, registries, knowledge, .. } = self.context;
        let of_target = self.settings.domain.as_ref();
        let Some(domain) = of_target.filter(|_| is_first(&self.settings.name, settings)) else {
            self.target.domain = None;
            return;
        };
        let blank = || DomainState { name: domain.name.clone(), ..DomainState::default() };
        let before = known(previous, &domain.name).cloned().unwrap_or_else(blank);
        let mut known = before.clone();
        let answer = registries.iter().find(|answer| answer.domain == domain.name);
        if let Some(answer) = answer {
            known.asked = self.context.now;
            if let Some(registration) = answer.registration {
                known.learn(registration);
            }
        }
        // Without the state, it is unknown what was notified before.
        if knowledge != Knowledge::StateUnavailable {
            self.warn_of_end(&mut known);
            self.warn_of_status(&before, &known);
        }
        // Nothing is kept of a domain whose registry was never asked.
        self.target.domain = (known.asked > 0).then_some(known);
    }

    /// Warn once for each step. A step that was missed gets no warning of its own.
    fn warn_of_end(&mut self, known: &mut DomainState) {
        let Some(expires) = known.expires else { return };
        let now = self.context.now;
        let left = expires.saturating_sub(now);
        let Some(step) = STEPS.into_iter().find(|days| left <= days * DAY_S) else { return };
        if known.warned.is_some_and(|last| last <= step) {
            return;
        }
        known.warned = Some(step);
        let (name, on) = (&known.name, date(expires, &self.context.settings.clock));
        self.notify(
            NotificationKind::Domain,
            if left > 0 {
                format!("the domain {name} expires in {}, on {on}", duration(left))
            } else {
                format!("the domain {name} expired on {on}")
            },
        );
    }

    fn warn_of_status(&mut self, before: &DomainState, known: &DomainState) {
        let Some(status) = known.status.filter(|status| before.status != Some(*status)) else { return };
        self.notify_with(&Notification {
            why: Some(format!("the domain {} {}", known.name, status.means())),
            about: Some(status.name().to_owned()),
            ..Notification::new(NotificationKind::Domain, self.context.now)
        });
    }
}

impl DomainState {
    /// Take over what a registry says. One that does not say when a registration ends may have said it before.
    fn learn(&mut self, registration: Registration) {
        self.status = registration.status;
        let Some(expires) = registration.expires else { return };
        if self.expires.is_none_or(|before| expires.saturating_sub(before) >= RENEWAL_S) {
            self.warned = None;
        }
        self.expires = Some(expires);
    }
}

//! Observes all targets: concurrently, each with the secrets that it needs, with more tries for the failing ones. If
//! nothing responds at all, control hosts show whether the monitor itself is offline.

use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::future::join_all;
use futures_util::stream;
use tokio::time::sleep;

use super::budget::Budget;
use super::explain::Explanations;
use super::prober::Prober;
use crate::contract::problem::{Problem, ProblemKind};
use crate::contract::secrets::{Secrets, TargetSecrets};
use crate::contract::settings::{Expect, Settings, Target};
use crate::contract::state::State;
use crate::probe::{Cause, Failure, LinkName, Observation, Verdict};
use crate::store::{SecretCache, Store};

/// Up to this many targets are all probed at the same time.
pub(super) const FEW: usize = 100;

/// Of more targets, this many are probed at the same time: each probe needs a socket and buffers.
const AT_ONCE: usize = 64;

/// The pause between two tries: long enough for a lost packet, or for an app that has just been restarted.
const PAUSE: Duration = Duration::from_secs(2);

/// If no control host responds within this time, the monitor counts as offline.
const CONTROL_TIME: Duration = Duration::from_secs(5);

/// The least time for a probe. With less, it would only time out.
const LEAST: Duration = Duration::from_millis(300);

/// What a run observed.
#[derive(Default)]
pub(super) struct Observed {
    pub(super) observations: Vec<Observation>,
    /// The monitor's own faults, which prevented it from observing targets. They are not outages.
    pub(super) faults: Vec<Problem>,
    /// The index of the first target for which there was no time: the next run begins there.
    pub(super) begin_at: usize,
    /// The number of targets for which there was no time.
    pub(super) missed: usize,
}

/// Observes the targets of the settings.
pub(super) struct Observer<'a, S, P> {
    settings: &'a Settings,
    store: &'a S,
    prober: &'a P,
    budget: &'a Budget,
    explanations: Explanations<'a, P>,
}

/// Whether the monitor itself has a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Network {
    NotTested,
    Online,
    Offline,
}

/// Why there is no observation of a target.
enum NotObserved {
    /// The monitor lacks something that it needs for the probe.
    MonitorFault(Problem),
    /// There was no time for it.
    NoTime,
}

impl<'a, S: Store, P: Prober> Observer<'a, S, P> {
    /// `known` is what is remembered of the last run.
    pub(super) fn new(
        settings: &'a Settings,
        store: &'a S,
        prober: &'a P,
        budget: &'a Budget,
        known: Option<&'a State>,
    ) -> Self {
        Self { settings, store, prober, budget, explanations: Explanations::new(prober, known) }
    }

    /// Observe all targets, beginning at the one with this index.
    pub(super) async fn observe(&self, secret_cache: &mut SecretCache, begin_at: usize) -> Observed {
        let observing = self.observe_targets(secret_cache, begin_at);
        let mut observed = self.explanations.beside(observing).await;
        self.explanations.explain(&self.settings.targets, &mut observed.observations);
        observed
    }

    async fn observe_targets(&self, secret_cache: &mut SecretCache, begin_at: usize) -> Observed {
        let mut observed = Observed::default();
        let mut secrets = Secrets::default();
        if self.settings.targets.iter().any(Target::needs_secrets) {
            match secret_cache.get(self.store).await {
                Ok(found) => secrets = found.clone(),
                Err(why) => observed
                    .faults
                    .push(why.problem(ProblemKind::SecretsUnavailable, "the secrets could not be read")),
            }
        }
        let all: Vec<&Target> = self.settings.targets.iter().collect();
        self.probe_all(&all, &secrets, begin_at, &mut observed).await;
        let observations = &mut observed.observations;
        // A refused secret may just have been changed, and a warm environment would not know.
        let refused: Vec<&Target> = all.iter().filter(|t| is_refused(t, observations)).copied().collect();
        if !refused.is_empty()
            && let Ok(Some(renewed)) = secret_cache.reload(self.store).await
        {
            secrets = renewed.clone();
            replace(observations, self.probe(&refused, &secrets, Duration::ZERO).await);
        }
        let mut network = self.try_again(&all, &secrets, observations).await;
        if nothing_responds(observations) {
            if network == Network::NotTested {
                network = self.test_network().await;
            }
            if network == Network::Offline {
                observations.iter_mut().for_each(blame_monitor);
            }
        }
        observed
    }

    async fn probe_all(&self, all: &[&Target], secrets: &Secrets, begin_at: usize, observed: &mut Observed) {
        // Time is reserved for the control hosts.
        let control_time = if self.settings.control.is_empty() { Duration::ZERO } else { CONTROL_TIME };
        let (later, first) = all.split_at(begin_at.min(all.len()));
        let order: Vec<&Target> = first.iter().chain(later).copied().collect();
        for (seen, target) in self.probe(&order, secrets, control_time).await.into_iter().zip(&order) {
            match seen {
                Ok(seen) => observed.observations.push(seen),
                Err(NotObserved::MonitorFault(problem)) => observed.faults.push(problem),
                Err(NotObserved::NoTime) => {
                    if observed.missed == 0 {
                        let index = all.iter().position(|other| other.name == target.name);
                        observed.begin_at = index.unwrap_or_default();
                    }
                    observed.missed += 1;
                }
            }
        }
    }

    /// Probe each target once, within the time that is left minus `reserved`.
    async fn probe(
        &self,
        targets: &[&Target],
        secrets: &Secrets,
        reserved: Duration,
    ) -> Vec<Result<Observation, NotObserved>> {
        let probe = async |target: &Target| {
            // The time that is left when its turn comes.
            let left = self.budget.left().saturating_sub(reserved);
            if left < LEAST {
                return Err(NotObserved::NoTime);
            }
            let left = u32::try_from(left.as_secs().max(1)).unwrap_or(u32::MAX);
            let is_cut = left.saturating_mul(2) < target.timeout_s && targets.len() > FEW;
            let target = Target { timeout_s: target.timeout_s.min(left), ..target.clone() };
            let missing =
                |why: String| NotObserved::MonitorFault(Problem::new(ProblemKind::SecretMissing, why));
            let secrets = secrets.of(&target).map_err(missing)?;
            let seen = self.prober.probe(&target, &secrets).await;
            self.explanations.consider(&target, &seen);
            // The last of many targets begin late: a timeout is then not their fault, and they come first in the next
            // run.
            if is_cut && seen.cause() == Some(Cause::Timeout) { Err(NotObserved::NoTime) } else { Ok(seen) }
        };
        if targets.len() <= FEW {
            return join_all(targets.iter().map(|target| probe(target))).await;
        }
        stream::iter(targets.iter().map(|target| probe(target))).buffered(AT_ONCE).collect().await
    }

    /// Probe failing targets again that have more tries, as long as there is time. If nothing responds at all, the
    /// network is tested during the first pause.
    async fn try_again(
        &self,
        all: &[&Target],
        secrets: &Secrets,
        observations: &mut [Observation],
    ) -> Network {
        let mut network = Network::NotTested;
        for tries in 2.. {
            let fails = |target: &&&Target| {
                target.tries >= tries
                    && seen(target, observations).is_some_and(|seen| seen.verdict() == Verdict::Down)
            };
            let failed: Vec<&Target> = all.iter().filter(fails).copied().collect();
            if failed.is_empty() {
                break;
            }
            let longest = Duration::from_secs(
                failed.iter().map(|target| target.timeout_s).max().unwrap_or_default().into(),
            );
            let pause = if self.budget.left() < PAUSE + longest { Duration::ZERO } else { PAUSE };
            if network == Network::NotTested && nothing_responds(observations) {
                (network, _) = tokio::join!(self.test_network(), sleep(pause));
            } else if !pause.is_zero() {
                sleep(pause).await;
            }
            if pause.is_zero() || self.budget.left() < longest {
                break;
            }
            let mut again = self.probe(&failed, secrets, Duration::ZERO).await;
            again.iter_mut().flatten().for_each(|seen| seen.tries = tries);
            replace(observations, again);
        }
        network
    }

    /// Probe the control hosts. Any response counts.
    async fn test_network(&self) -> Network {
        let time = CONTROL_TIME.min(self.budget.left());
        if self.settings.control.is_empty() || time < LEAST {
            return Network::NotTested;
        }
        let hosts = self.settings.control.iter().map(|url| Target {
            name: url.clone(),
            url: url.clone(),
            status: (100..=599).collect(),
            timeout_s: u32::try_from(time.as_secs().max(1)).unwrap_or(u32::MAX),
            ..Target::default()
        });
        let secrets = TargetSecrets::default();
        let is_silent = async |host: Target| self.prober.probe(&host, &secrets).await.http.is_none();
        let silent = join_all(hosts.map(is_silent)).await;
        if silent.into_iter().all(|is_silent| is_silent) { Network::Offline } else { Network::Online }
    }
}

fn nothing_responds(observations: &[Observation]) -> bool {
    // Without any HTTP response, the fault may be the monitor's.
    let is_nothing = |seen: &Observation| seen.is_silent || (!seen.ok && seen.http.is_none());
    !observations.is_empty() && observations.iter().all(is_nothing)
}

fn seen<'a>(target: &Target, observations: &'a [Observation]) -> Option<&'a Observation> {
    observations.iter().find(|seen| seen.target == target.name)
}

fn replace(observations: &mut [Observation], again: Vec<Result<Observation, NotObserved>>) {
    for again in again.into_iter().flatten() {
        if let Some(before) = observations.iter_mut().find(|seen| seen.target == again.target) {
            *before = again;
        }
    }
}

fn blame_monitor(seen: &mut Observation) {
    if seen.is_silent {
        let why = "a port that does not answer".to_owned();
        (seen.ok, seen.failed) = (false, Some(Failure { link: LinkName::Tcp, why, cause: Cause::Connect }));
    }
    if let Some(Failure { why, cause, .. }) = &mut seen.failed {
        *cause = Cause::MonitorOffline;
        *why = format!("the monitor itself is offline ({why})");
    }
}

fn is_refused(target: &Target, observations: &[Observation]) -> bool {
    let seen = seen(target, observations);
    let is_refusal =
        |seen: &Observation| seen.secret_refused || (!seen.ok && matches!(seen.http, Some(401 | 403 | 302)));
    target.needs_secrets() && target.expect == Expect::Answer && seen.is_some_and(is_refusal)
}

//! The run's eyes: all targets at the same time, each with the secrets it needs; the failing ones once more; and if
//! nothing at all answers, somebody else, to know whose fault it is.

use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::future::join_all;
use futures_util::stream;
use tokio::time::sleep;

use super::budget::Budget;
use crate::contract::secrets::{Secrets, TargetSecrets};
use crate::contract::settings::{Expect, Settings, Target};
use crate::probe::{Cause, Failure, Observation, Tls, Verdict, probe};
use crate::store::SecretCache;
use crate::store::Store;

/// So many targets are asked all at once.
pub(super) const FEW: usize = 100;
/// Of more, so many: each probe holds a socket and its buffers.
const AT_ONCE: usize = 64;

/// Between two tries: long enough for a lost packet, or for an app that has just been restarted.
const PAUSE: Duration = Duration::from_secs(2);

/// A control host answers within this, or the monitor cannot see out.
const CONTROL_TIME: Duration = Duration::from_secs(5);

/// A probe that has less time than this would find nothing but that time is up.
const LEAST: Duration = Duration::from_millis(300);

/// Asks a target. A trait, so that a run can be tested without a network.
pub trait Prober {
    /// Asks once; never fails.
    fn probe(&self, target: &Target, secrets: &TargetSecrets) -> impl Future<Output = Observation>;
}

/// The real one.
#[derive(Debug, Clone)]
pub struct NetworkProber(pub Tls);

impl Prober for NetworkProber {
    async fn probe(&self, target: &Target, secrets: &TargetSecrets) -> Observation {
        probe(target, secrets, &self.0).await
    }
}

/// What a run saw.
#[derive(Default)]
pub(super) struct Looked {
    pub(super) observations: Vec<Observation>,
    /// Which targets could not be looked at, and why; that is no outage.
    pub(super) unseen: Vec<String>,
    /// The first target for which no time was left, by its place: the next run begins there.
    pub(super) begin_at: usize,
    /// For how many no time was left.
    pub(super) missed: usize,
}

/// What a run looks with.
pub(super) struct Looking<'a, S, P> {
    pub(super) settings: &'a Settings,
    pub(super) store: &'a S,
    pub(super) prober: &'a P,
    pub(super) budget: &'a Budget,
}

/// Whether the monitor itself can see out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Control {
    NotAsked,
    Answers,
    Silent,
}

/// Why there is no observation of a target.
enum Missed {
    /// The monitor lacks something, named here.
    Fault(String),
    /// No time was left.
    Time,
}

impl<S: Store, P: Prober> Looking<'_, S, P> {
    /// Look at all targets, beginning at the one with this place.
    pub(super) async fn look(&self, secret_cache: &mut SecretCache, begin_at: usize) -> Looked {
        let mut looked = Looked::default();
        let mut secrets = Secrets::default();
        if self.settings.targets.iter().any(Target::needs_secrets) {
            match secret_cache.get(self.store).await {
                Ok(found) => secrets = found.clone(),
                Err(why) => looked.unseen.push(format!("the secrets could not be read: {why}")),
            }
        }
        // Whether the monitor can see out is asked in time, too.
        let control_time = if self.settings.control.is_empty() { Duration::ZERO } else { CONTROL_TIME };
        let all: Vec<&Target> = self.settings.targets.iter().collect();
        let (later, first) = all.split_at(begin_at.min(all.len()));
        let order: Vec<&Target> = first.iter().chain(later).copied().collect();
        for (seen, target) in self.ask(&order, &secrets, control_time).await.into_iter().zip(&order) {
            match seen {
                Ok(seen) => looked.observations.push(seen),
                Err(Missed::Fault(why)) => looked.unseen.push(why),
                Err(Missed::Time) => {
                    if looked.missed == 0 {
                        let place = all.iter().position(|other| other.name == target.name);
                        looked.begin_at = place.unwrap_or_default();
                    }
                    looked.missed += 1;
                }
            }
        }
        let observations = &mut looked.observations;
        // A refused secret may just have been changed, and a warm environment would not know.
        let refused: Vec<&Target> = all.iter().filter(|t| is_refused(t, observations)).copied().collect();
        if !refused.is_empty()
            && let Ok(Some(renewed)) = secret_cache.reload(self.store).await
        {
            secrets = renewed.clone();
            replace(observations, self.ask(&refused, &secrets, Duration::ZERO).await);
        }
        let mut control = self.try_again(&all, &secrets, observations).await;
        if is_dark(observations) {
            if control == Control::NotAsked {
                control = self.ask_control().await;
            }
            if control == Control::Silent {
                observations.iter_mut().for_each(blame_nobody);
            }
        }
        looked
    }

    /// Ask each target once, with what is left of the time less `spare`.
    async fn ask(
        &self,
        targets: &[&Target],
        secrets: &Secrets,
        spare: Duration,
    ) -> Vec<Result<Observation, Missed>> {
        let ask = async |target: &Target| {
            // As much as is left when its turn comes.
            let left = self.budget.left().saturating_sub(spare);
            if left < LEAST {
                return Err(Missed::Time);
            }
            let left = u32::try_from(left.as_secs().max(1)).unwrap_or(u32::MAX);
            let is_cut = left.saturating_mul(2) < target.timeout_s && targets.len() > FEW;
            let target = Target { timeout_s: target.timeout_s.min(left), ..target.clone() };
            let secrets = secrets.of(&target).map_err(Missed::Fault)?;
            let seen = self.prober.probe(&target, &secrets).await;
            // Of many, the last ones begin late: what they had no time for is not their fault, and they come first next.
            if is_cut && seen.cause() == Some(Cause::Timeout) { Err(Missed::Time) } else { Ok(seen) }
        };
        if targets.len() <= FEW {
            return join_all(targets.iter().map(|target| ask(target))).await;
        }
        stream::iter(targets.iter().map(|target| ask(target))).buffered(AT_ONCE).collect().await
    }

    /// Ask those once more that failed and may be asked more often, as long as there is time. If nothing answers at all,
    /// the control hosts are asked during the first pause.
    async fn try_again(
        &self,
        all: &[&Target],
        secrets: &Secrets,
        observations: &mut [Observation],
    ) -> Control {
        let mut control = Control::NotAsked;
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
            if control == Control::NotAsked && is_dark(observations) {
                (control, _) = tokio::join!(self.ask_control(), sleep(pause));
            } else if !pause.is_zero() {
                sleep(pause).await;
            }
            if pause.is_zero() || self.budget.left() < longest {
                break;
            }
            let mut again = self.ask(&failed, secrets, Duration::ZERO).await;
            again.iter_mut().flatten().for_each(|seen| seen.tries = tries);
            replace(observations, again);
        }
        control
    }

    /// Ask the hosts that always answer, whatever they answer.
    async fn ask_control(&self) -> Control {
        let time = CONTROL_TIME.min(self.budget.left());
        if self.settings.control.is_empty() || time < LEAST {
            return Control::NotAsked;
        }
        let hosts = self.settings.control.iter().map(|url| Target {
            name: url.clone(),
            url: url.clone(),
            status: (100..=599).collect(),
            timeout_s: u32::try_from(time.as_secs().max(1)).unwrap_or(u32::MAX),
            ..Target::default()
        });
        let secrets = TargetSecrets::default();
        let ask = async |host: Target| self.prober.probe(&host, &secrets).await.http.is_none();
        let silent = join_all(hosts.map(ask)).await;
        if silent.into_iter().all(|is_silent| is_silent) { Control::Silent } else { Control::Answers }
    }
}

/// Whether nothing at all has answered.
fn is_dark(observations: &[Observation]) -> bool {
    !observations.is_empty() && observations.iter().all(is_out_of_sight)
}

fn seen<'a>(target: &Target, observations: &'a [Observation]) -> Option<&'a Observation> {
    observations.iter().find(|seen| seen.target == target.name)
}

fn replace(observations: &mut [Observation], again: Vec<Result<Observation, Missed>>) {
    for again in again.into_iter().flatten() {
        if let Some(before) = observations.iter_mut().find(|seen| seen.target == again.target) {
            *before = again;
        }
    }
}

/// It did not answer at all, which may be our own fault.
fn is_out_of_sight(seen: &Observation) -> bool {
    !seen.ok && seen.http.is_none()
}

fn blame_nobody(seen: &mut Observation) {
    if let Some(Failure { why, cause, .. }) = &mut seen.failed {
        *cause = Cause::Blind;
        *why = format!("the monitor itself cannot see out ({why})");
    }
}

fn is_refused(target: &Target, observations: &[Observation]) -> bool {
    let seen = seen(target, observations);
    let is_refusal = |seen: &Observation| !seen.ok && matches!(seen.http, Some(401 | 403 | 302));
    target.needs_secrets() && target.expect == Expect::Answer && seen.is_some_and(is_refusal)
}

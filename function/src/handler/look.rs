//! The run's eyes: all targets at the same time, each with the secrets it needs; the failing ones once more; and if
//! nothing at all answers, somebody else, to know whose fault it is.

use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::future::join_all;
use futures_util::stream;
use tokio::time::{Instant, sleep};

use crate::probe::{Cause, Failure, Observation, Tls, Verdict, probe};
use crate::secrets::{Secrets, TargetSecrets};
use crate::settings::{Expect, Settings, Target};
use crate::store::Store;
use crate::vault::Vault;

/// What must be left of a run when the last probe ends, for saving and telling. It shortens a target's own time only
/// where the function's time-out is set too short for it.
const RESERVE: Duration = Duration::from_secs(3);

/// So many targets are asked all at once.
const FEW: usize = 100;
/// Of more, so many: each probe holds a socket and its buffers.
const AT_ONCE: usize = 64;

/// Between two tries: long enough for a lost packet, or for an app that has just been restarted.
const PAUSE: Duration = Duration::from_secs(2);

/// Whoever is asked whether the monitor can see out answers within this, or does not.
const CONTROL_TIMEOUT_S: u32 = 5;

/// Asks a target. A trait, so that a run can be tested without a network.
pub trait Prober {
    /// Asks once; never fails.
    fn probe(&self, target: &Target, secrets: &TargetSecrets) -> impl Future<Output = Observation>;
}

/// The real one.
#[derive(Debug, Clone)]
pub struct Live(pub Tls);

impl Prober for Live {
    async fn probe(&self, target: &Target, secrets: &TargetSecrets) -> Observation {
        probe(target, secrets, &self.0).await
    }
}

/// What a run saw.
pub(super) struct Looked {
    pub(super) observations: Vec<Observation>,
    /// Which targets could not be looked at, and why; that is no outage.
    pub(super) unseen: Vec<String>,
}

/// Looks at all targets.
pub(super) async fn look<S: Store, P: Prober>(
    settings: &Settings,
    store: &S,
    prober: &P,
    vault: &mut Vault,
    deadline: Instant,
) -> Looked {
    let mut unseen = Vec::new();
    let mut secrets = Secrets::default();
    if settings.targets.iter().any(Target::needs_secrets) {
        match vault.get(store).await {
            Ok(found) => secrets = found.clone(),
            Err(why) => unseen.push(format!("the secrets could not be read: {why}")),
        }
    }
    let eyes = Eyes { prober, deadline };
    let all: Vec<&Target> = settings.targets.iter().collect();
    let observations = eyes.look(&all, &secrets).await;
    let mut observations: Vec<Observation> =
        observations.into_iter().filter_map(|seen| seen.map_err(|why| unseen.push(why)).ok()).collect();

    // A refused secret may just have been changed, and a warm environment would not know.
    let refused: Vec<&Target> = settings.targets.iter().filter(|t| is_refused(t, &observations)).collect();
    if !refused.is_empty()
        && let Ok(Some(renewed)) = vault.renewed(store).await
    {
        secrets = renewed.clone();
        replace(&mut observations, eyes.look(&refused, &secrets).await);
    }
    eyes.try_again(&all, &secrets, &mut observations).await;
    if !observations.is_empty() && observations.iter().all(is_out_of_sight) && eyes.is_blind(settings).await {
        observations.iter_mut().for_each(blame_nobody);
    }
    Looked { observations, unseen }
}

struct Eyes<'a, P> {
    prober: &'a P,
    deadline: Instant,
}

impl<P: Prober> Eyes<'_, P> {
    async fn look(&self, targets: &[&Target], secrets: &Secrets) -> Vec<Result<Observation, String>> {
        let left = self.left().as_secs().max(1);
        let left = u32::try_from(left).unwrap_or(u32::MAX);
        let ask = |target: &Target| {
            let target = Target { timeout_s: target.timeout_s.min(left), ..target.clone() };
            async move {
                let secrets = secrets.of(&target)?;
                Ok(self.prober.probe(&target, &secrets).await)
            }
        };
        if targets.len() <= FEW {
            return join_all(targets.iter().map(|target| ask(target))).await;
        }
        stream::iter(targets.iter().map(|target| ask(target))).buffered(AT_ONCE).collect().await
    }

    fn left(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now()).saturating_sub(RESERVE)
    }

    /// Asks those once more that failed and may be asked more often, as long as there is time.
    async fn try_again(&self, all: &[&Target], secrets: &Secrets, observations: &mut [Observation]) {
        for tries in 2.. {
            let failed: Vec<&Target> = all
                .iter()
                .filter(|target| target.tries >= tries)
                .filter(|target| {
                    seen(target, observations).is_some_and(|seen| seen.verdict() == Verdict::Down)
                })
                .copied()
                .collect();
            let longest = failed.iter().map(|target| target.timeout_s).max().unwrap_or_default();
            if failed.is_empty() || self.left() < PAUSE + Duration::from_secs(longest.into()) {
                return;
            }
            sleep(PAUSE).await;
            let mut again = self.look(&failed, secrets).await;
            again.iter_mut().flatten().for_each(|seen| seen.tries = tries);
            replace(observations, again);
        }
    }

    /// Whether nobody of those answers who always do. Whatever they answer will do.
    async fn is_blind(&self, settings: &Settings) -> bool {
        let control = settings.control.iter().map(|url| Target {
            name: url.clone(),
            url: url.clone(),
            status: (100..=599).collect(),
            timeout_s: CONTROL_TIMEOUT_S,
            ..Target::default()
        });
        let control: Vec<Target> = control.collect();
        if control.is_empty() || self.left() < Duration::from_secs(CONTROL_TIMEOUT_S.into()) {
            return false;
        }
        let answers = self.look(&control.iter().collect::<Vec<_>>(), &Secrets::default()).await;
        answers.iter().flatten().all(|answer| answer.http.is_none())
    }
}

fn seen<'a>(target: &Target, observations: &'a [Observation]) -> Option<&'a Observation> {
    observations.iter().find(|seen| seen.target == target.name)
}

fn replace(observations: &mut [Observation], again: Vec<Result<Observation, String>>) {
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

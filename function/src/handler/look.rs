//! The run's eyes: all targets at the same time, each with the secret headers it needs.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::Instant;

use crate::probe::{Observation, Tls, probe};
use crate::secrets::{Secret, Secrets};
use crate::settings::{HeaderValue, Settings, Target};
use crate::store::Store;
use crate::vault::Vault;

/// What must be left of a run when the last probe ends, for saving and telling. It shortens a target's own time only
/// where the function's time-out is set too short for it.
const RESERVE: Duration = Duration::from_secs(3);

/// Asks a target. A trait, so that a run can be tested without a network.
pub trait Prober {
    /// Asks once; never fails.
    fn probe(&self, target: &Target, headers: &BTreeMap<String, Secret>)
    -> impl Future<Output = Observation>;
}

/// The real one.
#[derive(Debug, Clone)]
pub struct Live(pub Tls);

impl Prober for Live {
    async fn probe(&self, target: &Target, headers: &BTreeMap<String, Secret>) -> Observation {
        probe(target, headers, &self.0).await
    }
}

/// Looks at all targets. The second value names those that could not be looked at, and why; that is no outage.
pub(super) async fn look<S: Store, P: Prober>(
    settings: &Settings,
    store: &S,
    prober: &P,
    vault: &mut Vault,
    deadline: Instant,
) -> (Vec<Observation>, Vec<String>) {
    let mut unseen = Vec::new();
    let mut secrets = Secrets::default();
    if settings.targets.iter().any(Target::needs_secrets) {
        match vault.get(store).await {
            Ok(found) => secrets = found.clone(),
            Err(why) => unseen.push(format!("the secrets could not be read: {why}")),
        }
    }
    let observations = look_with(&settings.targets, &secrets, prober, deadline).await;
    let mut observations: Vec<Observation> =
        observations.into_iter().filter_map(|seen| seen.map_err(|why| unseen.push(why)).ok()).collect();

    // A refused secret may just have been changed, and a warm environment would not know.
    let refused: Vec<Target> =
        settings.targets.iter().filter(|t| is_refused(t, &observations)).cloned().collect();
    if !refused.is_empty()
        && let Ok(Some(renewed)) = vault.renewed(store).await
    {
        for again in look_with(&refused, renewed, prober, deadline).await.into_iter().flatten() {
            observations.retain(|seen| seen.target != again.target);
            observations.push(again);
        }
    }
    (observations, unseen)
}

async fn look_with<P: Prober>(
    targets: &[Target],
    secrets: &Secrets,
    prober: &P,
    deadline: Instant,
) -> Vec<Result<Observation, String>> {
    let left = deadline.saturating_duration_since(Instant::now()).saturating_sub(RESERVE).as_secs().max(1);
    let left = u32::try_from(left).unwrap_or(u32::MAX);
    join_all(targets.iter().map(|target| async move {
        let headers = headers(target, secrets)?;
        if target.timeout_s <= left {
            return Ok(prober.probe(target, headers).await);
        }
        Ok(prober.probe(&Target { timeout_s: left, ..target.clone() }, headers).await)
    }))
    .await
}

/// The target's secret headers; an error if one that it needs is missing.
fn headers<'a>(target: &Target, secrets: &'a Secrets) -> Result<&'a BTreeMap<String, Secret>, String> {
    static NONE: BTreeMap<String, Secret> = BTreeMap::new();
    let found = secrets.headers.get(&target.name).unwrap_or(&NONE);
    let wanted = |value: &HeaderValue| *value == HeaderValue::Secret;
    match target.headers.iter().find(|(name, value)| wanted(value) && !found.contains_key(*name)) {
        Some((name, _)) => Err(format!("{}: there is no value for its secret header {name}", target.name)),
        None => Ok(found),
    }
}

fn is_refused(target: &Target, observations: &[Observation]) -> bool {
    let seen = observations.iter().find(|seen| seen.target == target.name);
    target.needs_secrets() && seen.is_some_and(|seen| !seen.ok && matches!(seen.http, Some(401 | 403)))
}

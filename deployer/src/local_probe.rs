//! Probe the targets from this machine, with the function's own probe, over IPv4 and over IPv6.

use futures_util::future::join_all;
use plexmon_function::contract::secrets::{Secrets, TargetSecrets};
use plexmon_function::contract::settings::{Protocol, Target};
use plexmon_function::probe::{Family, LinkName, Observation, Tls, probe_over};

use crate::config::{Config, SecretLookup};
use crate::error::{Context as _, Result};
use crate::output::Output;

/// The results for one target, from this machine.
pub struct LocalObservation {
    /// Over IPv4, as the function probes it.
    pub v4: Observation,
    /// `None` if the host has no IPv6 address.
    pub v6: Option<Observation>,
}

/// Probe all targets concurrently, with the secrets that are set.
pub async fn probe_all(config: &Config, output: &Output) -> Result<Vec<LocalObservation>> {
    output.warnings(&config.exposed_secrets());
    let secrets = match config.secrets.resolve()? {
        SecretLookup::All(secrets) => secrets,
        SecretLookup::NoneConfigured => Secrets::default(),
        SecretLookup::Missing(variables) => {
            if config.targets.iter().any(Target::needs_secrets) {
                output.warning(&format!(
                    "{} not set: secret headers and Access tokens are not sent",
                    variables.join(" and ")
                ));
            }
            Secrets::default()
        }
    };
    let tls = Tls::new().context(|| "could not set up TLS")?;
    Ok(join_all(config.targets.iter().map(|target| seen(target, &secrets, &tls))).await)
}

async fn seen(target: &Target, secrets: &Secrets, tls: &Tls) -> LocalObservation {
    let secrets = secrets.of(target).unwrap_or_else(|_| TargetSecrets::default());
    let over = |family, target| probe_over(family, target, &secrets, tls);
    if matches!(target.protocol, Protocol::Dns { .. }) {
        // The name has no family, only its records have.
        return LocalObservation { v4: over(Family::Any, target).await, v6: None };
    }
    // What the app says about itself does not depend on the family, and is asked only once.
    let bare = Target { inside: Vec::new(), ..target.clone() };
    let (v4, v6) = tokio::join!(over(Family::V4, target), over(Family::V6, &bare));
    // The link decides, not the cause: a target that should be closed has one cause for everything unreachable.
    let has_none = matches!(v6.links.as_slice(), [only] if only.name == LinkName::Dns && !only.ok);
    LocalObservation { v4, v6: Some(v6).filter(|_| !has_none) }
}

//! How a run reaches the targets. Tests do without a network.

use std::time::Duration;

use tokio::time::Instant;

use crate::contract::secrets::TargetSecrets;
use crate::contract::settings::{CloudStatus, DomainSettings, Target};
use crate::probe::{Incident, Observation, Registration, Tls, ask_registry, incident, probe};

/// Probes a target. It is a trait because tests run without a network.
pub trait Prober {
    /// Probe once; never fails.
    fn probe(&self, target: &Target, secrets: &TargetSecrets) -> impl Future<Output = Observation>;

    /// Ask a status page for an incident, within this time. By default, there is none.
    fn incident(&self, _status: &CloudStatus, _time: Duration) -> impl Future<Output = Option<Incident>> {
        std::future::ready(None)
    }

    /// Ask the registry of a domain. Nothing if it has no usable answer before the deadline.
    fn ask_registry(
        &self,
        _domain: &DomainSettings,
        _deadline: Instant,
    ) -> impl Future<Output = Option<Registration>> {
        std::future::ready(None)
    }
}

/// Probes over the network.
#[derive(Debug, Clone)]
pub struct NetworkProber(pub Tls);

impl Prober for NetworkProber {
    async fn probe(&self, target: &Target, secrets: &TargetSecrets) -> Observation {
        probe(target, secrets, &self.0).await
    }

    async fn incident(&self, status: &CloudStatus, time: Duration) -> Option<Incident> {
        incident(status, &self.0, time).await
    }

    async fn ask_registry(&self, domain: &DomainSettings, deadline: Instant) -> Option<Registration> {
        ask_registry(domain, &self.0, deadline).await
    }
}

//! The status page of the service behind an app, in Statuspage's format: whether it reports an incident.

use std::time::Duration;

use serde_json::Value;
use tokio::time::Instant;

use super::client::{Client, Route};
use crate::contract::secrets::TargetSecrets;
use crate::contract::settings::{CloudStatus, Target};
use crate::probe::connect::{self, Family};
use crate::probe::incident::Incident;
use crate::probe::tls::Tls;
use crate::probe::url::TargetUrl;
use crate::text::single_line;

const MAX_NAME_CHARS: usize = 100;

/// Incidents in these states are over.
const OVER: [&str; 3] = ["resolved", "postmortem", "completed"];

/// Ask a status page within this time. `None` if it reports no incident, or cannot be asked.
pub async fn incident(status: &CloudStatus, tls: &Tls, time: Duration) -> Option<Incident> {
    let target = Target { url: status.url.clone(), app: status.service.clone(), ..Target::default() };
    let url = TargetUrl::parse(&status.url).ok()?;
    let addresses = connect::resolve(&url, Family::Any).await.ok()?;
    let (deadline, secrets) = (Instant::now() + time, TargetSecrets::default());
    let route = Route { target: &target, url: &url, addresses: &addresses, secrets: &secrets, tls, deadline };
    let client = Client::new(route);
    let answer = client.ask(&url.path).await.ok()?;
    let name = name(&client.json(&answer).ok()?).filter(|name| !name.is_empty())?;
    Some(Incident { service: status.service.clone(), name })
}

/// Return the name of the latest incident that lasts, or else what the page says about an overall state that is not good.
fn name(summary: &Value) -> Option<String> {
    let text = |value: &Value, key: &str| {
        value.get(key).and_then(Value::as_str).map(|text| single_line(text, MAX_NAME_CHARS))
    };
    let incidents = summary.get("incidents").and_then(Value::as_array);
    let lasts =
        |incident: &&Value| text(incident, "status").is_some_and(|status| !OVER.contains(&status.as_str()));
    let name = incidents.into_iter().flatten().find(lasts).and_then(|incident| text(incident, "name"));
    name.or_else(|| {
        let status = summary.get("status")?;
        let is_bad = matches!(status.get("indicator")?.as_str()?, "minor" | "major" | "critical");
        text(status, "description").filter(|_| is_bad)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_latest_incident_that_lasts_is_named() {
        let well = json!({"indicator": "none", "description": "All Systems Operational"});
        let minor = json!({"indicator": "minor", "description": "Partially Degraded Service"});
        let incident = |name: &str, status: &str| json!({"name": name, "status": status});
        for (summary, expected) in [
            (json!({"incidents": [], "status": well}), None),
            (json!({"incidents": [incident("Old", "resolved")], "status": well}), None),
            (
                json!({"incidents": [incident("Old", "postmortem"), incident("Sign-in\nfails", "investigating")]}),
                Some("Sign-in fails"),
            ),
            (json!({"incidents": [], "status": minor}), Some("Partially Degraded Service")),
            (json!({"incidents": "none"}), None),
            (json!([]), None),
            (json!({"incidents": [{"name": 1, "status": "identified"}]}), None),
        ] {
            assert_eq!(name(&summary).as_deref(), expected, "{summary}");
        }
        assert!(
            name(&json!({"incidents": [incident(&"x".repeat(5_000), "identified")]})).unwrap().len() < 120
        );
    }
}

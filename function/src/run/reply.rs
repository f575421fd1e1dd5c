//! What a run says about its targets.

use crate::contract::reply::{Reply, TargetReply, WarningReply};
use crate::contract::settings::Settings;
use crate::contract::state::{State, TargetState};
use crate::probe::{Level, Observation};

/// Return the part of the reply about targets.
pub(super) fn reply(after: &State, observations: &[Observation], settings: &Settings) -> Reply {
    let targets: Vec<TargetReply> = after
        .targets
        .iter()
        .map(|target| {
            let seen = observations.iter().find(|seen| seen.target == target.name);
            let settings = settings.target(&target.name);
            let warnings = settings.map(|settings| WarningReply::all(target, settings));
            TargetReply { warnings: warnings.unwrap_or_default(), ..target_reply(target, seen) }
        })
        .collect();
    Reply { http: targets.first().map(|target| target.http).unwrap_or_default(), targets, ..Reply::default() }
}

fn target_reply(target: &TargetState, seen: Option<&Observation>) -> TargetReply {
    let failed = seen.and_then(|seen| seen.failed.as_ref());
    let cause = failed.map(|failure| failure.cause);
    TargetReply {
        name: target.name.clone(),
        status: target.status,
        since: target.since,
        http: seen.and_then(|seen| seen.http).unwrap_or_default(),
        failed: failed.map(|failure| failure.link),
        cause: cause.map(|cause| cause.in_first_release()),
        detail: cause.filter(|cause| *cause != cause.in_first_release()),
        why: failed.map(|failure| failure.why.clone()),
        warnings: Vec::new(),
        unclear: seen.map(unclear).unwrap_or_default(),
        ms: seen.map(|seen| seen.total_ms),
    }
}

/// Return the conditions that could not be evaluated.
fn unclear(seen: &Observation) -> Vec<String> {
    let unknown = seen.findings.iter().filter(|finding| finding.level == Level::Unknown);
    unknown.map(|finding| finding.why.clone()).collect()
}

//! Targets that are DNS records, as the public internet sees them. DNS services are asked over HTTPS, because the resolver
//! of the machine knows only addresses, and may answer from its cache.

use std::net::IpAddr;

use http::StatusCode;
use serde_json::Value;
use tokio::time::Instant;

use super::Probe;
use super::cause::Cause;
use super::error::ProbeError;
use super::observation::LinkName;
use super::recorder::Recorder;
use crate::contract::settings::{DnsRecord, Protocol};
use crate::endpoint::Endpoint;
use crate::fetch::fetch;
use crate::http::Http;
use crate::text::single_line;

/// The format that the services have in common. It has no standard.
const ACCEPT: &str = "application/dns-json";

/// More records than any name needs.
const MAX_RECORDS: usize = 100;

/// More records are counted in messages, not listed.
const MAX_LISTED: usize = 5;

const MAX_SHOWN_CHARS: usize = 80;

/// What a service knows about a name.
enum Answer {
    /// These records of the type, normalized.
    Records(Vec<String>),
    /// The name does not exist.
    NoSuchName,
    /// It could not find out, and may say why: usually a signature that is not valid (DNSSEC).
    Failure(Option<String>),
}

impl Probe<'_> {
    /// Ask the services in turn until one answers, and compare.
    pub(super) async fn dns(&self, recorder: &mut Recorder) -> Result<(), ProbeError> {
        recorder.begin(LinkName::Dns);
        let Protocol::Dns { record, equals, resolvers } = &self.target.protocol else { return Ok(()) };
        let name = self.target.url.trim_start_matches("dns://").trim_end_matches(['/', '.']);
        let (answer, resolver) = self.ask_in_turn(name, *record, resolvers).await?;
        let found = match answer {
            Answer::Records(found) if !found.is_empty() => found,
            Answer::Records(_) => {
                return Err(ProbeError::new(Cause::Dns, format!("{name} has no {} record", record.name())));
            }
            Answer::NoSuchName => {
                return Err(ProbeError::new(Cause::Dns, format!("{name} does not exist (NXDOMAIN)")));
            }
            Answer::Failure(comment) => {
                let why = comment.map_or_else(String::new, |comment| format!(": {comment}"));
                return Err(ProbeError::new(
                    Cause::Dns,
                    format!("{name} cannot be resolved (SERVFAIL){why}"),
                ));
            }
        };
        if let [address] = found.as_slice()
            && let Ok(address) = address.parse::<IpAddr>()
        {
            recorder.set_address(address);
        }
        compare(name, *record, &found, equals).map_err(ProbeError::of(Cause::Condition))?;
        recorder.succeed(format!("{} {}, says {resolver}", record.name(), listed(&found)));
        Ok(())
    }

    /// Return the first answer, and who gave it. Each service gets an equal share of the time that is left. One that
    /// could not resolve the name may be wrong, so the others are asked too.
    async fn ask_in_turn(
        &self,
        name: &str,
        record: DnsRecord,
        resolvers: &[String],
    ) -> Result<(Answer, String), ProbeError> {
        let http = Http::new(self.tls);
        let mut failure = None;
        let mut problems = Vec::new();
        for (place, resolver) in resolvers.iter().enumerate() {
            let now = Instant::now();
            let remaining = u32::try_from(resolvers.len() - place).unwrap_or(u32::MAX);
            let deadline = now + self.deadline.saturating_duration_since(now) / remaining;
            let service = host_of(resolver);
            match ask(&http, resolver, name, record, deadline).await {
                Ok(answer @ Answer::Failure(_)) => failure = failure.or(Some((answer, service))),
                Ok(answer) => return Ok((answer, service)),
                Err(why) => problems.push(format!("{service}: {why}")),
            }
        }
        failure.ok_or_else(|| {
            ProbeError::new(Cause::Resolver, format!("no DNS service answers ({})", problems.join("; ")))
        })
    }
}

/// Ask one service. The error says why this is not an answer.
async fn ask(
    http: &Http,
    resolver: &str,
    name: &str,
    record: DnsRecord,
    deadline: Instant,
) -> Result<Answer, String> {
    let separator = if resolver.contains('?') { '&' } else { '?' };
    let url = format!("{resolver}{separator}name={name}&type={}", record.name());
    let fetched = fetch(http, &url, ACCEPT, deadline).await?;
    if fetched.status != StatusCode::OK {
        return Err(format!("HTTP {}", fetched.status.as_u16()));
    }
    let json = fetched.json.ok_or("the answer is not JSON")?;
    read(&json, record).ok_or_else(|| "the answer is not one of a DNS service".to_owned())
}

/// Read an answer: its status is DNS's response code.
fn read(json: &Value, record: DnsRecord) -> Option<Answer> {
    match json.get("Status")?.as_u64()? {
        0 => {
            // Aliases come before the records that they lead to.
            let is_of_type = |one: &&Value| one.get("type").and_then(Value::as_u64) == Some(record.number());
            let all = json.get("Answer").and_then(Value::as_array).into_iter().flatten();
            let data = all.filter(is_of_type).filter_map(|one| one.get("data")?.as_str());
            let normalized = |text: &str| record.normalized(text).unwrap_or_else(|| text.to_owned());
            Some(Answer::Records(data.take(MAX_RECORDS).map(normalized).collect()))
        }
        2 => Some(Answer::Failure(json.get("Comment").and_then(comment))),
        3 => Some(Answer::NoSuchName),
        _ => None,
    }
}

/// Return a service's comment: a text, or a list of them.
fn comment(value: &Value) -> Option<String> {
    let text = value.as_str().or_else(|| value.as_array()?.first()?.as_str())?;
    Some(single_line(text, MAX_SHOWN_CHARS))
}

/// Compare sets of records.
fn compare(name: &str, record: DnsRecord, found: &[String], expected: &[String]) -> Result<(), String> {
    let expected: Vec<String> =
        expected.iter().map(|text| record.normalized(text).unwrap_or_else(|| text.clone())).collect();
    let are_expected = found.iter().all(|one| expected.iter().any(|other| record.is_same(one, other)));
    let are_found = expected.iter().all(|other| found.iter().any(|one| record.is_same(one, other)));
    if expected.is_empty() || (are_expected && are_found) {
        return Ok(());
    }
    let verb = if found.len() == 1 { "is" } else { "are" };
    Err(format!("{name}: {} {verb} {} instead of {}", record.name(), listed(found), listed(&expected)))
}

/// List values: `203.0.113.7 and 203.0.113.9`.
fn listed(values: &[String]) -> String {
    let listed = if values.len() > MAX_LISTED + 1 { MAX_LISTED } else { values.len() };
    let mut shown: Vec<String> =
        values.iter().take(listed).map(|value| single_line(value, MAX_SHOWN_CHARS)).collect();
    if values.len() > listed {
        shown.push(format!("{} more", values.len() - listed));
    }
    match shown.as_slice() {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// Return the host of a service's address.
fn host_of(url: &str) -> String {
    let host = Endpoint::parse(url).and_then(|endpoint| endpoint.uri.host().map(str::to_owned));
    host.unwrap_or_else(|| url.to_owned())
}

//! `doctor`: what the deployed function sees, beside what is seen from here. What only AWS meets (a challenge, a refusal,
//! a country block) is found by the difference.

use std::fmt::Write as _;

use plexmon_function::contract::request::Request;
use plexmon_function::probe::{Cause, Observation, Verdict};
use serde::Serialize;

use super::verdict::advice;
use super::{check, invoke};
use crate::error::{Error, Exit, Result};
use crate::output::{width, wrapped};
use crate::report::Progress;
use crate::session::Session;

#[derive(Serialize)]
struct Document<'a> {
    targets: Vec<Pair<'a>>,
}

/// One target from both sides.
#[derive(Serialize)]
struct Pair<'a> {
    name: &'a str,
    /// Absent if the deployed function does not watch it.
    from_aws: Option<&'a Observation>,
    from_here: &'a Observation,
    /// What the difference means; absent if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    finding: Option<String>,
}

pub async fn doctor(session: &Session) -> Result<Exit> {
    let progress = Progress::new(session.output.reporter.clone(), 0, session.interrupt.clone());
    let asked = async {
        tokio::try_join!(
            invoke::call::<Vec<Observation>>(session, &progress, Request::EXAMINE),
            check::look(&session.config, &session.output)
        )
    };
    let (from_aws, from_here) = session.patiently(asked).await?;
    let pairs: Vec<Pair<'_>> = from_here
        .iter()
        .map(|here| {
            let aws = from_aws.iter().find(|aws| aws.target == here.v4.target);
            Pair {
                name: &here.v4.target,
                from_aws: aws,
                from_here: &here.v4,
                finding: finding(aws, &here.v4),
            }
        })
        .collect();
    for pair in &pairs {
        session.output.text(text(pair, width()))?;
    }
    let ill = pairs.iter().filter(|pair| pair.from_aws.is_none_or(|aws| !aws.ok)).count();
    let total = pairs.len();
    session.output.document(&Document { targets: pairs })?;
    if ill == 0 {
        return Ok(Exit::Success);
    }
    Err(Error::new(format!("{ill} of {total} not up, seen from AWS")).hint(
        "each line above says what to do; `plexmon-deploy check` shows every link of the chain from here",
    ))
}

fn text(pair: &Pair<'_>, width: usize) -> String {
    let mut text = format!("{}:", pair.name);
    let mut line = |line: &str, indent| {
        let _ = write!(text, "\n{}", wrapped(line, width, indent));
    };
    let aws = pair.from_aws.map_or_else(|| "not watched by the deployed function".to_owned(), described);
    line(&format!("  from AWS   {aws}"), 13);
    line(&format!("  from here  {}", described(pair.from_here)), 13);
    if let Some(cause) = pair.from_aws.and_then(Observation::cause) {
        line(&format!("  {cause}: {}", advice(cause)), 4);
    }
    if let Some(finding) = &pair.finding {
        line(&format!("  {finding}"), 4);
    }
    text
}

fn described(seen: &Observation) -> String {
    match &seen.failed {
        None => format!("up ({:.0} ms)", seen.total_ms),
        Some(failure) if seen.verdict() == Verdict::Unseen => format!("unknown: {failure}"),
        Some(failure) => format!("down: {failure}"),
    }
}

/// What it means that the two see different things.
fn finding(aws: Option<&Observation>, here: &Observation) -> Option<String> {
    let Some(aws) = aws else {
        return Some("run `plexmon-deploy up`: the configuration has changed since the last one".to_owned());
    };
    let text = match (aws.ok, here.ok, aws.cause()) {
        (false, true, Some(Cause::Challenge)) => {
            "only AWS is challenged: Cloudflare takes its addresses for robots"
        }
        (false, true, Some(Cause::Blocked | Cause::RateLimited)) => {
            "only AWS is blocked: a rule about addresses, networks, countries or how often; allow the path"
        }
        (false, true, Some(Cause::Access)) => {
            "only AWS is refused: run `plexmon-deploy up` with the right token in the environment"
        }
        (false, true, Some(Cause::Connect | Cause::Timeout | Cause::Condition)) => {
            "only AWS is kept out: a firewall, a country block or a bot check; allow the path rather than addresses, which change"
        }
        (false, true, _) => "only AWS sees it like this",
        (true, false, _) => "only from here: your own way to it (hairpin NAT, local DNS, VPN) is what fails",
        _ => return None,
    };
    Some(text.to_owned())
}

//! `doctor`: compare the results of the deployed function with those from this machine. Challenges, refusals and country
//! blocks that affect only AWS show up as differences.

use std::fmt::Write as _;

use plexmon_function::contract::request::Request;
use plexmon_function::message::advice;
use plexmon_function::probe::{Cause, Observation, Verdict};
use serde::Serialize;

use crate::account_plan::AccountPlan;
use crate::cli::NoOptions;
use crate::context::Context;
use crate::error::{Error, Exit, Result};
use crate::invocation;
use crate::local_probe::probe_all;
use crate::report::Progress;
use crate::text::Page;

#[derive(Serialize)]
struct Comparisons<'a> {
    targets: Vec<Comparison<'a>>,
    /// `null` if AWS does not say.
    account_plan: Option<&'a AccountPlan>,
}

/// The results for one target, from AWS and from this machine.
#[derive(Serialize)]
struct Comparison<'a> {
    name: &'a str,
    /// Absent if the deployed function does not monitor it.
    from_aws: Option<&'a Observation>,
    from_here: &'a Observation,
    /// What the difference means; absent if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    finding: Option<&'static str>,
}

pub async fn run(context: &Context, _: &NoOptions) -> Result<Exit> {
    let session = context.session().await?;
    let progress = Progress::new(session.output.reporter.clone(), 0, session.interrupt.clone());
    let both = async {
        tokio::try_join!(
            invocation::call::<Vec<Observation>>(&session, &progress, Request::Examine),
            probe_all(&session.config, &session.output)
        )
    };
    let ((from_aws, from_here), account_plan) = session.alongside_account_plan(both).await?;
    let targets: Vec<Comparison<'_>> = from_here
        .iter()
        .map(|here| {
            let aws = from_aws.iter().find(|aws| aws.target == here.v4.target);
            let finding = finding(aws, &here.v4);
            Comparison { name: &here.v4.target, from_aws: aws, from_here: &here.v4, finding }
        })
        .collect();
    for target in &targets {
        session.output.text(text(target, session.output.page()))?;
    }
    let failed = targets.iter().filter(|target| target.from_aws.is_none_or(|aws| !aws.ok)).count();
    let total = targets.len();
    session.note_account_plan(account_plan.as_ref());
    session.output.document(&Comparisons { targets, account_plan: account_plan.as_ref() })?;
    if failed == 0 {
        return Ok(Exit::Success);
    }
    Err(Error::new(format!("{failed} of {total} not up, seen from AWS")).hint(
        "follow the advice above for each target; `plexmon-deploy check` shows every link of the chain from here",
    ))
}

fn text(target: &Comparison<'_>, page: Page) -> String {
    let mut text = format!("{}:", target.name);
    let mut line = |line: &str, indent| {
        let _ = write!(text, "\n{}", page.wrapped_at(line, indent));
    };
    let aws = target
        .from_aws
        .map_or_else(|| "not monitored by the deployed function".to_owned(), |aws| described(aws, page));
    line(&format!("  from AWS   {aws}"), 13);
    line(&format!("  from here  {}", described(target.from_here, page)), 13);
    if let Some(cause) = target.from_aws.and_then(Observation::cause) {
        line(&format!("  {cause}: {}", advice(cause)), 4);
    }
    if let Some(finding) = target.finding {
        line(&format!("  {finding}"), 4);
    }
    text
}

fn described(seen: &Observation, page: Page) -> String {
    match &seen.failed {
        None => format!("{} ({:.0} ms)", page.paint.state("up"), seen.total_ms),
        Some(failure) if seen.verdict() == Verdict::Unknown => {
            format!("{}: {failure}", page.paint.state("unknown"))
        }
        Some(failure) => format!("{}: {failure}", page.paint.state("down")),
    }
}

/// Explain why the two results differ.
fn finding(aws: Option<&Observation>, here: &Observation) -> Option<&'static str> {
    let Some(aws) = aws else {
        return Some("run `plexmon-deploy up`: the configuration has changed since the last deployment");
    };
    match (aws.ok, here.ok, aws.cause()) {
        (false, true, Some(Cause::Challenge)) => {
            Some("only AWS is challenged: Cloudflare classifies its addresses as bots")
        }
        (false, true, Some(Cause::Blocked | Cause::RateLimited)) => Some(
            "only AWS is blocked: a rule on addresses, networks, countries or request rates; allow the path",
        ),
        (false, true, Some(Cause::Access)) => {
            Some("only AWS is refused: run `plexmon-deploy up` with the right token in the environment")
        }
        (false, true, Some(Cause::Connect | Cause::Timeout | Cause::Condition)) => Some(
            "only AWS is affected: a firewall, a country block or a bot check; allow the path rather than addresses, \
             which change",
        ),
        (false, true, _) => Some("only AWS is affected"),
        (true, false, _) => {
            Some("only this machine is affected: check its route to the target (hairpin NAT, local DNS, VPN)")
        }
        _ => None,
    }
}

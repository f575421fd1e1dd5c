//! `down`: show what will be deleted, ask, delete it, then read again to prove that nothing is left.

use std::time::Duration;

use futures_util::future::join_all;
use plexmon_function::time;
use serde::Serialize;

use crate::apply::{Applied, StepOutcome};
use crate::cli::Down;
use crate::context::Context;
use crate::cost::{Estimate, MonthlyCost, estimate};
use crate::error::{Error, Exit, Result};
use crate::names::Names;
use crate::names::parameters::{is_secret, state_parameter};
use crate::output::Answer;
use crate::plan::{Action, Intent, Kept, Plan, Step, plan};
use crate::report::Progress;
use crate::resource::{Materials, OnFailure, Resource, ResourceKind, find};
use crate::resources::rules::OtherRules;
use crate::resources::{Decrypt, Function, Parameter};
use crate::retry::{Attempt, SHORT_BUDGET, keep_trying};
use crate::session::{ApplyOptions, Session};
use crate::stack::{Observed, ReadOptions, Stack, observe};
use crate::text::plural;

#[derive(Serialize)]
struct Removal<'a> {
    digest: &'a str,
    steps: &'a [Applied],
    #[serde(skip_serializing_if = "<[Kept]>::is_empty")]
    kept: &'a [Kept],
    /// Whether a second read found nothing of ours.
    proven: bool,
    /// Rules of others that still target a function of ours.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    other_rules: &'a [String],
    /// What is left.
    #[serde(flatten)]
    cost: MonthlyCost<'a>,
}

const REMOVING: ReadOptions = ReadOptions { decrypt: Decrypt::No, adopting: false, removing: true };

/// What was removed. The parameters that a run in flight writes again may be any of those that there were.
struct Removed<'a> {
    names: &'a Names,
    steps: &'a [Step],
}

impl Removed<'_> {
    fn includes<R: Resource>(&self, resource: &R) -> bool {
        let mut of_kind = self.steps.iter().filter(|step| step.kind == R::KIND);
        of_kind.any(|step| step.name == resource.name() && step.region == resource.region())
    }
}

pub async fn run(context: &Context, args: &Down) -> Result<Exit> {
    remove(&context.session().await?, args).await
}

/// Remove the deployment.
pub async fn remove(session: &Session, args: &Down) -> Result<Exit> {
    let output = &session.output;
    let observed = session.observe(REMOVING).await?;
    let plan = plan_of(&observed, args)?;
    let (digest, kept) = (plan.digest(), plan.kept.clone());
    output.note(&session.place(&observed));
    if plan.is_empty() {
        let left = cost_of_the_rest(session, &observed, &[])?;
        let nothing = Removal {
            digest: &digest,
            steps: &[],
            kept: &kept,
            proven: observed.require_all_regions().is_ok(),
            other_rules: &[],
            cost: left.json(),
        };
        output.document(&nothing)?;
        if !kept.is_empty() {
            output.plan(&plan)?;
        }
        observed.require_all_regions()?;
        output.text(format!("nothing to remove: no resources of {} were found", session.names.deployment))?;
        return Ok(Exit::Success);
    }
    output.plan(&plan)?;
    if !args.yes && output.ask("Remove all of this?", Answer::No, &session.interrupt).await? == Answer::No {
        return Err(Error::new("not confirmed: nothing was removed"));
    }
    if plan.steps.iter().any(|step| step.kind == ResourceKind::Secret) {
        output.note("the KMS key `aws/ssm` remains: AWS manages it, and it costs nothing");
    }
    let removed = plan.steps.clone();
    let longest_run = longest_run(&plan, &observed.stack).filter(|_| !args.no_wait);
    let materials = Materials::default();
    let how = ApplyOptions { materials: &materials, on_failure: OnFailure::Continue, force: args.force };
    let (applied, other_rules) =
        tokio::join!(session.apply(plan, &observed, how), other_rules(session, &observed));
    let verdict = session.verdict(&applied);
    let proof = match &verdict {
        Ok(()) => {
            prove(session, args, &Removed { names: &observed.names, steps: &removed }, longest_run).await
        }
        Err(_) => Ok(()),
    };
    let rules: Vec<String> = other_rules.iter().flat_map(|(_, rules)| rules.names()).cloned().collect();
    let left = cost_of_the_rest(session, &observed, &applied)?;
    output.document(&Removal {
        digest: &digest,
        steps: &applied,
        kept: &kept,
        proven: verdict.is_ok() && proof.is_ok() && observed.require_all_regions().is_ok(),
        other_rules: &rules,
        cost: left.json(),
    })?;
    verdict?;
    proof?;
    observed.require_all_regions()?;
    let nothing = if kept.is_empty() { "nothing" } else { "nothing else" };
    output.text(format!(
        "{} deleted; checked again: {nothing} of {} is left",
        plural(applied.len(), "resource"),
        session.names.deployment
    ))?;
    for warning in other_rules.iter().filter_map(|(function, rules)| rules.warning(function)) {
        output.text(warning)?;
    }
    Ok(Exit::Success)
}

/// Estimate what is left costs a month: logs that are kept, or what could not be deleted.
fn cost_of_the_rest(session: &Session, observed: &Observed, applied: &[Applied]) -> Result<Estimate> {
    let is_left = |kind: ResourceKind, name: &str, region: &str| {
        let is_deleted = |done: &Applied| {
            let step = &done.step;
            done.outcome == StepOutcome::Done
                && step.action == Action::Delete
                && (step.kind, step.name.as_str(), step.region.as_str()) == (kind, name, region)
        };
        !applied.iter().any(is_deleted)
    };
    let mut left = observed.stack.clone();
    left.functions.retain(|one| is_left(ResourceKind::Function, &one.name, &one.region));
    left.schedules.retain(|one| is_left(ResourceKind::Schedule, &one.name, &one.region));
    left.log_groups.retain(|one| is_left(ResourceKind::LogGroup, &one.name, &one.region));
    estimate(&session.config, &observed.names, &left, time::now())
}

/// Return for how long a run that began before its function was deleted may continue and write the state, which would
/// create the parameter again.
fn longest_run(plan: &Plan, observed: &Stack) -> Option<Duration> {
    let deletes = |step: &&Step, kind| step.kind == kind && step.action == Action::Delete;
    plan.steps.iter().find(|step| deletes(step, ResourceKind::Parameter))?;
    let functions = plan.steps.iter().filter(|step| deletes(step, ResourceKind::Function));
    let functions = functions.filter_map(|step| find(&observed.functions, &step.name, &step.region));
    functions.map(|function| Duration::from_secs(function.timeout_s.unsigned_abs().into())).max()
}

/// Find rules of others that still target a function of ours, by the function's name. `down` does not fail if they
/// cannot be read.
async fn other_rules(session: &Session, observed: &Observed) -> Vec<(String, OtherRules)> {
    let ours = |function: &&Function| function.owner() == Some(session.names.deployment.as_str());
    let functions = observed.stack.functions.iter().filter(ours);
    let read = functions.map(async |function| {
        let arn = observed.account.in_region(&function.region).function(&function.name);
        let aws = session.aws.in_region(&function.region);
        (function.name.clone(), OtherRules::read(&aws, &arn, &observed.names.rules()).await)
    });
    let mut all = join_all(read).await;
    all.retain(|(_, rules)| matches!(rules, OtherRules::Known(_)));
    all
}

/// Plan the removal of everything except what the user wants to keep.
fn plan_of(observed: &Observed, args: &Down) -> Result<Plan> {
    let names = &observed.names;
    let mut left = observed.stack.clone();
    let mut kept = Vec::new();
    if args.keep_state {
        // Also keep those under a previous name if they are ours, but never secrets.
        let is_current = |parameter: &Parameter| state_parameter(&parameter.name) == names.state_parameter;
        let is_ours = |parameter: &Parameter| parameter.owner() == Some(names.deployment.as_str());
        let is_kept = |parameter: &mut Parameter| {
            !is_secret(parameter.name()) && (is_current(parameter) || is_ours(parameter))
        };
        let state = left.parameters.extract_if(.., is_kept);
        kept.extend(state.map(|parameter| Kept::new(&parameter, "--keep-state".to_owned())));
    }
    if args.keep_logs {
        let groups = left.log_groups.drain(..);
        kept.extend(groups.map(|group| Kept::new(&group, "--keep-logs".to_owned())));
    }
    let (account, unchecked) = (&observed.account, &observed.unchecked());
    let mut plan = plan(&Stack::nothing(), &left, Intent { names, account, adopt: false, unchecked })?;
    plan.kept.extend(kept);
    Ok(plan)
}

/// Read until AWS has none of our resources left, and delete those that were created in the meantime.
async fn prove(
    session: &Session,
    args: &Down,
    removed: &Removed<'_>,
    longest_run: Option<Duration>,
) -> Result<()> {
    // A step after all those of the plan.
    let progress = Progress::new(session.output.reporter.clone(), usize::MAX, session.interrupt.clone());
    if let Some(longest) = longest_run {
        let title = format!("wait up to {} s for a run in flight to end", longest.as_secs());
        progress.stage(&title, progress.pause(longest)).await?;
    }
    let checking =
        keep_trying(&progress, SHORT_BUDGET, async || match remainder(session, args, removed).await {
            Ok(None) => Attempt::Done(()),
            Ok(Some(left)) => {
                Attempt::NotYet { waiting_for: "AWS to show the removal", refusal: Error::new(left) }
            }
            Err(error) => Attempt::Failed(error.context("everything was deleted, but checking again failed")),
        });
    progress.stage("check again", checking).await
}

async fn remainder(session: &Session, args: &Down, removed: &Removed<'_>) -> Result<Option<String>> {
    let reading = observe(&session.aws, removed.names, REMOVING);
    let mut observed = session.unless_interrupted(reading).await?;
    // What was created again by a late log line, or by a run in flight, has no tag.
    for group in &mut observed.stack.log_groups {
        if removed.includes(group) {
            group.owner.get_or_insert_with(|| session.names.deployment.clone());
        }
    }
    for parameter in &mut observed.stack.parameters {
        if removed.includes(parameter) {
            parameter.owner.get_or_insert_with(|| session.names.deployment.clone());
        }
    }
    let plan = plan_of(&observed, args)?;
    if plan.is_empty() {
        return Ok(None);
    }
    let left =
        plan.steps.iter().map(|step| format!("{} `{}`", step.kind, step.name)).collect::<Vec<_>>().join(", ");
    let how =
        ApplyOptions { materials: &Materials::default(), on_failure: OnFailure::Continue, force: false };
    let applied = session.apply(plan, &observed, how).await;
    session.verdict(&applied)?;
    Ok(Some(format!("still exists: {left}")))
}

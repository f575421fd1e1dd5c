//! `down`: show what goes, ask, remove it, then look again to prove that nothing is left.

use std::time::Duration;

use serde::Serialize;

use super::{plural, remarks};
use crate::apply::{Applied, Materials, OnFailure};
use crate::error::{Error, Exit, Result};
use crate::names::is_secret;
use crate::plan::{Kept, Plan};
use crate::report::Progress;
use crate::resource::{Kind, Resource as _};
use crate::resources::rules::OtherRules;
use crate::resources::{Function, Parameter};
use crate::retry::{Attempt, SHORT_BUDGET, keep_trying};
use crate::session::Session;
use crate::stack::{Look, Observed, Stack};

/// What the user wants to keep.
#[derive(Debug, Clone, Copy, Default)]
pub struct Keep {
    pub state: bool,
    pub logs: bool,
}

/// Whether the function may be running when it is removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Runs {
    /// What it writes at its end has to be removed, too.
    MayBeInFlight,
    /// The caller knows that all have ended, or does not mind what is left.
    Ignored,
}

/// What `down` was asked for.
#[derive(Debug, Clone, Copy)]
pub struct Removal {
    pub keep: Keep,
    pub yes: bool,
    pub force: bool,
    pub runs: Runs,
}

#[derive(Serialize)]
struct Document<'a> {
    steps: &'a [Applied],
    #[serde(skip_serializing_if = "<[Kept]>::is_empty")]
    kept: &'a [Kept],
    /// Whether a second look found nothing of ours.
    proven: bool,
    /// Rules of others that still name the function.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    other_rules: &'a [String],
}

pub async fn down(session: &Session, removal: Removal) -> Result<Exit> {
    let Removal { keep, yes, force, runs } = removal;
    let output = &session.output;
    let observed = session.observe(Look::default()).await?;
    let plan = plan_of(session, &observed.stack, keep)?;
    let kept = plan.kept.clone();
    output.note(&session.place(&observed));
    if plan.is_empty() {
        output.document(&Document { steps: &[], kept: &kept, proven: true, other_rules: &[] })?;
        remarks(output, &plan)?;
        output.text(format!(
            "nothing to remove: there is nothing of ours under the name {}",
            session.names.deployment
        ))?;
        return Ok(Exit::Success);
    }
    output.text(&plan)?;
    if !yes && !output.ask("Remove all of this?", false, &session.interrupt).await? {
        return Err(Error::new("the answer was no: nothing was removed"));
    }
    if plan.steps.iter().any(|step| step.kind == Kind::Secret) {
        output.note("the KMS key `aws/ssm` stays: it is AWS's own, costs nothing and cannot be deleted");
    }
    let removed: Vec<Kind> = plan.steps.iter().map(|step| step.kind).collect();
    let longest_run = longest_run(&plan, &observed.stack).filter(|_| runs == Runs::MayBeInFlight);
    let materials = Materials::default();
    let (applied, other_rules) = tokio::join!(
        session.apply(plan, &observed, &materials, OnFailure::GoOn, force),
        other_rules(session, &observed),
    );
    let verdict = session.verdict(&applied);
    let proof = match &verdict {
        Ok(()) => prove(session, keep, &removed, longest_run).await,
        Err(_) => Ok(()),
    };
    output.document(&Document {
        steps: &applied,
        kept: &kept,
        proven: verdict.is_ok() && proof.is_ok(),
        other_rules: other_rules.names(),
    })?;
    verdict?;
    proof?;
    let nothing = if kept.is_empty() { "nothing" } else { "nothing else" };
    output.text(format!(
        "{} removed; looked again: {nothing} of {} is left",
        plural(applied.len(), "thing"),
        session.names.deployment
    ))?;
    if let Some(warning) = other_rules.warning(session.names.function()) {
        output.text(warning)?;
    }
    Ok(Exit::Success)
}

/// How long a run that has begun before the function was removed may go on and write the state, which would bring the
/// parameter back.
fn longest_run(plan: &Plan, observed: &Stack) -> Option<Duration> {
    let removes = |kind: Kind| plan.steps.iter().any(|step| step.kind == kind);
    let function = observed.function.as_ref()?;
    let timeout_s = function.timeout_s.unsigned_abs().into();
    (removes(Kind::Function) && removes(Kind::Parameter)).then(|| Duration::from_secs(timeout_s))
}

/// Rules of others that go on naming the function. Not knowing them is no reason to fail.
async fn other_rules(session: &Session, observed: &Observed) -> OtherRules {
    let ours = |function: &Function| function.owner() == Some(session.names.deployment.as_str());
    if !observed.stack.function.as_ref().is_some_and(ours) {
        return OtherRules::default();
    }
    match OtherRules::read(&session.aws, &observed.names, &observed.account).await {
        OtherRules::Unknown(_) => OtherRules::default(),
        known => known,
    }
}

/// The plan for nothing, less what the user keeps.
fn plan_of(session: &Session, observed: &Stack, keep: Keep) -> Result<Plan> {
    let mut observed = observed.clone();
    let mut kept = Vec::new();
    let mut keep_it = |kind, name: Option<String>, option: &str| {
        if let Some(name) = name {
            kept.push(Kept { kind, name, why: option.to_owned() });
        }
    };
    if keep.state {
        let state = observed.state.take();
        let parts = std::mem::take(&mut observed.state_parts);
        // Those of an earlier configuration, too; but of secrets, none.
        let ours = |parameter: &Parameter| parameter.owner() == Some(&session.names.deployment);
        let is_state = |parameter: &mut Parameter| ours(parameter) && !is_secret(parameter.name());
        let old = observed.old_parameters.extract_if(.., is_state);
        for state in state.into_iter().chain(parts).chain(old) {
            keep_it(Kind::Parameter, Some(state.name().to_owned()), "--keep-state");
        }
    }
    if keep.logs {
        let log_group = observed.log_group.take();
        keep_it(Kind::LogGroup, log_group.map(|group| group.name().to_owned()), "--keep-logs");
    }
    let mut plan = session.plan(&Stack::nothing(), &observed, false)?;
    plan.kept.extend(kept);
    Ok(plan)
}

/// Looks until AWS shows nothing of ours any more; what came back meanwhile is removed again.
async fn prove(session: &Session, keep: Keep, removed: &[Kind], longest_run: Option<Duration>) -> Result<()> {
    // A step of its own, after all those of the plan.
    let progress = Progress::new(session.output.reporter.clone(), usize::MAX, session.interrupt.clone());
    if let Some(longest) = longest_run {
        let title = format!("wait for a run in flight to end, at most {} s", longest.as_secs());
        progress.stage(&title, progress.pause(longest)).await?;
    }
    let looking =
        keep_trying(&progress, SHORT_BUDGET, async || match remainder(session, keep, removed).await {
            Ok(None) => Attempt::Done(()),
            Ok(Some(left)) => {
                Attempt::NotYet { waiting_for: "AWS to show the removal", refusal: Error::new(left) }
            }
            Err(error) => Attempt::Failed(error.context("everything was removed, but looking again failed")),
        });
    progress.stage("look again", looking).await
}

async fn remainder(session: &Session, keep: Keep, removed: &[Kind]) -> Result<Option<String>> {
    let mut observed = session.observe(Look::default()).await?;
    // A log group that is back was made by a late log line, without our tag, after we removed ours.
    if let Some(group) = observed.stack.log_group.as_mut().filter(|_| removed.contains(&Kind::LogGroup)) {
        group.owner.get_or_insert(session.names.deployment.clone());
    }
    let plan = plan_of(session, &observed.stack, keep)?;
    if plan.is_empty() {
        return Ok(None);
    }
    let left =
        plan.steps.iter().map(|step| format!("{} `{}`", step.kind, step.name)).collect::<Vec<_>>().join(", ");
    let applied = session.apply(plan, &observed, &Materials::default(), OnFailure::GoOn, false).await;
    session.verdict(&applied)?;
    Ok(Some(format!("still there: {left}")))
}

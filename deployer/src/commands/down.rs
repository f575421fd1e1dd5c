//! `down`: show what will be deleted, ask, delete it, then read again to prove that nothing is left.

use std::time::Duration;

use serde::Serialize;

use crate::apply::{Applied, Materials, OnFailure};
use crate::cli::Down;
use crate::context::Context;
use crate::error::{Error, Exit, Result};
use crate::names::is_secret;
use crate::output::Answer;
use crate::plan::{Kept, Plan};
use crate::report::Progress;
use crate::resource::{Kind, Resource as _};
use crate::resources::rules::OtherRules;
use crate::resources::{Function, Parameter};
use crate::retry::{Attempt, SHORT_BUDGET, keep_trying};
use crate::session::Session;
use crate::stack::{Look, Observed, Stack};
use crate::text::plural;

#[derive(Serialize)]
struct Removal<'a> {
    steps: &'a [Applied],
    #[serde(skip_serializing_if = "<[Kept]>::is_empty")]
    kept: &'a [Kept],
    /// Whether a second read found nothing of ours.
    proven: bool,
    /// Rules of others that still target the function.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    other_rules: &'a [String],
}

pub async fn run(context: &Context, args: &Down) -> Result<Exit> {
    remove(&context.session().await?, args).await
}

/// Remove the deployment.
pub async fn remove(session: &Session, args: &Down) -> Result<Exit> {
    let output = &session.output;
    let observed = session.observe(Look::default()).await?;
    let plan = plan_of(session, &observed.stack, args)?;
    let kept = plan.kept.clone();
    output.note(&session.place(&observed));
    if plan.is_empty() {
        output.document(&Removal { steps: &[], kept: &kept, proven: true, other_rules: &[] })?;
        if !kept.is_empty() {
            output.text(plan.text(output.page().paint))?;
        }
        output.text(format!("nothing to remove: no resources of {} were found", session.names.deployment))?;
        return Ok(Exit::Success);
    }
    output.text(plan.text(output.page().paint))?;
    if !args.yes && output.ask("Remove all of this?", Answer::No, &session.interrupt).await? == Answer::No {
        return Err(Error::new("not confirmed: nothing was removed"));
    }
    if plan.steps.iter().any(|step| step.kind == Kind::Secret) {
        output.note("the KMS key `aws/ssm` remains: AWS manages it, and it costs nothing");
    }
    let removed: Vec<Kind> = plan.steps.iter().map(|step| step.kind).collect();
    let longest_run = longest_run(&plan, &observed.stack).filter(|_| !args.no_wait);
    let materials = Materials::default();
    let (applied, other_rules) = tokio::join!(
        session.apply(plan, &observed, &materials, OnFailure::GoOn, args.force),
        other_rules(session, &observed),
    );
    let verdict = session.verdict(&applied);
    let proof = match &verdict {
        Ok(()) => prove(session, args, &removed, longest_run).await,
        Err(_) => Ok(()),
    };
    output.document(&Removal {
        steps: &applied,
        kept: &kept,
        proven: verdict.is_ok() && proof.is_ok(),
        other_rules: other_rules.names(),
    })?;
    verdict?;
    proof?;
    let nothing = if kept.is_empty() { "nothing" } else { "nothing else" };
    output.text(format!(
        "{} deleted; checked again: {nothing} of {} is left",
        plural(applied.len(), "resource"),
        session.names.deployment
    ))?;
    if let Some(warning) = other_rules.warning(session.names.function()) {
        output.text(warning)?;
    }
    Ok(Exit::Success)
}

/// Return for how long a run that began before the function was deleted may continue and write its state, which would
/// create the parameter again.
fn longest_run(plan: &Plan, observed: &Stack) -> Option<Duration> {
    let removes = |kind: Kind| plan.steps.iter().any(|step| step.kind == kind);
    let function = observed.function.as_ref()?;
    let timeout_s = function.timeout_s.unsigned_abs().into();
    (removes(Kind::Function) && removes(Kind::Parameter)).then(|| Duration::from_secs(timeout_s))
}

/// Find rules of others that still target the function. If they cannot be read, `down` does not fail.
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

/// Plan the removal of everything except what the user wants to keep.
fn plan_of(session: &Session, observed: &Stack, args: &Down) -> Result<Plan> {
    let mut observed = observed.clone();
    let mut kept = Vec::new();
    let mut keep_it = |kind, name: Option<String>, option: &str| {
        if let Some(name) = name {
            kept.push(Kept { kind, name, why: option.to_owned() });
        }
    };
    if args.keep_state {
        let state = observed.state.take();
        let parts = std::mem::take(&mut observed.state_parts);
        // Also those of an earlier configuration, but no secrets.
        let ours = |parameter: &Parameter| parameter.owner() == Some(&session.names.deployment);
        let is_state = |parameter: &mut Parameter| ours(parameter) && !is_secret(parameter.name());
        let old = observed.old_parameters.extract_if(.., is_state);
        for state in state.into_iter().chain(parts).chain(old) {
            keep_it(Kind::Parameter, Some(state.name().to_owned()), "--keep-state");
        }
    }
    if args.keep_logs {
        let log_group = observed.log_group.take();
        keep_it(Kind::LogGroup, log_group.map(|group| group.name().to_owned()), "--keep-logs");
    }
    let mut plan = session.plan(&Stack::nothing(), &observed, false)?;
    plan.kept.extend(kept);
    Ok(plan)
}

/// Read until AWS shows nothing of ours. Delete again what was created in the meantime.
async fn prove(
    session: &Session,
    args: &Down,
    removed: &[Kind],
    longest_run: Option<Duration>,
) -> Result<()> {
    // A step after all those of the plan.
    let progress = Progress::new(session.output.reporter.clone(), usize::MAX, session.interrupt.clone());
    if let Some(longest) = longest_run {
        let title = format!("wait up to {} s for a run in flight to end", longest.as_secs());
        progress.stage(&title, progress.pause(longest)).await?;
    }
    let looking =
        keep_trying(&progress, SHORT_BUDGET, async || match remainder(session, args, removed).await {
            Ok(None) => Attempt::Done(()),
            Ok(Some(left)) => {
                Attempt::NotYet { waiting_for: "AWS to show the removal", refusal: Error::new(left) }
            }
            Err(error) => Attempt::Failed(error.context("everything was deleted, but checking again failed")),
        });
    progress.stage("check again", looking).await
}

async fn remainder(session: &Session, args: &Down, removed: &[Kind]) -> Result<Option<String>> {
    let mut observed = session.observe(Look::default()).await?;
    // A log group that exists again was created by a late log line, without our tag, after ours was deleted.
    if let Some(group) = observed.stack.log_group.as_mut().filter(|_| removed.contains(&Kind::LogGroup)) {
        group.owner.get_or_insert(session.names.deployment.clone());
    }
    let plan = plan_of(session, &observed.stack, args)?;
    if plan.is_empty() {
        return Ok(None);
    }
    let left =
        plan.steps.iter().map(|step| format!("{} `{}`", step.kind, step.name)).collect::<Vec<_>>().join(", ");
    let applied = session.apply(plan, &observed, &Materials::default(), OnFailure::GoOn, false).await;
    session.verdict(&applied)?;
    Ok(Some(format!("still existing: {left}")))
}

//! `down`: show what goes, ask, remove it, then look again to prove that nothing is left.

use serde::Serialize;

use super::{plural, remarks};
use crate::apply::{Applied, Materials, OnFailure};
use crate::error::{Error, Exit, Result};
use crate::names::is_secret;
use crate::plan::{Kept, Plan};
use crate::report::Progress;
use crate::resource::{Kind, Resource as _};
use crate::resources::Parameter;
use crate::retry::{Attempt, SHORT_BUDGET, keep_trying};
use crate::session::Session;
use crate::stack::{Look, Observed, Stack, observe};

/// What the user wants to keep.
#[derive(Debug, Clone, Copy, Default)]
pub struct Keep {
    pub state: bool,
    pub logs: bool,
}

#[derive(Serialize)]
struct Document<'a> {
    steps: &'a [Applied],
    #[serde(skip_serializing_if = "<[Kept]>::is_empty")]
    kept: &'a [Kept],
    /// Whether a second look found nothing of ours.
    proven: bool,
}

pub async fn down(session: &Session, keep: Keep, yes: bool, force: bool) -> Result<Exit> {
    let output = &session.output;
    let observed = session.patiently(look(session)).await?;
    let plan = removal(session, &observed.stack, keep)?;
    let kept = plan.kept.clone();
    output.note(&session.place(&observed));
    if plan.is_empty() {
        output.document(&Document { steps: &[], kept: &kept, proven: true })?;
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
    let removed: Vec<Kind> = plan.steps.iter().map(|step| step.kind).collect();
    let applied = session.apply(plan, &observed, &Materials::default(), OnFailure::GoOn, force).await;
    let verdict = session.verdict(&applied);
    let proof = if verdict.is_ok() { prove(session, keep, &removed).await } else { Ok(()) };
    output.document(&Document { steps: &applied, kept: &kept, proven: verdict.is_ok() && proof.is_ok() })?;
    verdict?;
    proof?;
    let nothing = if kept.is_empty() { "nothing" } else { "nothing else" };
    output.text(format!(
        "{} removed; looked again: {nothing} of {} is left",
        plural(applied.len(), "thing"),
        session.names.deployment
    ))?;
    Ok(Exit::Success)
}

async fn look(session: &Session) -> Result<Observed> {
    observe(&session.aws, &session.names, Look::default()).await
}

/// The plan for nothing, less what the user keeps.
fn removal(session: &Session, observed: &Stack, keep: Keep) -> Result<Plan> {
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
async fn prove(session: &Session, keep: Keep, removed: &[Kind]) -> Result<()> {
    // A step of its own, after all those of the plan.
    let progress = Progress::new(session.output.reporter.clone(), usize::MAX, session.interrupt.clone());
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
    let mut observed = session.patiently(look(session)).await?;
    // A log group that is back was made by a late log line, without our tag, after we removed ours.
    if let Some(group) = observed.stack.log_group.as_mut().filter(|_| removed.contains(&Kind::LogGroup)) {
        group.owner.get_or_insert(session.names.deployment.clone());
    }
    let plan = removal(session, &observed.stack, keep)?;
    if plan.is_empty() {
        return Ok(None);
    }
    let left =
        plan.steps.iter().map(|step| format!("{} `{}`", step.kind, step.name)).collect::<Vec<_>>().join(", ");
    let applied = session.apply(plan, &observed, &Materials::default(), OnFailure::GoOn, false).await;
    session.verdict(&applied)?;
    Ok(Some(format!("still there: {left}")))
}

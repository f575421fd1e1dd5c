//! `up`: show the plan, ask, apply, run the function once and show what it saw.

use serde::Serialize;

use super::invoke::{self, New};
use super::{remarks, verdict};
use crate::apply::{Applied, Materials, OnFailure};
use crate::artifact::package;
use crate::config::Found;
use crate::error::{Error, Result};
use crate::plan::{Action, Plan};
use crate::report::Progress;
use crate::resource::Kind;
use crate::session::{Session, View};
use crate::stack::Decrypt;

#[derive(Serialize)]
struct Document<'a> {
    steps: &'a [Applied],
    #[serde(skip_serializing_if = "Option::is_none")]
    reply: Option<&'a plexmon_function::contract::reply::Reply>,
}

/// Brings the deployment up; whether there was anything to do comes back.
pub async fn up(session: &Session, adopt: bool, yes: bool) -> Result<bool> {
    let view = session.look(Decrypt::Yes, adopt).await?;
    let plan = session.plan(&view.desired, &view.observed.stack, adopt)?;
    let output = &session.output;
    output.note(&session.place(&view.observed));
    session.warn(&view);
    if plan.is_empty() {
        output.document(&Document { steps: &[], reply: None })?;
        remarks(output, &plan)?;
        output.text("nothing to do: AWS has what the configuration wants")?;
        return Ok(false);
    }
    output.text(&plan)?;
    if let Found::Missing(variables) = &view.secrets {
        output.note(&format!("{} not set: the secrets in AWS stay as they are", variables.join(" and ")));
    }
    if !view.handed_over.is_empty() {
        let variables = view.handed_over.join(" and ");
        output.note(&format!("{variables}: taken from the environment of the function that is taken over"));
    }
    if session.config.channels.is_empty() {
        output.warning("there is no [notify.*] in the configuration: nobody will be told of an outage");
    }
    if !yes && !output.ask("Go ahead?", true, &session.interrupt).await? {
        return Err(Error::new("the answer was no: nothing was changed"));
    }
    let materials = materials(session, &view, &plan).await?;
    // Rights so new that AWS may not know them everywhere yet; secrets so new that they have told nobody anything.
    let new = New {
        role: changes(&plan, Kind::Role),
        secrets: changes(&plan, Kind::Secret),
        function: creates(&plan, Kind::Function),
    };
    let applied = session.apply(plan, &view.observed, &materials, OnFailure::Stop, false).await;
    let verdict = session.verdict(&applied);
    if verdict.is_err() {
        output.document(&Document { steps: &applied, reply: None })?;
        verdict?;
    }
    let progress = Progress::new(output.reporter.clone(), applied.len(), session.interrupt.clone());
    let first_run = invoke::first_run(session, &progress, new);
    let reply = progress.stage("run the function once", first_run).await;
    output.document(&Document { steps: &applied, reply: reply.as_ref().ok() })?;
    let reply = reply.map_err(|error| error.context("everything is deployed, but the first run failed"))?;
    output.text(verdict::text(&reply))?;
    verdict::channels(&reply)?;
    Ok(true)
}

/// Code is built before the first write: what does not build must not leave half a deployment behind.
async fn materials(session: &Session, view: &View, plan: &Plan) -> Result<Materials> {
    let secrets = match &view.secrets {
        Found::All(secrets) => Some(secrets.clone()),
        Found::NoneConfigured | Found::Missing(_) => None,
    };
    let zip = if plan.needs_code() {
        let settings = view.config.settings(&view.observed.names.secrets_parameter());
        let say = |text: &str| session.output.reporter.report(crate::report::Event::Building(text));
        let package = package(&session.origin, &settings, session.config.function.architecture, &say);
        let zip = session.patiently(package).await;
        session.output.reporter.report(crate::report::Event::Built);
        Some(zip?)
    } else {
        None
    };
    Ok(Materials { zip, secrets })
}

fn changes(plan: &Plan, kind: Kind) -> bool {
    plan.steps.iter().any(|step| step.kind == kind && step.action != Action::Delete)
}

fn creates(plan: &Plan, kind: Kind) -> bool {
    plan.steps.iter().any(|step| step.kind == kind && step.action == Action::Create)
}

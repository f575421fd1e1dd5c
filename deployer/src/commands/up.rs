//! `up`: show the plan, ask, apply it, run the function once and show its results.

mod expect;

use plexmon_function::contract::reply::Reply;
use serde::Serialize;

use super::package::Packing;
use super::plan::NOTHING_TO_DO;
use crate::account_plan::AccountPlan;
use crate::apply::Applied;
use crate::cli::Up;
use crate::config::{HistoryRoom, SecretLookup};
use crate::context::Context;
use crate::cost::MonthlyCost;
use crate::error::{Error, Exit, Result};
use crate::invocation::{NewResources, first_run};
use crate::output::Answer;
use crate::page_address::PageAddress;
use crate::plan::{Action, Expected, Plan, Step};
use crate::publication::Publication;
use crate::report::Progress;
use crate::resource::{Materials, OnFailure, ResourceKind};
use crate::resources::Decrypt;
use crate::session::{ApplyOptions, Session, View};
use crate::stack::ReadOptions;
use crate::text::{publication_question, verdict};

#[derive(Serialize)]
struct Deployment<'a> {
    digest: &'a str,
    steps: &'a [Applied],
    #[serde(skip_serializing_if = "Option::is_none")]
    reply: Option<&'a Reply>,
    #[serde(flatten)]
    cost: MonthlyCost<'a>,
    history: HistoryRoom,
    /// What becomes public.
    #[serde(skip_serializing_if = "Option::is_none")]
    publication: Option<&'a Publication>,
    /// `null` if AWS does not say.
    account_plan: Option<&'a AccountPlan>,
}

/// Whether there was anything to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    Changed,
    Unchanged,
}

pub async fn run(context: &Context, args: &Up) -> Result<Exit> {
    // Before anything else: with a typing error in it, nothing is worth reading.
    let expected = args.expect.as_deref().map(expect::read).transpose()?;
    let session = context.session_with_code(&args.source).await?;
    deploy(&session, args, expected.as_ref()).await.map(|_| Exit::Success)
}

/// Bring the deployment in line with the configuration. An expected plan is applied without a question, and no other
/// one is.
pub async fn deploy(session: &Session, args: &Up, expected: Option<&Expected>) -> Result<Effect> {
    let view =
        session.view(ReadOptions { decrypt: Decrypt::Yes, adopting: args.adopt, removing: false }).await?;
    let plan = view.plan(args.adopt)?;
    let estimate = view.cost()?;
    let cost = estimate.json();
    let history = HistoryRoom::of(&view.config);
    let publication = view.new_publication();
    let output = &session.output;
    output.note(&session.place(&view.observed));
    session.warn(&view);
    let digest = plan.digest();
    let document = |steps: &[Applied], reply: Option<&Reply>| {
        let account_plan = view.account_plan.as_ref();
        output.document(&Deployment {
            digest: &digest,
            steps,
            reply,
            cost,
            history,
            publication: publication.as_ref(),
            account_plan,
        })
    };
    if let Some(expected) = expected.filter(|expected| !expected.is(&plan)) {
        let steps: Vec<Applied> = plan.steps.iter().cloned().map(Applied::not_run).collect();
        document(&steps, None)?;
        if plan.is_empty() {
            output.text(NOTHING_TO_DO)?;
        } else {
            output.plan(&plan)?;
        }
        return Err(expect::refusal(expected, &plan));
    }
    if plan.is_empty() {
        document(&[], None)?;
        if !plan.kept.is_empty() {
            output.plan(&plan)?;
        }
        output.text(NOTHING_TO_DO)?;
        output.cost(&estimate)?;
        output.history_room(&history)?;
        return Ok(Effect::Unchanged);
    }
    output.plan(&plan)?;
    output.cost(&estimate)?;
    output.history_room(&history)?;
    output.publication(publication.as_ref())?;
    note_secrets(session, &view);
    if !(args.yes || expected.is_some()) {
        confirm(session, publication.as_ref()).await?;
    }
    let materials = materials(session, &view, &plan).await?;
    let new = new(&plan, session);
    let how = ApplyOptions { materials: &materials, on_failure: OnFailure::Stop, force: false };
    let applied = session.apply(plan, &view.observed, how).await;
    let verdict = session.verdict(&applied);
    if verdict.is_err() {
        document(&applied, None)?;
        verdict?;
    }
    let progress = Progress::new(output.reporter.clone(), applied.len(), session.interrupt.clone());
    let reply = progress.stage("run the function once", first_run(session, &progress, new)).await;
    document(&applied, reply.as_ref().ok())?;
    let reply = reply.map_err(|error| error.context("everything is deployed, but the first run failed"))?;
    output.text(verdict::text(&reply, output.page()))?;
    print_address(session, &view).await?;
    verdict::require_delivery(&reply)?;
    Ok(Effect::Changed)
}

/// Ask whether to apply the plan.
async fn confirm(session: &Session, publication: Option<&Publication>) -> Result<()> {
    let question = publication.map_or_else(|| "Apply this plan?".to_owned(), publication_question);
    match session.output.ask(&question, Answer::Yes, &session.interrupt).await? {
        Answer::Yes => Ok(()),
        Answer::No => Err(Error::new("not confirmed: nothing was changed")),
    }
}

/// Report where the secrets come from, and warn if no channel is configured.
fn note_secrets(session: &Session, view: &View) {
    let output = &session.output;
    if let SecretLookup::Missing(variables) = &view.secrets {
        output.note(&format!("{} not set: the secrets in AWS are kept", variables.join(" and ")));
    }
    if !view.handed_over.is_empty() {
        let variables = view.handed_over.join(" and ");
        output.note(&format!("{variables}: taken from the environment of the existing function"));
    }
    if session.config.channels.is_empty() {
        output.warning("the configuration has no [notify.*] channel: no notifications will be sent");
    }
}

/// Print where the page is. Its secret path has no place in a log.
async fn print_address(session: &Session, view: &View) -> Result<()> {
    let output = &session.output;
    let page = view.identified_settings.page.as_ref();
    let digest = page.and_then(|page| page.secret_sha256.as_deref());
    match PageAddress::read(session, &view.observed.names, digest).await {
        Ok(None) => Ok(()),
        Ok(Some(address)) if address.has_secret_path() => {
            output.text("status page (`plexmon-deploy page` prints the full address):")?;
            output.verbatim(address.root)
        }
        Ok(Some(address)) => {
            output.text("status page:")?;
            output.verbatim(address.root)
        }
        // Everything is deployed.
        Err(error) => {
            output.warning(&format!("could not read the address of the status page: {}", error.message()));
            Ok(())
        }
    }
}

/// Build the code before the first write: a failed build must not leave half a deployment behind.
async fn materials(session: &Session, view: &View, plan: &Plan) -> Result<Materials> {
    let secrets = match &view.secrets {
        SecretLookup::All(secrets) => Some(secrets.clone()),
        SecretLookup::NoneConfigured | SecretLookup::Missing(_) => None,
    };
    let zip = if plan.needs_code() {
        let packing = Packing {
            origin: &session.origin,
            architecture: session.config.function.architecture,
            output: &session.output,
            interrupt: &session.interrupt,
        };
        Some(packing.zip(&view.settings()).await?)
    } else {
        None
    };
    Ok(Materials { zip, secrets })
}

/// Return the resources that the plan creates or changes, and that AWS may not know everywhere yet.
fn new(plan: &Plan, session: &Session) -> NewResources {
    let changes = |kind| plan.steps.iter().any(|step| step.kind == kind && step.action != Action::Delete);
    let monitor = &session.names.monitor;
    let is_monitor = |step: &Step| {
        step.kind == ResourceKind::Function
            && (&step.name, &step.region) == (&monitor.function, &monitor.region)
    };
    NewResources {
        role: changes(ResourceKind::Role),
        secrets: changes(ResourceKind::Secret),
        function: plan.steps.iter().any(|step| is_monitor(step) && step.action == Action::Create),
    }
}

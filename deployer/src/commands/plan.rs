//! `plan`: show what `up` would do, and what it costs.

use serde::Serialize;

use crate::account_plan::AccountPlan;
use crate::cli::{Format, PlanArgs};
use crate::config::HistoryRoom;
use crate::context::Context;
use crate::cost::{Estimate, MonthlyCost};
use crate::error::{Exit, Result};
use crate::output::Output;
use crate::plan::{Plan, Remarks};
use crate::publication::Publication;
use crate::resources::Decrypt;
use crate::stack::ReadOptions;
use crate::text::{history_room, publication_line};

/// The result of `plan` and `up` if there are no steps.
pub(super) const NOTHING_TO_DO: &str = "nothing to do: AWS matches the configuration";

/// The document of `--json`.
#[derive(Serialize)]
struct Document<'a> {
    #[serde(flatten)]
    plan: &'a Plan,
    #[serde(flatten)]
    cost: MonthlyCost<'a>,
    history: HistoryRoom,
    /// What becomes public.
    #[serde(skip_serializing_if = "Option::is_none")]
    publication: Option<&'a Publication>,
    /// `null` if AWS does not say.
    account_plan: Option<&'a AccountPlan>,
}

pub async fn run(context: &Context, args: &PlanArgs) -> Result<Exit> {
    let session = context.session_with_code(&args.source).await?;
    let output = &session.output;
    let view = session
        .view(ReadOptions { decrypt: Decrypt::IfAllowed, adopting: args.adopt, removing: false })
        .await?;
    let plan = view.plan(args.adopt)?;
    let cost = view.cost()?;
    let history = HistoryRoom::of(&view.config);
    let publication = view.new_publication();
    output.note(&session.place(&view.observed));
    session.warn(&view);
    output.document(&Document {
        plan: &plan,
        cost: cost.json(),
        history,
        publication: publication.as_ref(),
        account_plan: view.account_plan.as_ref(),
    })?;
    match args.format {
        Format::Text => {
            print(output, &plan, &cost)?;
            output.history_room(&history)?;
            output.publication(publication.as_ref())?;
        }
        Format::Markdown => {
            let cost: Vec<String> = std::iter::once(cost.to_string()).chain(history_room(&history)).collect();
            let new = publication.as_ref().map(publication_line);
            let warnings: Vec<String> = new.into_iter().chain(session.public_warnings(&view)).collect();
            let remarks = Remarks { warnings: &warnings, cost: &cost.join("\n") };
            output.verbatim(plan.markdown(&remarks).trim_end())?;
        }
    }
    Ok(if args.exit_code && !plan.is_empty() { Exit::Changes } else { Exit::Success })
}

fn print(output: &Output, plan: &Plan, cost: &Estimate) -> Result<()> {
    if !plan.is_empty() || !plan.kept.is_empty() {
        output.plan_with_details(plan)?;
    }
    if plan.is_empty() {
        output.text(NOTHING_TO_DO)?;
    }
    output.cost_with_details(cost)
}

//! `plan`: `up`, stopped after "show".

use super::remarks;
use crate::cli::PlanArgs;
use crate::error::{Exit, Result};
use crate::session::Session;
use crate::stack::Decrypt;

pub async fn plan(session: &Session, args: &PlanArgs) -> Result<Exit> {
    let view = session.look(Decrypt::IfAllowed, args.adopt).await?;
    let plan = session.plan(&view.desired, &view.observed.stack, args.adopt)?;
    session.output.note(&session.place(&view.observed));
    session.warn(&view);
    session.output.document(&plan)?;
    if plan.is_empty() {
        remarks(&session.output, &plan)?;
        session.output.text("nothing to do: AWS has what the configuration wants")?;
    } else {
        session.output.text(&plan)?;
    }
    Ok(if args.exit_code && !plan.is_empty() { Exit::Changes } else { Exit::Success })
}

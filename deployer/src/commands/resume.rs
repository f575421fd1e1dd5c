//! `resume`: end a pause now.

use super::pause::request_resume;
use crate::cli::NoOptions;
use crate::context::Context;
use crate::error::{Exit, Result};
use crate::text::verdict;

pub async fn run(context: &Context, _: &NoOptions) -> Result<Exit> {
    let session = context.session().await?;
    let answer = request_resume(&session).await?;
    let output = &session.output;
    output.text(if answer.confirmed {
        "resumed: notifications about what changed during the pause are being sent"
    } else {
        "requested the end of the pause, but could not confirm it: `plexmon-deploy status` shows whether it is paused"
    })?;
    output.text(verdict::text(&answer.reply, output.page()))?;
    output.document(&answer)?;
    Ok(Exit::Success)
}

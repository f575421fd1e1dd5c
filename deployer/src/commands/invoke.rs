//! `invoke`: run the deployed function now and print its reply.

use plexmon_function::contract::reply::Reply;
use plexmon_function::contract::request::Request;

use crate::cli::NoOptions;
use crate::context::Context;
use crate::error::{Context as _, Exit, Result};
use crate::invocation;
use crate::print::stdout;
use crate::report::Progress;
use crate::session::Session;
use crate::text::{Page, verdict};

pub async fn run(context: &Context, _: &NoOptions) -> Result<Exit> {
    let session = context.session().await?;
    let reply = check(&session).await?;
    let json = serde_json::to_string_pretty(&reply).context(|| "could not write the reply as JSON")?;
    stdout(&format!("{json}\n"))?;
    session.output.note(&verdict::text(&reply, Page::of_stderr()));
    Ok(Exit::Success)
}

/// Run an ordinary check.
pub async fn check(session: &Session) -> Result<Reply> {
    let progress = Progress::new(session.output.reporter.clone(), 0, session.interrupt.clone());
    invocation::call(session, &progress, Request::Check).await
}

//! `page`: print the address of the status page, open it in the browser, or write the page as static files.

mod browser;
mod copy;

use serde::Serialize;

use crate::cli::PageArgs;
use crate::context::Context;
use crate::error::{Error, Exit, Result};
use crate::page_address::{DeployedPath, PageAddress};
use crate::session::Session;
use crate::stack::ReadOptions;

#[derive(Serialize)]
struct Document<'a> {
    address: &'a str,
    /// Whether the page answers below a secret path that is not known here, so that the address lacks it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    lacks_secret_path: bool,
}

pub async fn run(context: &Context, args: &PageArgs) -> Result<Exit> {
    if let Some(folder) = &args.out {
        copy::check(folder)?;
    }
    let session = context.session().await?;
    let observed = session.observe(ReadOptions::default()).await?;
    if !observed.has_own_monitor() {
        let (name, region) = (session.names.function(), &session.aws.region);
        return Err(Error::new(format!("function `{name}` is not deployed in {region}"))
            .hint("deploy it with `plexmon-deploy up`, or correct --region"));
    }
    if let Some(folder) = &args.out {
        return copy::write(&session, &observed, folder).await;
    }
    let address = PageAddress::of(&session, &observed)?.ok_or_else(|| not_deployed(&session))?;
    let whole = address.whole();
    let output = &session.output;
    output.document(&Document { address: &whole, lacks_secret_path: !address.is_complete() })?;
    output.verbatim(&whole)?;
    if args.open && !address.is_complete() {
        return Err(incomplete(&address));
    }
    if let DeployedPath::Unset(variable) = &address.path {
        output.warning(&format!(
            "the page answers only below its secret path: set `{variable}` to see the full address"
        ));
    }
    if !address.is_as_configured {
        output.warning("the page does not have the configured secret path yet: run `plexmon-deploy up`");
    }
    if args.open
        && let Err(why) = browser::open(&whole)
    {
        output.warning(&format!("could not open a browser: {why}"));
    }
    Ok(Exit::Success)
}

/// The error instead of opening an address at which the page does not answer.
fn incomplete(address: &PageAddress) -> Error {
    let error = Error::new("the page answers only below its secret path, which is not known here");
    match &address.path {
        DeployedPath::Unset(variable) => error.hint(format!("set `{variable}` in the environment")),
        _ => error.hint("run `plexmon-deploy up`: the page then has the configured secret path"),
    }
}

fn not_deployed(session: &Session) -> Error {
    let error = Error::new("no status page is deployed");
    match session.config.page {
        Some(_) => error.hint("deploy it with `plexmon-deploy up`"),
        None => error.hint("add [page] to the configuration, then run `plexmon-deploy up`"),
    }
}

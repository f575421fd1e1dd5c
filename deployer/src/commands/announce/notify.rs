//! `--notify`: the deployed function sends the announcement on its channels.

use plexmon_function::contract::delivery::DeliveryOutcome;
use plexmon_function::contract::reply::ChannelReply;
use plexmon_function::contract::request::Request;
use serde_json::Value;

use crate::commands::notify_test;
use crate::error::{Context as _, Error, Refusal, Result};
use crate::invocation;
use crate::report::Progress;
use crate::session::Session;

/// Send a text, and return how each delivery went.
pub(super) async fn send(session: &Session, progress: &Progress, text: String) -> Result<Vec<ChannelReply>> {
    let reply: Value = invocation::call(session, progress, Request::Notice(text)).await.map_err(not_known)?;
    if reply.get("current").is_some() {
        return Err(Error::new(
            "it is announced, but was not sent: the deployed function is of an earlier release, which cannot do that",
        )
        .hint("run `plexmon-deploy up`, then send it again"));
    }
    serde_json::from_value(reply)
        .context(|| "the reply of the function is not a list of deliveries")
        .map_err(|error| error.hint("`plexmon-deploy up` deploys the function that matches this program"))
        .map_err(not_known)
}

/// Say what is known: after Ctrl-C or a lost answer, the function may have sent it.
fn not_known(error: Error) -> Error {
    match error.refusal() {
        Some(Refusal::Denied | Refusal::Credentials) => error.context("it is announced, but was not sent"),
        None => error.context("it is announced; whether it was sent is not known"),
    }
}

/// Print the deliveries; an error if nobody was notified.
pub(super) fn show(session: &Session, channels: &[ChannelReply]) -> Result<()> {
    if channels.is_empty() {
        return Err(Error::new("it is announced, but was not sent: no channel takes announcements")
            .hint("add a [notify.*] channel without `min`, then run `plexmon-deploy up`"));
    }
    notify_test::show(session, channels)?;
    if channels.iter().all(|channel| channel.outcome != DeliveryOutcome::Delivered) {
        return Err(Error::new("it is announced, but no channel has accepted the message")
            .hint("check the channels with `plexmon-deploy notify-test`"));
    }
    Ok(())
}

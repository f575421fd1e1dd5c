//! `notify-test`: a test message on every channel, sent by the deployed function, and what each channel answered.

use plexmon_function::contract::reply::{ChannelReply, DeliveryOutcome};
use plexmon_function::contract::request::Request;
use serde::Serialize;

use super::invoke;
use crate::error::{Error, Exit, Result};
use crate::report::Progress;
use crate::session::Session;

#[derive(Serialize)]
struct Document<'a> {
    channels: &'a [ChannelReply],
}

pub async fn notify_test(session: &Session) -> Result<Exit> {
    let progress = Progress::new(session.output.reporter.clone(), 0, session.interrupt.clone());
    let channels: Vec<ChannelReply> = invoke::call(session, &progress, Request::TEST_CHANNELS).await?;
    session.output.document(&Document { channels: &channels })?;
    if channels.is_empty() {
        return Err(Error::new("the deployed function has no channel: nobody is told anything").hint(
            "add [notify.pushover] or another channel to the configuration, then run `plexmon-deploy up`",
        ));
    }
    for channel in &channels {
        let name = &channel.channel;
        session.output.text(match (channel.outcome, &channel.why) {
            (DeliveryOutcome::Delivered, _) => format!("{name}: ok"),
            (_, why) => format!("{name}: FAILED: {}", why.as_deref().unwrap_or("no reason was given")),
        })?;
    }
    let failed = channels.iter().filter(|channel| channel.outcome != DeliveryOutcome::Delivered).count();
    if failed == 0 {
        return Ok(Exit::Success);
    }
    Err(Error::new(format!("{failed} of {} channels did not take the test", channels.len())).hint(
        "correct the channel's secrets or address, then run `plexmon-deploy up` and this command again",
    ))
}

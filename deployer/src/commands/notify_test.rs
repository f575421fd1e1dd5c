//! `notify-test`: send a test message to every channel, from the deployed function.

use plexmon_function::contract::delivery::DeliveryOutcome;
use plexmon_function::contract::reply::ChannelReply;
use plexmon_function::contract::request::Request;
use plexmon_function::notify::description;
use serde::Serialize;

use crate::cli::NoOptions;
use crate::config::Config;
use crate::context::Context;
use crate::error::{Error, Exit, Result};
use crate::invocation;
use crate::report::Progress;
use crate::session::Session;

#[derive(Serialize)]
struct Deliveries<'a> {
    channels: &'a [ChannelReply],
}

pub async fn run(context: &Context, _: &NoOptions) -> Result<Exit> {
    let session = context.session().await?;
    let output = &session.output;
    let progress = Progress::new(output.reporter.clone(), 0, session.interrupt.clone());
    let channels: Vec<ChannelReply> = invocation::call(&session, &progress, Request::TestChannels).await?;
    output.document(&Deliveries { channels: &channels })?;
    if channels.is_empty() {
        return Err(Error::new("the deployed function has no channel: it cannot send notifications").hint(
            "add [notify.pushover] or another channel to the configuration, then run `plexmon-deploy up`",
        ));
    }
    show(&session, &channels)?;
    let failed = channels.iter().filter(|channel| channel.outcome != DeliveryOutcome::Delivered).count();
    if failed == 0 {
        return Ok(Exit::Success);
    }
    Err(Error::new(format!("{failed} of {} channels did not accept the test message", channels.len())).hint(
        "correct the channel's secrets or address, then run `plexmon-deploy up` and this command again",
    ))
}

/// Print how each delivery went.
pub(super) fn show(session: &Session, channels: &[ChannelReply]) -> Result<()> {
    let output = &session.output;
    let paint = output.page().paint;
    for channel in channels {
        let name = &channel.channel;
        output.text(match (channel.outcome, &channel.why) {
            (DeliveryOutcome::Delivered, _) => {
                let next = after_test(&session.config, name).map(|next| format!(": {next}"));
                format!("{name}: {}{}", paint.green("ok"), next.unwrap_or_default())
            }
            (_, why) => {
                format!(
                    "{name}: {}: {}",
                    paint.red("FAILED"),
                    why.as_deref().unwrap_or("no reason was given")
                )
            }
        })?;
    }
    Ok(())
}

/// Return what to do after the test, if the service of this channel cannot confirm that a message has arrived.
fn after_test(config: &Config, name: &str) -> Option<&'static str> {
    let channel = config.channels.iter().find(|channel| channel.name == name)?;
    description(&channel.kind).after_test
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn a_service_that_confirms_nothing_is_to_be_looked_at() {
        let target = "[[target]]\nname = \"plex\"\nurl = \"https://plex.example.com\"\n";
        let channels =
            "[notify.work]\nkind = \"teams\"\nurl = { env = \"A\" }\n[notify.slack]\nurl = { env = \"B\" }\n";
        let config = Config::parse(&format!("{target}{channels}"), Path::new("config.toml")).unwrap();
        assert!(after_test(&config, "work").is_some_and(|next| next.contains("look in Teams")));
        assert_eq!(after_test(&config, "slack"), None);
        assert_eq!(after_test(&config, "of an earlier deployment"), None);
    }
}

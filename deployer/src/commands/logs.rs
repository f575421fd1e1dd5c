//! `logs`: show what the function has logged. New lines are polled: Live Tail is billed by the minute.

mod line;

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;

use self::line::{Layout, readable};
use crate::cli::Logs;
use crate::context::Context;
use crate::error::{Error, Exit, Result};
use crate::print::stdout;
use crate::session::Session;

/// CloudWatch allows five requests a second in the smallest regions, for the whole account.
const POLL: Duration = Duration::from_secs(2);
/// Lines arrive late and out of order; each poll reads this far back again.
const OVERLAP: Duration = Duration::from_secs(30);

#[derive(PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct Event {
    /// Unix milliseconds.
    timestamp: i64,
    message: String,
    #[serde(skip)]
    id: String,
}

#[derive(Serialize)]
struct Events {
    events: Vec<Event>,
}

pub async fn run(context: &Context, args: &Logs) -> Result<Exit> {
    let session = &context.session().await?;
    let Logs { since, follow, raw } = *args;
    if follow && session.output.is_json() {
        return Err(Error::usage("--follow never ends, so it cannot print one JSON document")
            .hint("leave out --json or --follow"));
    }
    let start = Timestamp::now().as_millisecond() - millis(since);
    let mut events = session.unless_interrupted(fetch(session, start)).await?;
    if !raw {
        events.retain(|event| !line::is_noise(&event.message));
    }
    if session.output.is_json() {
        session.output.document(&Events { events })?;
        return Ok(Exit::Success);
    }
    if events.is_empty() {
        session.output.note(&format!("no log lines in the last {}", humantime::format_duration(since)));
    }
    let targets = session.config.targets.iter().map(|target| target.name.as_str());
    let channels = session.config.channels.iter().map(|channel| channel.name.as_str());
    let layout = (!raw).then(|| Layout::new(targets.chain(channels), session.output.page()));
    let mut seen = BTreeSet::new();
    print(events, &mut seen, layout.as_ref())?;
    if !follow {
        return Ok(Exit::Success);
    }
    poll(session, start, seen, layout.as_ref()).await
}

/// Print new events until Ctrl-C.
async fn poll(
    session: &Session,
    mut start: i64,
    mut seen: BTreeSet<Event>,
    layout: Option<&Layout>,
) -> Result<Exit> {
    loop {
        tokio::select! {
            () = tokio::time::sleep(POLL) => {}
            () = session.interrupt.requested(1) => return Ok(Exit::Interrupted),
        }
        start = start.max(Timestamp::now().as_millisecond() - millis(OVERLAP));
        print(session.unless_interrupted(fetch(session, start)).await?, &mut seen, layout)?;
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX / 2)
}

/// Read all pages. A page may be empty and still have a token for the next one.
async fn fetch(session: &Session, start: i64) -> Result<Vec<Event>> {
    let aws = &session.aws;
    let group = session.names.monitor.log_group.clone();
    let mut lines = Vec::new();
    let mut token = None;
    loop {
        let call =
            aws.logs.filter_log_events().log_group_name(&group).start_time(start).set_next_token(token);
        let page = match aws.call("logs", "FilterLogEvents", call.send()).await {
            Err(error) if error.is_missing() => {
                return Err(Error::new(format!("log group `{group}` does not exist in {}", aws.region))
                    .hint("deploy with `plexmon-deploy up`, or correct --region"));
            }
            other => other?,
        };
        lines.extend(page.events().iter().map(|event| Event {
            timestamp: event.timestamp().unwrap_or_default(),
            message: event.message().unwrap_or_default().trim_end().to_owned(),
            id: event.event_id().unwrap_or_default().to_owned(),
        }));
        token = page.next_token;
        if token.is_none() {
            lines.sort_by_key(|line| line.timestamp);
            return Ok(lines);
        }
    }
}

/// Print events that were not printed before: as readable lines with a layout, as they are without one.
fn print(events: Vec<Event>, seen: &mut BTreeSet<Event>, layout: Option<&Layout>) -> Result<()> {
    let new: Vec<Event> = events.into_iter().filter(|event| !seen.contains(event)).collect();
    for event in &new {
        let time = Timestamp::from_millisecond(event.timestamp).unwrap_or_default();
        let time = time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        match layout {
            Some(layout) => stdout(&readable(&time, &event.message, layout))?,
            None => stdout(&format!("{time} {}\n", event.message))?,
        }
    }
    seen.extend(new);
    Ok(())
}

//! `logs`: the function's log lines, by polling: Live Tail would cost by the minute.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;

use crate::error::{Error, Exit, Result};
use crate::output::stdout;
use crate::session::Session;

/// CloudWatch allows five requests a second in the smallest regions, shared by all of the account.
const POLL: Duration = Duration::from_secs(2);
/// Lines arrive late and out of order; each poll looks this far back again.
const OVERLAP: Duration = Duration::from_secs(30);

#[derive(PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct Line {
    /// Unix milliseconds.
    timestamp: i64,
    message: String,
    #[serde(skip)]
    id: String,
}

#[derive(Serialize)]
struct Document {
    events: Vec<Line>,
}

pub async fn logs(session: &Session, since: Duration, follow: bool) -> Result<Exit> {
    if follow && session.output.is_json() {
        return Err(Error::usage("--follow never ends, so it cannot print one JSON document")
            .hint("leave out --json or --follow"));
    }
    let mut start = Timestamp::now().as_millisecond() - millis(since);
    let events = session.patiently(fetch(session, start)).await?;
    if session.output.is_json() {
        session.output.document(&Document { events })?;
        return Ok(Exit::Success);
    }
    if events.is_empty() {
        session.output.note(&format!("no log lines in the last {}", humantime::format_duration(since)));
    }
    let mut seen = BTreeSet::new();
    print(events, &mut seen)?;
    if !follow {
        return Ok(Exit::Success);
    }
    loop {
        tokio::select! {
            () = tokio::time::sleep(POLL) => {}
            () = session.interrupt.requested(1) => return Ok(Exit::Interrupted),
        }
        start = start.max(Timestamp::now().as_millisecond() - millis(OVERLAP));
        print(session.patiently(fetch(session, start)).await?, &mut seen)?;
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX / 2)
}

/// All pages: an empty one with a token is normal, and not the end.
async fn fetch(session: &Session, start: i64) -> Result<Vec<Line>> {
    let aws = &session.aws;
    let group = session.names.log_group();
    let mut lines = Vec::new();
    let mut token = None;
    loop {
        let call =
            aws.logs.filter_log_events().log_group_name(&group).start_time(start).set_next_token(token);
        let page = match aws.call("logs", "FilterLogEvents", call.send()).await {
            Err(error) if error.is_missing() => {
                return Err(Error::new(format!("there is no log group `{group}` in {}", aws.region))
                    .hint("deploy with `plexmon-deploy up`, or name the right --region"));
            }
            other => other?,
        };
        lines.extend(page.events().iter().map(|event| Line {
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

/// Prints what earlier polls have not shown yet.
fn print(events: Vec<Line>, seen: &mut BTreeSet<Line>) -> Result<()> {
    let new: Vec<Line> = events.into_iter().filter(|line| !seen.contains(line)).collect();
    for line in &new {
        let time = Timestamp::from_millisecond(line.timestamp).unwrap_or_default();
        stdout(&format!("{} {}\n", time.strftime("%Y-%m-%dT%H:%M:%SZ"), line.message))?;
    }
    seen.extend(new);
    Ok(())
}

//! `pause` and `resume`: checks go on and words wait; at the end the difference is told. The function keeps the time
//! itself, so that a pause ends without anybody's help.

use std::time::Duration;

use plexmon_function::handler::Occasion;
use plexmon_function::reply::Reply;
use plexmon_function::time;
use serde::Serialize;

use super::{invoke, verdict};
use crate::error::{Error, Exit, Result};
use crate::report::Progress;
use crate::session::Session;

/// A longer one has been forgotten, and the monitor with it.
const LONGEST: Duration = Duration::from_secs(30 * 24 * 60 * 60);

#[derive(Serialize)]
struct Document {
    /// Unix seconds; `null` when words are told again.
    paused_until: Option<u64>,
    reply: Reply,
}

pub async fn pause(session: &Session, length: Duration) -> Result<Exit> {
    if length.is_zero() || length > LONGEST {
        return Err(Error::usage("--for must be longer than nothing and at most 30 days"));
    }
    let until = time::now() + length.as_secs();
    let reply = send(session, &Occasion::pause_event(until)).await?;
    session.output.document(&Document { paused_until: Some(until), reply })?;
    session.output.text(format!(
        "paused until {} {} UTC: checks go on, words wait; `plexmon-deploy resume` ends it earlier",
        time::date(until),
        time::clock(until)
    ))?;
    Ok(Exit::Success)
}

pub async fn resume(session: &Session) -> Result<Exit> {
    let reply = send(session, Occasion::RESUME).await?;
    session.output.text("resumed: what has changed meanwhile is told now")?;
    session.output.text(verdict::text(&reply))?;
    session.output.document(&Document { paused_until: None, reply })?;
    Ok(Exit::Success)
}

async fn send(session: &Session, event: &str) -> Result<Reply> {
    let progress = Progress::new(session.output.reporter.clone(), 0, session.interrupt.clone());
    invoke::call(session, &progress, event).await
}

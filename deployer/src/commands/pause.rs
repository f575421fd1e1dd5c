//! `pause` and `resume`: checks go on and notifications wait; at the end the difference is sent. The function keeps the
//! time itself, so that a pause ends without anybody's help.

use std::time::Duration;

use plexmon_function::contract::reply::Reply;
use plexmon_function::contract::request::Request;
use plexmon_function::contract::state::State;
use plexmon_function::time;
use serde::Serialize;

use super::{invoke, verdict};
use crate::error::{Error, Exit, Result};
use crate::report::Progress;
use crate::session::Session;
use crate::stack::Look;

/// A longer one has been forgotten, and the monitor with it.
const LONGEST: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// A check that saves its state at the same time may undo the request; so many requests are made.
const REQUESTS: usize = 3;

/// What became of a request.
#[derive(Debug, Serialize)]
pub struct Answer {
    /// Unix seconds; `null` when notifications are sent again.
    pub paused_until: Option<u64>,
    /// Whether the function has reported it, or its state shows it.
    pub confirmed: bool,
    /// What the function saw in the run.
    pub reply: Reply,
}

/// What is known about the pause after a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    /// It lasts until then.
    Until(u64),
    NotPaused,
    /// The function does not report it, and its state cannot be read.
    Nothing,
}

pub async fn pause(session: &Session, length: Duration) -> Result<Exit> {
    if length.is_zero() || length > LONGEST {
        return Err(Error::usage("--for must be longer than nothing and at most 30 days"));
    }
    let until = time::now() + length.as_secs();
    let answer = request_pause(session, until).await?;
    session.output.document(&answer)?;
    let (date, clock) = (time::date(until), time::clock(until));
    session.output.text(if answer.confirmed {
        format!("paused until {date} {clock} UTC: checks go on, notifications wait; `plexmon-deploy resume` ends it earlier")
    } else {
        format!(
            "requested a pause until {date} {clock} UTC; nothing confirms it yet: `plexmon-deploy status` shows \
             whether it is paused"
        )
    })?;
    Ok(Exit::Success)
}

pub async fn resume(session: &Session) -> Result<Exit> {
    let answer = request_resume(session).await?;
    session.output.text(if answer.confirmed {
        "resumed: what has changed meanwhile is sent now"
    } else {
        "resume requested: what has changed meanwhile is sent now; `plexmon-deploy status` shows whether it is paused"
    })?;
    session.output.text(verdict::text(&answer.reply))?;
    session.output.document(&answer)?;
    Ok(Exit::Success)
}

/// Request a pause until then, as often as it takes to hold.
pub async fn request_pause(session: &Session, until: u64) -> Result<Answer> {
    let event = Request::pause_event(until);
    for _ in 0..REQUESTS {
        let (reply, known) = send(session, &event).await?;
        match known {
            Known::Until(at) if at >= until => {
                return Ok(Answer { paused_until: Some(until), confirmed: true, reply });
            }
            Known::Nothing => return Ok(Answer { paused_until: Some(until), confirmed: false, reply }),
            Known::Until(_) | Known::NotPaused => {}
        }
    }
    Err(undone("the function is not paused for as long as requested"))
}

/// Request the end of a pause, as often as it takes to end.
pub async fn request_resume(session: &Session) -> Result<Answer> {
    for _ in 0..REQUESTS {
        let (reply, known) = send(session, Request::RESUME).await?;
        match known {
            Known::Until(at) if at > time::now() => {}
            _ => return Ok(Answer { paused_until: None, confirmed: known != Known::Nothing, reply }),
        }
    }
    Err(undone("the function is still paused"))
}

fn undone(what: &str) -> Error {
    Error::new(what)
        .cause(format!("requested {REQUESTS} times; another run saved its state each time"))
        .hint("run the same command again; `plexmon-deploy status` shows whether it is paused")
}

async fn send(session: &Session, event: &str) -> Result<(Reply, Known)> {
    let progress = Progress::new(session.output.reporter.clone(), 0, session.interrupt.clone());
    let reply: Reply = invoke::call(session, &progress, event).await?;
    let known = match reply.paused_until {
        Some(until) => Known::Until(until),
        None => in_state(session).await,
    };
    Ok((reply, known))
}

/// A function that is not paused reports nothing, and one of an earlier release never does: the state tells.
async fn in_state(session: &Session) -> Known {
    let observed = session.observe(Look::default()).await;
    let state = observed.ok().and_then(|observed| State::parse(observed.state.as_deref()?).ok());
    match state {
        Some(state) => state.paused_until.map_or(Known::NotPaused, Known::Until),
        None => Known::Nothing,
    }
}

//! `pause`: suppress notifications for a while. Checks continue; at the end, the function sends notifications about what
//! has changed. The function keeps the time itself, so a pause always ends.

use std::time::Duration;

use plexmon_function::contract::reply::Reply;
use plexmon_function::contract::request::Request;
use plexmon_function::contract::state::State;
use plexmon_function::{local_time, time};
use serde::Serialize;

use crate::cli::Pause;
use crate::context::Context;
use crate::error::{Error, Exit, Result};
use crate::invocation;
use crate::report::Progress;
use crate::session::Session;
use crate::stack::ReadOptions;

/// A longer pause is probably a mistake, and would be forgotten.
const MAX_LENGTH: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// The number of attempts: a check that saves its state at the same time may undo a request.
const REQUESTS: usize = 3;

/// The result of a request.
#[derive(Debug, Serialize)]
pub struct Answer {
    /// Unix seconds; `null` when notifications are no longer paused.
    pub paused_until: Option<u64>,
    /// Whether the function's reply or its state confirms it.
    pub confirmed: bool,
    /// The reply of the run.
    pub reply: Reply,
}

/// What is known about the pause after a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    /// The pause lasts until then.
    Until(u64),
    NotPaused,
    /// Neither the reply nor the state shows it.
    Nothing,
}

pub async fn run(context: &Context, args: &Pause) -> Result<Exit> {
    if args.length.is_zero() || args.length > MAX_LENGTH {
        return Err(Error::usage("--for must be longer than zero and at most 30 days"));
    }
    let session = context.session().await?;
    let until = time::now() + args.length.as_secs();
    let answer = request_pause(&session, until).await?;
    session.output.document(&answer)?;
    let clock = &session.config.clock;
    let until = format!("{} {}", local_time::date(until, clock), local_time::clock(until, clock));
    session.output.text(if answer.confirmed {
        format!(
            "paused until {until}: checks continue, notifications are suppressed; `plexmon-deploy resume` ends \
             the pause earlier"
        )
    } else {
        format!(
            "requested a pause until {until}, but could not confirm it: `plexmon-deploy status` shows whether \
             it is paused"
        )
    })?;
    Ok(Exit::Success)
}

/// Request a pause, and repeat the request until the pause is in effect.
pub async fn request_pause(session: &Session, until: u64) -> Result<Answer> {
    let request = Request::Pause(until);
    for _ in 0..REQUESTS {
        let (reply, known) = send(session, request.clone()).await?;
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

/// Request the end of a pause, and repeat the request until it has ended.
pub async fn request_resume(session: &Session) -> Result<Answer> {
    for _ in 0..REQUESTS {
        let (reply, known) = send(session, Request::Resume).await?;
        match known {
            Known::Until(at) if at > time::now() => {}
            _ => return Ok(Answer { paused_until: None, confirmed: known != Known::Nothing, reply }),
        }
    }
    Err(undone("the function is still paused"))
}

fn undone(what: &str) -> Error {
    Error::new(what)
        .cause(format!("requested {REQUESTS} times, but another run saved its state each time"))
        .hint("run the same command again; `plexmon-deploy status` shows whether it is paused")
}

async fn send(session: &Session, request: Request) -> Result<(Reply, Known)> {
    let progress = Progress::new(session.output.reporter.clone(), 0, session.interrupt.clone());
    let reply: Reply = invocation::call(session, &progress, request).await?;
    let known = match reply.paused_until {
        Some(until) => Known::Until(until),
        None => in_state(session).await,
    };
    Ok((reply, known))
}

/// Read the pause from the state: a function that is not paused does not report it, nor does an earlier release.
async fn in_state(session: &Session) -> Known {
    let observed = session.observe(ReadOptions::default()).await;
    let state = observed.ok().and_then(|observed| State::parse(observed.state.as_deref()?).ok());
    match state {
        Some(state) => state.paused_until.map_or(Known::NotPaused, Known::Until),
        None => Known::Nothing,
    }
}

//! Lambda's Runtime API: hands out events one by one, and notes when what arrives.

use std::net::SocketAddr;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use crate::http::{Request, Server, reply};

/// After this, whatever is measured has failed.
const PATIENCE: Duration = Duration::from_secs(120);

/// What happened.
#[derive(Debug)]
pub enum What {
    /// The function waits for an event.
    Waits,
    /// It has been given one.
    Given,
    /// It has answered.
    Answered(String),
    /// It has said that it failed.
    Failed(String),
}

/// One environment's Runtime API.
pub struct Runtime {
    pub address: SocketAddr,
    events: Sender<String>,
    happened: Receiver<(What, Instant)>,
}

impl Runtime {
    pub fn start() -> Self {
        let (events, given) = channel();
        let (happens, happened) = channel();
        let given = Mutex::new(given);
        let server = Server::start(None, Duration::ZERO, move |request| answer(request, &given, &happens));
        Self { address: server.address, events, happened }
    }

    /// Hands out an event, as soon as the function asks for one.
    pub fn give(&self, event: &str) {
        self.events.send(event.to_owned()).unwrap();
    }

    /// When what is expected next has happened; an error if something else has.
    pub fn waits(&self) -> Result<Instant, String> {
        match self.next()? {
            (What::Waits, at) => Ok(at),
            (other, _) => Err(format!("{other:?} where the function should ask for an event")),
        }
    }

    /// How long it took from the event to the answer.
    pub fn answered(&self) -> Result<(Duration, String), String> {
        let (What::Given, given) = self.next()? else { return Err("no event was given".to_owned()) };
        match self.next()? {
            (What::Answered(body), at) => Ok((at - given, body)),
            (What::Failed(why), _) => Err(format!("the function failed: {why}")),
            (other, _) => Err(format!("{other:?} where an answer should be")),
        }
    }

    fn next(&self) -> Result<(What, Instant), String> {
        self.happened.recv_timeout(PATIENCE).map_err(|_| "the function does nothing any more".to_owned())
    }
}

fn answer(
    request: &Request,
    given: &Mutex<Receiver<String>>,
    happens: &Sender<(What, Instant)>,
) -> Option<Vec<u8>> {
    let now = Instant::now();
    let body = || String::from_utf8_lossy(&request.body).into_owned();
    if request.starts_with("GET /2018-06-01/runtime/invocation/next") {
        happens.send((What::Waits, now)).ok()?;
        // None any more, and the environment ends.
        let event = given.lock().unwrap().recv().ok()?;
        let answer = reply("200 OK", HEADERS, &event);
        happens.send((What::Given, Instant::now())).ok()?;
        return Some(answer);
    }
    let what = if request.head.lines().next()?.contains("/response ") {
        What::Answered(body())
    } else {
        What::Failed(body())
    };
    happens.send((what, now)).ok()?;
    Some(reply("202 Accepted", "content-type: application/json\r\n", "{\"status\":\"OK\"}"))
}

/// The deadline is in the year 2100.
const HEADERS: &str = "content-type: application/json\r\n\
    lambda-runtime-aws-request-id: 8476a536-e9f4-11e8-9739-2dfe598c3fcd\r\n\
    lambda-runtime-deadline-ms: 4102444800000\r\n\
    lambda-runtime-invoked-function-arn: arn:aws:lambda:us-east-1:123456789012:function:plex-remote-health\r\n\
    lambda-runtime-trace-id: Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=1\r\n";

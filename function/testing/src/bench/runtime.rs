//! A stand-in for Lambda's Runtime API: it hands out events one by one, and records when each answer arrives.

use std::net::SocketAddr;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use super::http::{Request, Server, response};

/// After this time, the measured function has failed.
const TIMEOUT: Duration = Duration::from_secs(120);

#[derive(Debug)]
enum Call {
    /// The function waits for an event.
    Waiting,
    /// It received one.
    Received,
    /// It sent its answer.
    Answered(String),
    /// It reported an error.
    Failed(String),
}

/// One environment's Runtime API.
pub struct Runtime {
    /// Where it listens.
    pub address: SocketAddr,
    events: Sender<String>,
    calls: Receiver<(Call, Instant)>,
}

impl Runtime {
    /// Start it on a free port.
    pub fn start() -> Self {
        let (events, queue) = channel();
        let (record, calls) = channel();
        let queue = Mutex::new(queue);
        let server = Server::start(None, Duration::ZERO, move |request| answer(request, &queue, &record));
        Self { address: server.address, events, calls }
    }

    /// Hand out an event as soon as the function asks for one.
    pub fn send(&self, event: &str) {
        self.events.send(event.to_owned()).unwrap();
    }

    /// Wait until the function asks for an event; anything else is an error.
    pub fn ready(&self) -> Result<Instant, String> {
        match self.next()? {
            (Call::Waiting, at) => Ok(at),
            (other, _) => Err(format!("{other:?} instead of asking for an event")),
        }
    }

    /// Wait for the answer, and return the time since the event.
    pub fn answered(&self) -> Result<(Duration, String), String> {
        let (Call::Received, received) = self.next()? else {
            return Err("the function received no event".to_owned());
        };
        match self.next()? {
            (Call::Answered(body), at) => Ok((at - received, body)),
            (Call::Failed(why), _) => Err(format!("the function failed: {why}")),
            (other, _) => Err(format!("{other:?} instead of an answer")),
        }
    }

    fn next(&self) -> Result<(Call, Instant), String> {
        self.calls.recv_timeout(TIMEOUT).map_err(|_| "the function has stopped responding".to_owned())
    }
}

fn answer(
    request: &Request,
    queue: &Mutex<Receiver<String>>,
    record: &Sender<(Call, Instant)>,
) -> Option<Vec<u8>> {
    let now = Instant::now();
    let body = || String::from_utf8_lossy(&request.body).into_owned();
    if request.starts_with("GET /2018-06-01/runtime/invocation/next") {
        record.send((Call::Waiting, now)).ok()?;
        // Without another event, the environment ends.
        let event = queue.lock().unwrap().recv().ok()?;
        let answer = response("200 OK", HEADERS, &event);
        record.send((Call::Received, Instant::now())).ok()?;
        return Some(answer);
    }
    let call = if request.head.lines().next()?.contains("/response ") {
        Call::Answered(body())
    } else {
        Call::Failed(body())
    };
    record.send((call, now)).ok()?;
    Some(response("202 Accepted", "content-type: application/json\r\n", "{\"status\":\"OK\"}"))
}

/// The deadline is in the year 2100.
const HEADERS: &str = "content-type: application/json\r\n\
    lambda-runtime-aws-request-id: 8476a536-e9f4-11e8-9739-2dfe598c3fcd\r\n\
    lambda-runtime-deadline-ms: 4102444800000\r\n\
    lambda-runtime-invoked-function-arn: arn:aws:lambda:us-east-1:123456789012:function:plex-remote-health\r\n\
    lambda-runtime-trace-id: Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=1\r\n";

//! A channel that keeps its messages for comparison.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex};

use plexmon_function::contract::delivery::Delivery;
use plexmon_function::contract::secrets::ChannelSecrets;
use plexmon_function::message::Message;
use plexmon_function::notify::{Channel, Sending};
use tokio::time::Instant;

/// A channel with the messages that were not compared yet.
#[derive(Clone)]
pub struct Inbox {
    pub name: &'static str,
    failure: Arc<Mutex<Option<Delivery>>>,
    unread: Arc<Mutex<VecDeque<(String, String)>>>,
}

impl Inbox {
    pub fn new(name: &'static str) -> Self {
        Self { name, failure: Arc::default(), unread: Arc::default() }
    }

    /// Let it fail like this from now on, or not any more.
    pub fn fails(&self, failure: Option<Delivery>) {
        *self.failure.lock().unwrap() = failure;
    }
}

impl Channel for Inbox {
    fn name(&self) -> &str {
        self.name
    }

    fn send<'a>(&'a self, message: &'a Message, _: &'a ChannelSecrets, _: Instant) -> Sending<'a> {
        let failure = self.failure.lock().unwrap().clone();
        if failure.is_none() {
            self.unread.lock().unwrap().push_back((message.title.clone(), message.body.clone()));
        }
        Box::pin(async move { failure.unwrap_or(Delivery::Delivered) })
    }
}

/// One message, or the same one on both channels.
pub struct Sent {
    at: String,
    pub to: &'static str,
    pub title: String,
    body: String,
}

impl fmt::Display for Sent {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}: {} | {}", self.at, self.to, self.title, self.body)
    }
}

pub const BOTH: &str = "both";

/// The messages of one run, in the order of each channel.
pub fn sorted(at: &str, one: &Inbox, other: &Inbox) -> Vec<Sent> {
    let (mut first, mut second) = (one.unread.lock().unwrap(), other.unread.lock().unwrap());
    let mut sent = Vec::new();
    loop {
        let is_ahead = second.front().is_some_and(|message| !first.contains(message));
        let (to, message) = if is_ahead {
            (other.name, second.pop_front())
        } else if first.front() == second.front() {
            drop(second.pop_front());
            (BOTH, first.pop_front())
        } else {
            (one.name, first.pop_front())
        };
        let Some((title, body)) = message else { return sent };
        sent.push(Sent { at: at.to_owned(), to, title, body: without_times(&body) });
    }
}

/// Remove response times, which differ from run to run.
fn without_times(body: &str) -> String {
    match body.split_once("time ").and_then(|(before, rest)| Some((before, rest.split_once(" ms")?.1))) {
        Some((before, rest)) => format!("{before}time ... ms{rest}"),
        None => body.to_owned(),
    }
}

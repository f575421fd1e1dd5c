//! Takes what is told, for comparison with what should be.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex};

use plexmon_function::contract::delivery::Delivery;
use plexmon_function::contract::secrets::ChannelSecrets;
use plexmon_function::message::Message;
use plexmon_function::notify::{Channel, Sending};
use tokio::time::Instant;

/// A channel, with what it was told and has not been looked at.
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

    /// From now on it fails like this, or not any more.
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
pub struct Letter {
    at: String,
    pub to: &'static str,
    pub title: String,
    body: String,
}

impl fmt::Display for Letter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}: {} | {}", self.at, self.to, self.title, self.body)
    }
}

pub const BOTH: &str = "both";

/// What came in one run, each channel's in its order.
pub fn sorted(at: &str, one: &Inbox, other: &Inbox) -> Vec<Letter> {
    let (mut first, mut second) = (one.unread.lock().unwrap(), other.unread.lock().unwrap());
    let mut letters = Vec::new();
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
        let Some((title, body)) = message else { return letters };
        letters.push(Letter { at: at.to_owned(), to, title, body: without_times(&body) });
    }
}

/// How long an answer took differs from one time to the next.
fn without_times(body: &str) -> String {
    match body.split_once("time ").and_then(|(before, rest)| Some((before, rest.split_once(" ms")?.1))) {
        Some((before, rest)) => format!("{before}time ... ms{rest}"),
        None => body.to_owned(),
    }
}

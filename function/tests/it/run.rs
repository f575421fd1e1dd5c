//! Whole runs with a store in memory, a scripted prober and a scripted channel. Their effects are recorded in order, so
//! that a test can show that the state is saved before a notification is sent.

mod deliver;
mod explain;
mod history;
mod persist;
mod recall;
mod report;
mod secrets;
mod silent_ports;
mod waits;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use plexmon_function::contract::delivery::Delivery;
use plexmon_function::contract::secrets::{ChannelSecrets, TargetSecrets};
use plexmon_function::contract::settings::{CloudStatus, Settings, Target};
use plexmon_function::contract::state::State;
use plexmon_function::heartbeat::Heartbeat;
use plexmon_function::message::Message;
use plexmon_function::notify::{Channel, Sending};
use plexmon_function::probe::{Incident, Observation};
use plexmon_function::run::{Monitor, Prober, Run};
use plexmon_function::store::SecretCache;
use plexmon_function::store::{MemoryStore, Record};
use tokio::time::Instant;

use crate::fixtures::{NOW, down, up};
use crate::pushover::secrets;

/// Reports the given targets as down, and records each probe.
#[derive(Clone)]
pub struct Scripted {
    down: Record,
    record: Record,
}

impl Prober for Scripted {
    async fn probe(&self, target: &Target, secrets: &TargetSecrets) -> Observation {
        self.record.lock().unwrap().push(format!("probe {} {} s", target.name, target.timeout_s));
        // A target with a secret header refuses any other value.
        if secrets.headers.values().any(|value| value.expose() != "right") {
            if !target.inside_headers.is_empty() {
                return Observation { secret_refused: true, ..up(&target.name) };
            }
            return Observation { http: Some(403), ..down(&target.name) };
        }
        if self.down.lock().unwrap().contains(&target.name) { down(&target.name) } else { up(&target.name) }
    }

    /// The last part of the address says how it answers.
    async fn incident(&self, status: &CloudStatus, _: Duration) -> Option<Incident> {
        self.record.lock().unwrap().push(format!("ask {}", status.url));
        match status.url.rsplit('/').next() {
            Some("incident") => {
                Some(Incident { service: status.service.clone(), name: "Sign-in fails".to_owned() })
            }
            Some("silent") => std::future::pending().await,
            _ => None,
        }
    }
}

/// Gives these answers in turn, then accepts everything. Records the token and title of each message.
struct Phone {
    answers: Arc<Mutex<VecDeque<Option<Delivery>>>>,
    record: Record,
    bodies: Record,
}

impl Channel for Phone {
    fn name(&self) -> &str {
        "pushover"
    }

    fn send<'a>(&'a self, message: &'a Message, secrets: &'a ChannelSecrets, _: Instant) -> Sending<'a> {
        let token = secrets["token"].expose();
        self.record.lock().unwrap().push(format!("send[{token}] {}", message.title));
        self.bodies.lock().unwrap().push(message.body.clone());
        let answer = self.answers.lock().unwrap().pop_front().unwrap_or(Some(Delivery::Delivered));
        Box::pin(async move {
            match answer {
                Some(answer) => answer,
                None => std::future::pending().await,
            }
        })
    }
}

/// A monitor in one warm environment, with a scripted prober and channel.
pub struct TestMonitor {
    pub inner: Monitor<MemoryStore, Scripted>,
    answers: Arc<Mutex<VecDeque<Option<Delivery>>>>,
    record: Record,
    bodies: Record,
    prober: Scripted,
    pub now: u64,
}

pub fn refused(credentials: bool) -> Delivery {
    Delivery::Refused { why: "Pushover answered HTTP 400".to_owned(), credentials }
}

pub fn later() -> Delivery {
    Delivery::Retry { why: "Pushover answered HTTP 500".to_owned(), unproven: false, wait: None }
}

/// The service asks to wait.
pub fn busy(seconds: u64) -> Delivery {
    let wait = Some(Duration::from_secs(seconds));
    Delivery::Retry { why: "Pushover answered HTTP 429".to_owned(), unproven: false, wait }
}

impl TestMonitor {
    pub fn new(settings: Settings) -> Self {
        let record = Record::default();
        let store = MemoryStore { record: Arc::clone(&record), ..MemoryStore::default() };
        *store.secrets.borrow_mut() = secrets("tok");
        Self::with(settings, store)
    }

    fn with(settings: Settings, store: MemoryStore) -> Self {
        let record = Arc::clone(&store.record);
        let prober = Scripted { down: Record::default(), record: Arc::clone(&record) };
        let (answers, bodies) = (Arc::default(), Record::default());
        let phone =
            Phone { answers: Arc::clone(&answers), record: Arc::clone(&record), bodies: Arc::clone(&bodies) };
        let inner =
            Monitor::new(settings, store, prober.clone(), vec![Box::new(phone)], SecretCache::empty());
        Self { inner, answers, record, bodies, prober, now: NOW }
    }

    /// The same store in a new environment, which remembers nothing.
    pub fn cold(&self, settings: Settings) -> Self {
        let store = MemoryStore { record: Arc::clone(&self.record), ..MemoryStore::default() };
        *store.state.borrow_mut() = self.store().state.borrow().clone();
        *store.parts.borrow_mut() = self.store().parts.borrow().clone();
        *store.versions.borrow_mut() = self.store().versions.borrow().clone();
        *store.history.borrow_mut() = self.store().history.borrow().clone();
        *store.secrets.borrow_mut() = self.store().secrets.borrow().clone();
        Self { now: self.now, ..Self::with(settings, store) }
    }

    pub fn with_heartbeat(self, heartbeat: Heartbeat) -> Self {
        Self { inner: self.inner.with_heartbeat(Some(heartbeat)), ..self }
    }

    pub fn store(&self) -> &MemoryStore {
        self.inner.store()
    }

    /// The saved state.
    pub fn saved(&self) -> State {
        State::parse(self.store().state.borrow().as_deref().unwrap()).unwrap()
    }

    pub fn answer(&self, answers: impl IntoIterator<Item = Delivery>) {
        self.answers.lock().unwrap().extend(answers.into_iter().map(Some));
    }

    pub fn set_down(&self, names: &[&str]) {
        *self.prober.down.lock().unwrap() = names.iter().map(|name| (*name).to_owned()).collect();
    }

    pub async fn run(&mut self) -> Run {
        self.run_for(Duration::from_secs(30)).await
    }

    /// One run, five minutes after the last one. The record then contains only its effects.
    pub async fn run_for(&mut self, time: Duration) -> Run {
        self.record.lock().unwrap().clear();
        self.bodies.lock().unwrap().clear();
        let run = self.inner.run(self.now, Instant::now() + time).await;
        self.now += 300;
        run
    }

    /// The effects of the last run, in order.
    pub fn effects(&self) -> Vec<String> {
        self.record.lock().unwrap().clone()
    }

    /// The texts of the messages that the last run sent.
    pub fn texts(&self) -> String {
        self.bodies.lock().unwrap().join(" | ")
    }
}

/// The effects of a run in which nothing changed.
pub const QUIET: [&str; 3] = ["load", "probe plex 10 s", "save"];

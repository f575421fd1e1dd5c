//! Whole runs against the store's twin, a scripted prober and a scripted channel. What they do is recorded in order,
//! so that "saved before it was sent" is something one can read.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use plexmon_function::contract::delivery::Delivery;
use plexmon_function::contract::delivery::DeliveryOutcome;
use plexmon_function::contract::problem::{Problem, ProblemKind};
use plexmon_function::contract::secrets::{ChannelSecrets, SecretValue, Secrets, TargetSecrets};
use plexmon_function::contract::settings::{HeaderValue, Settings, Target};
use plexmon_function::contract::state::{MAX_BYTES, State, Status};
use plexmon_function::heartbeat::Heartbeat;
use plexmon_function::message::Message;
use plexmon_function::notify::{Channel, Sending};
use plexmon_function::probe::Observation;
use plexmon_function::run::{Monitor, Prober, Run};
use plexmon_function::store::SecretCache;
use plexmon_function::store::{MemoryStore, Record};
use tokio::time::Instant;

use crate::fixtures::{NOW, down, no_time, settings, up};
use crate::pushover::secrets;

/// Says what it is told to say, and notes that it was asked.
#[derive(Clone)]
pub struct Scripted {
    down: Record,
    record: Record,
}

impl Prober for Scripted {
    async fn probe(&self, target: &Target, secrets: &TargetSecrets) -> Observation {
        self.record.lock().unwrap().push(format!("probe {} {} s", target.name, target.timeout_s));
        // A target with a secret header wants the right one.
        if secrets.headers.values().any(|value| value.expose() != "right") {
            return Observation { http: Some(403), ..down(&target.name) };
        }
        if self.down.lock().unwrap().contains(&target.name) { down(&target.name) } else { up(&target.name) }
    }
}

/// Answers in turn, then delivers; notes title and token of each message.
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
    pub monitor: Monitor<MemoryStore, Scripted>,
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
    Delivery::Retry { why: "Pushover answered HTTP 500".to_owned(), unproven: false }
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
        let monitor =
            Monitor::new(settings, store, prober.clone(), vec![Box::new(phone)], SecretCache::empty());
        Self { monitor, answers, record, bodies, prober, now: NOW }
    }

    /// The same store in a new environment that remembers nothing.
    pub fn cold(&self, settings: Settings) -> Self {
        let store = MemoryStore { record: Arc::clone(&self.record), ..MemoryStore::default() };
        *store.state.borrow_mut() = self.store().state.borrow().clone();
        *store.parts.borrow_mut() = self.store().parts.borrow().clone();
        *store.secrets.borrow_mut() = self.store().secrets.borrow().clone();
        Self { now: self.now, ..Self::with(settings, store) }
    }

    pub fn with_heartbeat(self, heartbeat: Heartbeat) -> Self {
        Self { monitor: self.monitor.with_heartbeat(Some(heartbeat)), ..self }
    }

    pub fn store(&self) -> &MemoryStore {
        self.monitor.store()
    }

    pub fn kept(&self) -> State {
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

    /// One run, five minutes after the last; what it did is then in the record alone.
    pub async fn run_for(&mut self, time: Duration) -> Run {
        self.record.lock().unwrap().clear();
        self.bodies.lock().unwrap().clear();
        let run = self.monitor.run(self.now, Instant::now() + time).await;
        self.now += 300;
        run
    }

    pub fn did(&self) -> Vec<String> {
        self.record.lock().unwrap().clone()
    }

    pub fn said(&self) -> String {
        self.bodies.lock().unwrap().join(" | ")
    }
}

pub const QUIET: [&str; 3] = ["load", "probe plex 10 s", "save"];

#[tokio::test]
async fn the_first_run_tells_once_and_then_all_is_quiet() {
    let mut world = TestMonitor::new(settings(&["plex"]));
    let run = world.run().await;
    assert_eq!((run.reply.previous, run.reply.current, run.reply.http), (Status::Unknown, Status::Up, 200));
    assert_eq!((run.fault, run.reply.problems.len()), (None, 0));
    assert_eq!(run.reply.notices[0].outcome, DeliveryOutcome::Delivered);
    let told = "send[tok] Monitoring started: Plex is up";
    assert_eq!(world.did(), ["load", "probe plex 10 s", "save", "secrets", told, "save"]);
    for _ in 0..2 {
        let run = world.run().await;
        assert_eq!((run.reply.previous, run.reply.current), (Status::Up, Status::Up));
        assert_eq!(world.did(), QUIET, "one probe, one read, one write");
    }
}

#[tokio::test]
async fn changes_are_told_and_the_run_is_no_failure() {
    let mut world = TestMonitor::new(settings(&["plex", "other"]));
    world.run().await;
    world.set_down(&["plex"]);
    let run = world.run().await;
    assert_eq!((run.fault, run.reply.current, run.reply.http), (None, Status::Down, 502));
    let plex = &run.reply.targets[0];
    assert_eq!(
        (plex.status, plex.since, plex.why.as_deref()),
        (Status::Down, NOW + 300, Some("HTTP 502 instead of 200"))
    );
    let sent = "send[tok] Plex is DOWN";
    assert_eq!(world.did(), ["load", "probe plex 10 s", "probe other 10 s", "save", sent, "save"]);
    world.set_down(&[]);
    world.run().await;
    assert_eq!(world.said(), "Down 5 min (10:10-10:15 UTC).");
}

#[tokio::test]
async fn a_run_that_dies_while_sending_loses_nothing() {
    let mut world = TestMonitor::new(settings(&["plex"]));
    world.run().await;
    world.set_down(&["plex"]);
    world.answers.lock().unwrap().push_back(None);
    {
        let run = world.monitor.run(world.now, Instant::now() + Duration::from_secs(30));
        let run = std::pin::pin!(run);
        // Polled until it waits for the phone, and dropped there.
        assert!(futures_util::poll!(run).is_pending());
    }
    assert_eq!(world.did().last().unwrap(), "send[tok] Plex is DOWN");
    assert_eq!(world.kept().outbox.len(), 1, "it was saved before it was sent");
    let mut next = world.cold(settings(&["plex"]));
    next.set_down(&["plex"]);
    next.run().await;
    assert_eq!(next.said(), "", "as far as anybody knows, the other run is sending it");
    next.run().await;
    assert!(next.said().ends_with("(may be a repeat)"), "{}", next.said());
    assert_eq!((next.kept().outbox.len(), next.kept().lease), (0, None));
}

#[tokio::test]
async fn what_fails_is_sent_again_in_the_next_run_and_what_is_refused_later() {
    let mut world = TestMonitor::new(settings(&["plex"]));
    world.answer([later()]);
    let run = world.run().await;
    assert_eq!((run.reply.notices[0].outcome, run.fault), (DeliveryOutcome::Retry, None));
    assert_eq!(world.kept().outbox[0].tries, 1);
    world.answer([refused(false)]);
    let run = world.run().await;
    assert_eq!((run.reply.notices[0].outcome, run.dead_letters), (DeliveryOutcome::Refused, 0));
    assert_eq!(
        world.said(),
        "You will be notified when it goes down and when it recovers.",
        "no repeat: it was proven lost"
    );
    world.run().await;
    assert_eq!(world.did(), QUIET, "not so soon");
    world.now += 15 * 60;
    world.run().await;
    assert_eq!(world.did()[3], "send[tok] Monitoring started: Plex is up");
    assert_eq!(world.kept().outbox.len(), 0);
}

#[tokio::test]
async fn a_failing_channel_is_left_alone_so_that_nothing_is_overtaken() {
    let mut world = TestMonitor::new(settings(&["a", "b"]));
    world.run().await;
    world.set_down(&["a", "b"]);
    world.answer([later()]);
    let run = world.run().await;
    assert_eq!(run.reply.notices.len(), 1);
    assert_eq!(world.kept().outbox.len(), 2);
    world.run().await;
    let sent: Vec<String> = world.did().into_iter().filter(|did| did.starts_with("send")).collect();
    assert_eq!(sent, ["send[tok] A is DOWN", "send[tok] B is DOWN"]);
}

#[tokio::test(start_paused = true)]
async fn a_channel_that_hangs_is_left_at_the_end_of_the_run() {
    let mut world = TestMonitor::new(settings(&["plex"]));
    world.answers.lock().unwrap().push_back(None);
    let before = Instant::now();
    let run = world.run().await;
    assert_eq!(before.elapsed().as_secs(), 29);
    assert_eq!(run.reply.notices[0].why.as_deref(), Some("no answer within 29 s"));
    world.run().await;
    assert!(world.said().ends_with("(may be a repeat)"), "{}", world.said());
}

#[tokio::test(start_paused = true)]
async fn there_is_always_time_left_to_save() {
    let mut world = TestMonitor::new(settings(&["plex"]));
    world.answers.lock().unwrap().push_back(None);
    let before = Instant::now();
    world.run_for(Duration::from_secs(4)).await;
    assert_eq!(before.elapsed().as_secs(), 3);
    assert!(world.did().contains(&"probe plex 1 s".to_owned()), "{:?}", world.did());
    let run = world.run_for(Duration::ZERO).await;
    assert_eq!(
        run.reply.problems,
        [
            no_time("no time was left to send all notifications; the next run sends the rest"),
            no_time("no time was left to check 1 of 1 targets; the next run begins with them")
        ]
    );
    assert_eq!(world.kept().outbox.len(), 1);
}

#[tokio::test]
async fn refused_secrets_are_fetched_anew_and_tried_only_if_they_differ() {
    let mut world = TestMonitor::new(settings(&["plex"]));
    world.run().await;
    *world.store().secrets.borrow_mut() = secrets("new");
    world.set_down(&["plex"]);
    world.answer([refused(true)]);
    let run = world.run().await;
    assert_eq!(run.reply.notices[0].outcome, DeliveryOutcome::Delivered);
    let sent = ["save", "send[tok] Plex is DOWN", "secrets", "send[new] Plex is DOWN", "save"];
    assert_eq!(world.did()[2..], sent);
    world.set_down(&[]);
    world.answer([refused(true)]);
    let run = world.run().await;
    assert_eq!(run.reply.notices[0].outcome, DeliveryOutcome::Refused);
    assert_eq!(world.did()[2..], ["save", "send[new] Plex RECOVERED after 5 min", "secrets", "save"]);
}

#[tokio::test]
async fn wrong_secrets_are_offered_once_in_a_run() {
    let mut before = TestMonitor::new(settings(&["a", "b"]));
    before.run().await;
    let mut world = before.cold(settings(&["a", "b"]));
    world.set_down(&["a", "b"]);
    world.answer([refused(true)]);
    world.run().await;
    let did = world.did();
    let count = |what: &str| did.iter().filter(|did| did.starts_with(what)).count();
    assert_eq!(count("secrets"), 1, "they were just read");
    assert_eq!(
        (count("send"), world.kept().outbox.len()),
        (1, 2),
        "both wait for a token that may be mended by then"
    );
}

#[tokio::test]
async fn if_the_state_cannot_be_saved_people_are_told_all_the_same() {
    let mut world = TestMonitor::new(settings(&["plex"]));
    world.run().await;
    world.set_down(&["plex"]);
    world.store().failing_saves.set(1);
    let run = world.run().await;
    assert!(world.said().ends_with("(may be a repeat: the state could not be saved)"), "{}", world.said());
    assert_eq!(
        run.reply.problems,
        [Problem::new(ProblemKind::StateNotSaved, "the state was not saved: writing was refused")]
    );
    assert_eq!((run.fault, world.kept().status), (None, Status::Down), "the second save made up for it");
    world.set_down(&[]);
    world.store().failing_saves.set(2);
    let run = world.run().await;
    assert_eq!((run.reply.notices[0].outcome, run.reply.current), (DeliveryOutcome::Delivered, Status::Up));
    assert_eq!(run.fault.unwrap().kind, ProblemKind::StateNotSaved);
}

#[tokio::test]
async fn a_warm_environment_remembers_what_it_could_not_save() {
    for takes_effect in [false, true] {
        let mut world = TestMonitor::new(settings(&["plex"]));
        world.run().await;
        world.store().failing_saves_take_effect.set(takes_effect);
        world.set_down(&["plex"]);
        world.store().failing_saves.set(2);
        world.run().await;
        assert!(world.did().contains(&"send[tok] Plex is DOWN".to_owned()));
        world.run().await;
        assert_eq!(world.did(), QUIET, "takes effect: {takes_effect}");
        assert_eq!((world.kept().status, world.kept().outbox.len()), (Status::Down, 0));
    }
}

#[tokio::test]
async fn what_another_has_written_counts_for_more_than_memory() {
    let mut world = TestMonitor::new(settings(&["plex"]));
    world.run().await;
    world.store().failing_saves.set(2);
    world.set_down(&["plex"]);
    world.run().await;
    *world.store().state.borrow_mut() = None;
    let run = world.run().await;
    assert_eq!(run.reply.previous, Status::Unknown);
}

#[tokio::test]
async fn if_the_state_cannot_be_read_an_outage_is_told_and_nothing_is_replaced() {
    let mut first = TestMonitor::new(settings(&["plex"]));
    first.run().await;
    let mut world = first.cold(settings(&["plex"]));
    let before = world.kept();
    world.store().failing_loads.set(2);
    let run = world.run().await;
    assert_eq!(world.did(), ["load", "probe plex 10 s"], "no first word: there may have been one");
    assert_eq!(run.fault.unwrap().kind, ProblemKind::StateUnavailable);
    world.set_down(&["plex"]);
    world.run().await;
    assert_eq!(world.did()[2..], ["secrets", "send[tok] Plex is DOWN"]);
    assert!(world.said().ends_with("(may be a repeat: the state could not be read)"), "{}", world.said());
    assert_eq!(world.kept(), before);
    // It can be read again: what was told is not told again, and has its end.
    world.run().await;
    assert_eq!(world.did(), QUIET);
    world.set_down(&[]);
    world.run().await;
    assert!(world.did().contains(&"send[tok] Plex RECOVERED after 10 min".to_owned()), "{:?}", world.did());
}

#[tokio::test]
async fn what_is_remembered_stands_in_for_what_cannot_be_read() {
    let mut world = TestMonitor::new(settings(&["plex"]));
    world.run().await;
    world.store().failing_loads.set(2);
    world.set_down(&["plex"]);
    let run = world.run().await;
    assert_eq!((run.fault, run.reply.previous), (None, Status::Up));
    assert_eq!(
        run.reply.problems,
        [Problem::new(ProblemKind::StateUnavailable, "the state could not be read: reading was refused")]
    );
    assert_eq!(world.did()[2..], ["save", "send[tok] Plex is DOWN", "save"]);
    world.set_down(&[]);
    world.run().await;
    assert!(world.did().contains(&"send[tok] Plex RECOVERED after 5 min".to_owned()));
}

#[tokio::test]
async fn neither_readable_nor_writable_is_a_fault_that_tells_an_outage_once() {
    let mut world = TestMonitor::new(settings(&["plex"]));
    world.store().failing_loads.set(3);
    world.set_down(&["plex"]);
    let run = world.run().await;
    assert!(run.fault.is_some());
    assert_eq!(world.did()[2..], ["secrets", "send[tok] Plex is DOWN"]);
    world.run().await;
    assert_eq!(world.did(), ["load", "probe plex 10 s"], "the warm environment knows");
    world.set_down(&[]);
    world.run().await;
    assert_eq!(world.did()[2..], ["send[tok] Plex RECOVERED after 10 min"]);
}

#[tokio::test]
async fn a_value_that_makes_no_sense_is_reported_and_replaced() {
    let mut world = TestMonitor::new(settings(&["plex"]));
    for (text, expected) in [
        ("{broken", "the stored state is invalid: "),
        (r#"{"status":"up","ts":5,"version":9}"#, "the state has version 9, of a later release: "),
    ] {
        *world.store().state.borrow_mut() = Some(text.to_owned());
        let run = world.run().await;
        assert!(run.reply.problems[0].detail.starts_with(expected), "{:?}", run.reply.problems);
        assert_eq!(run.reply.problems[0].kind, ProblemKind::StateUnreadable);
        assert_eq!((run.fault, world.kept().status, world.kept().version), (None, Status::Up, 1));
    }
    *world.store().state.borrow_mut() = Some(r#"{"status": "down", "ts": 1793698500}"#.to_owned());
    let run = world.run().await;
    assert_eq!((run.reply.previous, run.reply.problems.len()), (Status::Down, 0), "the Python function's");
}

#[tokio::test]
async fn a_state_that_is_too_large_is_reported_and_people_are_told() {
    let mut world = TestMonitor::new(settings(&["x".repeat(MAX_BYTES).as_str()]));
    let run = world.run().await;
    assert!(run.fault.unwrap().detail.contains(&format!("and SSM stores at most {MAX_BYTES}")));
    assert_eq!(run.reply.notices.len(), 1);
}

fn with_secret_header() -> Settings {
    let mut settings = settings(&["plex", "open"]);
    settings.targets[0].headers = BTreeMap::from([("X-Api-Key".to_owned(), HeaderValue::Secret)]);
    settings
}

fn header(value: &str) -> Secrets {
    let headers = BTreeMap::from([("X-Api-Key".to_owned(), SecretValue::new(value))]);
    Secrets { headers: BTreeMap::from([("plex".to_owned(), headers)]), ..secrets("tok") }
}

#[tokio::test]
async fn a_target_whose_secret_is_missing_is_no_outage() {
    let mut world = TestMonitor::new(with_secret_header());
    let run = world.run().await;
    assert_eq!((run.reply.current, run.reply.targets[0].status), (Status::Unknown, Status::Unknown));
    let detail = "plex: the secret header X-Api-Key has no value";
    let expected = Problem::new(ProblemKind::SecretMissing, detail);
    assert_eq!((run.fault, run.reply.problems), (Some(expected.clone()), vec![expected]));
    assert_eq!(run.reply.targets[1].status, Status::Up);
}

#[tokio::test]
async fn a_secret_header_that_was_changed_is_fetched_before_there_is_an_outage() {
    let mut world = TestMonitor::new(with_secret_header());
    *world.store().secrets.borrow_mut() = header("old");
    world.run().await;
    assert_eq!(world.kept().status, Status::Down);
    *world.store().secrets.borrow_mut() = header("right");
    let run = world.run().await;
    assert_eq!(run.reply.current, Status::Up);
    let run = world.run().await;
    assert_eq!((run.reply.current, world.did().len()), (Status::Up, 4), "two probes, one read, one write");
}

#[tokio::test]
async fn the_log_line_has_times_and_no_secrets() {
    let mut configured = settings(&["plex"]);
    configured.targets[0].url = "https://user:hush@plex.example.com/?token=hush".to_owned();
    let mut world = TestMonitor::new(configured);
    *world.store().secrets.borrow_mut() = secrets("hush");
    world.set_down(&["plex"]);
    let line = serde_json::to_value(world.run().await).unwrap();
    assert_eq!(
        (&line["previous"], &line["current"], &line["http"]),
        (&"unknown".into(), &"down".into(), &502.into())
    );
    for phase in ["load_ms", "probe_ms", "save_ms", "notify_ms"] {
        assert!(line["phases"][phase].is_u64(), "{line}");
    }
    assert!(!line.to_string().contains("hush"), "{line}");
}

//! One run, told as a straight line: load and probe at the same time, decide, save, tell, save again.
//!
//! The state is saved with its outbox before anything is sent, so that a run that dies loses nothing; and again
//! afterwards, without what was delivered. When the state cannot be saved, people are told all the same. When it
//! cannot be read, an outage is told all the same. A run fails only through faults of its own, and only after it has
//! done all it could.

mod keep;
mod look;
mod memory;
mod tell;

use std::ops::Range;

use serde::Serialize;
use tokio::time::Instant;

use self::look::Looked;
pub use self::look::{Live, Prober};
use self::memory::{Memory, Recollection};
use crate::decide::{Decision, before_sending, decide, pause, resume, speak_again};
use crate::heartbeat::Heartbeat;
use crate::message::test_message;
use crate::notify::Channel;
use crate::parts::layout;
use crate::probe::Observation;
use crate::reply::{ChannelReply, NoticeReply, Reply, TargetReply};
use crate::settings::Settings;
use crate::state::State;
use crate::store::Store;
use crate::vault::Vault;

/// Why the function runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occasion {
    /// The schedule, or somebody by hand.
    Check,
    /// New secrets were deployed: words that the old ones had refused are said again.
    Announce,
    /// Somebody wants silence until then, in Unix seconds.
    Pause(u64),
    /// Somebody wants to hear again.
    Resume,
    /// Somebody wants to know whether the channels work.
    TestChannels,
    /// Somebody wants to see what this function sees, and nothing else.
    Examine,
}

impl Occasion {
    /// The event that the deployer sends for [`Occasion::Announce`].
    pub const ANNOUNCE: &str = r#"{"source":"plexmon-deploy","announce":true}"#;

    /// The event that the deployer sends for [`Occasion::Resume`].
    pub const RESUME: &str = r#"{"source":"plexmon-deploy","resume":true}"#;

    /// The event that the deployer sends for [`Occasion::TestChannels`].
    pub const TEST_CHANNELS: &str = r#"{"source":"plexmon-deploy","test_channels":true}"#;

    /// The event that the deployer sends for [`Occasion::Examine`].
    pub const EXAMINE: &str = r#"{"source":"plexmon-deploy","examine":true}"#;

    /// The event that the deployer sends for [`Occasion::Pause`].
    pub fn pause_event(until: u64) -> String {
        format!(r#"{{"source":"plexmon-deploy","pause_until":{until}}}"#)
    }

    /// Whatever else arrives means "check now".
    pub fn of(event: &serde_json::Value) -> Self {
        let says = |name: &str| event.get(name) == Some(&true.into());
        match event.get("pause_until").and_then(serde_json::Value::as_u64) {
            Some(until) => Self::Pause(until),
            None if says("announce") => Self::Announce,
            None if says("resume") => Self::Resume,
            None if says("test_channels") => Self::TestChannels,
            None if says("examine") => Self::Examine,
            None => Self::Check,
        }
    }
}

/// Everything that lives as long as a warm environment.
pub struct Monitor<S, P> {
    settings: Settings,
    /// Which targets are in which part of the state.
    layout: Vec<Range<usize>>,
    store: S,
    prober: P,
    channels: Vec<Box<dyn Channel>>,
    vault: Vault,
    memory: Option<Memory>,
    heartbeat: Option<Heartbeat>,
}

/// One run: its answer, and what else goes into the log.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Run {
    /// What the invocation answers, unless there is a fault.
    #[serde(flatten)]
    pub reply: Reply,
    /// How many messages were given up in this run: refused for good, or too old.
    pub dead_letters: usize,
    /// How long each phase took.
    pub phases: Phases,
    /// The function's own failure, if it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
}

/// How long each phase took, in whole milliseconds. The first two run at the same time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Phases {
    /// Reading the state.
    pub load_ms: u128,
    /// Asking all targets.
    pub probe_ms: u128,
    /// Saving the state, before and after telling.
    pub save_ms: u128,
    /// Telling.
    pub notify_ms: u128,
}

impl<S: Store, P: Prober> Monitor<S, P> {
    /// A monitor at the start of its environment's life.
    pub fn new(
        settings: Settings,
        store: S,
        prober: P,
        channels: Vec<Box<dyn Channel>>,
        vault: Vault,
    ) -> Self {
        let layout = layout(&settings);
        Self { settings, layout, store, prober, channels, vault, memory: None, heartbeat: None }
    }

    /// The same, with somebody to ping after each run.
    #[must_use]
    pub fn with_heartbeat(self, heartbeat: Option<Heartbeat>) -> Self {
        Self { heartbeat, ..self }
    }

    /// What it keeps things in.
    pub fn store(&self) -> &S {
        &self.store
    }

    /// One run at the time `now`, in Unix seconds, to be through by `deadline`.
    pub async fn run(&mut self, now: u64, deadline: Instant) -> Run {
        self.run_for(Occasion::Check, now, deadline).await
    }

    /// [`run`](Self::run), for a given occasion.
    pub async fn run_for(&mut self, occasion: Occasion, now: u64, deadline: Instant) -> Run {
        self.vault.start_run();
        if occasion == Occasion::Announce {
            // A word that the old ones had refused must not be sent with them again.
            self.vault.forget();
        }
        let mut problems = Vec::new();
        let mut phases = Phases::default();

        let look = look::look(&self.settings, &self.store, &self.prober, &mut self.vault, deadline);
        let (loaded, looked) = tokio::join!(
            timed(keep::load(&self.store, self.layout.len(), self.memory.is_none())),
            timed(look)
        );
        (phases.load_ms, phases.probe_ms) = (loaded.1, looked.1);
        let Looked { observations, unseen } = looked.0;
        let recollection =
            memory::recollect(self.memory.take(), loaded.0, &self.settings, &self.layout, &mut problems);
        let Recollection { mut state, knowledge, may_save, mut holds, mut surplus } = recollection;

        match occasion {
            Occasion::Pause(until) => pause(&mut state, until),
            Occasion::Resume => resume(&mut state),
            _ => {}
        }
        let mut decision = decide(&state, &observations, now, &self.settings, knowledge);
        if occasion == Occasion::Announce {
            speak_again(&mut decision.state);
        }
        let ahead = before_sending(&decision.state);
        let started = Instant::now();
        let mut is_saved = may_save && self.save(&ahead, &mut holds, &mut problems).await;
        phases.save_ms = started.elapsed().as_millis();

        let mut after = decision.state.clone();
        let started = Instant::now();
        let notices = self.tell(&mut after, is_saved, now, deadline, &mut problems).await;
        phases.notify_ms = started.elapsed().as_millis();
        if after != ahead {
            let started = Instant::now();
            is_saved = may_save && self.save(&after, &mut holds, &mut problems).await;
            phases.save_ms += started.elapsed().as_millis();
        }

        if is_saved {
            self.clear(&mut surplus, deadline, &mut problems).await;
        }

        self.memory = Some(Memory { state: after.clone(), knowledge, holds, surplus });
        let fault = fault(is_saved, &unseen, &problems);
        // After the last write: whoever hears of a run can rely on its being kept.
        if let Some(heartbeat) = &self.heartbeat
            && let Err(why) = heartbeat.beat(fault.is_none(), &mut self.vault, &self.store).await
        {
            problems.push(format!("the heartbeat was not heard: {why}"));
        }
        problems.extend(unseen);
        let dead_letters = decision.expired.len() + refused(&notices);
        let reply = reply(&decision, &after, &observations, notices, problems);
        Run { reply, dead_letters, phases, fault }
    }

    /// What this function sees of each target, for comparison with what others see. Nothing is kept, nothing is told.
    pub async fn examine(&mut self, deadline: Instant) -> Vec<Observation> {
        self.vault.start_run();
        look::look(&self.settings, &self.store, &self.prober, &mut self.vault, deadline).await.observations
    }

    /// Sends a test on every channel.
    pub async fn test_channels(&mut self, now: u64) -> Vec<ChannelReply> {
        self.vault.start_run();
        // Whoever tests has perhaps just corrected a secret.
        self.vault.forget();
        let mut replies = Vec::new();
        for channel in &self.channels {
            let message = test_message(&self.settings.deployment, channel.name(), now);
            let delivery =
                tell::deliver(channel.as_ref(), &message, tell::SEND_TIMEOUT, &mut self.vault, &self.store)
                    .await;
            replies.push(ChannelReply::of(channel.name(), delivery));
        }
        replies
    }
}

async fn timed<T>(work: impl Future<Output = T>) -> (T, u128) {
    let started = Instant::now();
    let result = work.await;
    (result, started.elapsed().as_millis())
}

/// What makes a run fail: its result is not kept, or it could not look at a target for reasons of its own.
fn fault(is_saved: bool, unseen: &[String], problems: &[String]) -> Option<String> {
    if is_saved && unseen.is_empty() {
        return None;
    }
    let reasons: Vec<&str> = problems.iter().chain(unseen).map(String::as_str).collect();
    Some(reasons.join("; "))
}

fn refused(notices: &[NoticeReply]) -> usize {
    notices.iter().filter(|notice| notice.outcome == crate::reply::Outcome::Refused).count()
}

fn reply(
    decision: &Decision,
    after: &State,
    observations: &[Observation],
    notices: Vec<NoticeReply>,
    problems: Vec<String>,
) -> Reply {
    let targets: Vec<TargetReply> = after
        .targets
        .iter()
        .map(|target| {
            let seen = observations.iter().find(|seen| seen.target == target.name);
            let failed = seen.and_then(|seen| seen.failed.as_ref());
            TargetReply {
                name: target.name.clone(),
                status: target.status,
                since: target.since,
                http: seen.and_then(|seen| seen.http).unwrap_or_default(),
                failed: failed.map(|failure| failure.link),
                cause: failed.map(|failure| failure.cause),
                why: failed.map(|failure| failure.why.clone()),
                ms: seen.map(|seen| seen.total_ms),
            }
        })
        .collect();
    let http = targets.first().map(|target| target.http).unwrap_or_default();
    Reply { previous: decision.previous, current: after.status, http, targets, notices, problems }
}

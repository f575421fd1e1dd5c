//! What surrounds the monitor: a store whose calls can be refused, lose their answers or be the last of a run, and a
//! prober that finds what a test says.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::{pending, poll_fn};
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

use plexmon_function::contract::history::{Parameter, Place, TargetHistory};
use plexmon_function::contract::request::{Request, Trigger};
use plexmon_function::contract::secrets::{Secrets, TargetSecrets};
use plexmon_function::contract::settings::{Settings, Target};
use plexmon_function::contract::state::State;
use plexmon_function::probe::{Cause, Observation};
use plexmon_function::run::{Monitor, Prober, Run};
use plexmon_function::store::{MemoryStore, SecretCache, Store, StoreError, Stored};
use plexmon_testing::rng::Rng;
use tokio::task::yield_now;
use tokio::time::Instant;

use super::list::Seen;
use crate::fixtures::{failing, up};

/// What happens at one call of the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    Refused,
    /// The call takes effect, but the answer is lost.
    AnswerLost,
    KilledBefore,
    KilledAfter,
}

/// The store and the apps; what is cloned is the same.
#[derive(Clone, Default)]
pub struct Scene(Rc<Inner>);

#[derive(Default)]
struct Inner {
    store: MemoryStore,
    seen: RefCell<BTreeMap<String, Seen>>,
    troubles: RefCell<BTreeMap<usize, Trouble>>,
    calls: Cell<usize>,
    is_killed: Cell<bool>,
    /// Draws for how long a call takes, so that two runs overlap in many ways.
    pace: RefCell<Option<Rng>>,
}

pub type SceneMonitor = Monitor<Scene, Scene>;

impl Scene {
    pub fn store(&self) -> &MemoryStore {
        &self.0.store
    }

    /// Set what the next checks find.
    pub fn set(&self, name: &str, seen: Seen) {
        self.0.seen.borrow_mut().insert(name.to_owned(), seen);
    }

    /// Set what happens at the calls of the next run, by number.
    pub fn trouble(&self, troubles: impl IntoIterator<Item = (usize, Trouble)>) {
        *self.0.troubles.borrow_mut() = troubles.into_iter().collect();
        self.0.calls.set(0);
        self.0.is_killed.set(false);
    }

    /// Return a monitor in a new environment.
    pub fn monitor(&self, settings: &Settings) -> SceneMonitor {
        Monitor::new(settings.clone(), self.clone(), self.clone(), Vec::new(), SecretCache::empty())
    }

    /// Make one run; nothing is returned if it was killed.
    pub async fn run(&self, monitor: &mut SceneMonitor, trigger: Trigger, now: u64) -> Option<Run> {
        let deadline = Instant::now() + Duration::from_secs(30);
        let mut run = pin!(monitor.run_for(trigger, now, deadline));
        poll_fn(|context| match run.as_mut().poll(context) {
            Poll::Ready(run) => Poll::Ready(Some(run)),
            Poll::Pending if self.0.is_killed.get() => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        })
        .await
    }

    /// Make two runs at the same time, whose calls come in an order of this seed.
    pub async fn run_both(&self, [first, second]: [(&mut SceneMonitor, Trigger, u64); 2], seed: u64) {
        *self.0.pace.borrow_mut() = Some(Rng(seed));
        let deadline = Instant::now() + Duration::from_secs(30);
        let first = first.0.run_for(first.1, first.2, deadline);
        let second = second.0.run_for(second.1, second.2, deadline);
        tokio::join!(first, second);
        *self.0.pace.borrow_mut() = None;
    }

    /// The parameters of the history, as they are stored.
    pub fn parameters(&self) -> Vec<(Place, Parameter)> {
        let history = self.0.store.history.borrow();
        let numbered = history.iter().filter(|(place, _)| **place != Place::Aside);
        numbered
            .map(|(place, versions)| (*place, Parameter::parse(versions.last().unwrap()).unwrap()))
            .collect()
    }

    /// The whole state, of all parts.
    pub fn state(&self) -> State {
        let first = self.0.store.state.borrow();
        let parts = self.0.store.parts.borrow();
        let texts = first.iter().chain(parts.values());
        plexmon_function::contract::parts::merge(texts.map(|text| State::parse(text).unwrap()).collect())
    }

    /// The history of a target, as it is stored.
    pub fn history(&self, settings: &Settings, name: &str, now: u64) -> TargetHistory {
        let parameters = self.parameters();
        let record = parameters.iter().find_map(|(_, parameter)| parameter.records.get(name));
        let target = settings.target(name).unwrap();
        TargetHistory::new(record, &self.state(), target, &settings.clock, now)
    }

    async fn call<T>(&self, call: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
        let pauses = self.0.pace.borrow_mut().as_mut().map_or(0, |rng| rng.below(4));
        for _ in 0..pauses {
            yield_now().await;
        }
        let number = self.0.calls.replace(self.0.calls.get() + 1);
        let trouble = self.0.troubles.borrow().get(&number).copied();
        let result = match trouble {
            Some(Trouble::Refused | Trouble::KilledBefore) => Err(StoreError::new("refused")),
            None | Some(Trouble::AnswerLost | Trouble::KilledAfter) => call.await,
        };
        match trouble {
            Some(Trouble::KilledBefore | Trouble::KilledAfter) => {
                self.0.is_killed.set(true);
                pending().await
            }
            Some(Trouble::AnswerLost) => Err(StoreError::new("no answer")),
            Some(Trouble::Refused) | None => result,
        }
    }
}

/// A check that the schedule or a person starts.
pub fn check() -> Trigger {
    Request::Check.into()
}

impl Store for Scene {
    async fn load_state(&self, part: usize) -> Result<Option<Stored>, StoreError> {
        self.call(self.0.store.load_state(part)).await
    }

    async fn load_version(&self, part: usize, version: u64) -> Result<Option<Stored>, StoreError> {
        self.call(self.0.store.load_version(part, version)).await
    }

    async fn save_state(&self, part: usize, text: &str) -> Result<Option<u64>, StoreError> {
        self.call(self.0.store.save_state(part, text)).await
    }

    async fn load_history(&self, place: Place) -> Result<Option<Stored>, StoreError> {
        self.call(self.0.store.load_history(place)).await
    }

    async fn save_history(&self, place: Place, text: &str) -> Result<Option<u64>, StoreError> {
        self.call(self.0.store.save_history(place, text)).await
    }

    async fn load_secrets(&self) -> Result<Secrets, StoreError> {
        self.0.store.load_secrets().await
    }
}

impl Prober for Scene {
    async fn probe(&self, target: &Target, _: &TargetSecrets) -> Observation {
        match self.0.seen.borrow().get(&target.name) {
            Some(Seen::Up { ms }) => Observation { total_ms: *ms, ..up(&target.name) },
            Some(Seen::Down(cause)) => failing(&target.name, *cause, "HTTP 502 instead of 200"),
            Some(Seen::Unknown) => failing(&target.name, Cause::Access, "HTTP 403"),
            None => panic!("nothing is known of {}", target.name),
        }
    }
}

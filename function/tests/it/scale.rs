//! One real run with many targets: each is probed, the state is saved, and there is time left.

use std::sync::Arc;
use std::time::Duration;

use plexmon_function::contract::parts::layout;
use plexmon_function::contract::settings::{Settings, Target};
use plexmon_function::contract::state::{State, Status};
use plexmon_function::probe::Tls;
use plexmon_function::run::{Monitor, NetworkProber};
use plexmon_function::store::MemoryStore;
use plexmon_function::store::SecretCache;
use tokio::time::Instant;

use crate::fixtures::{NOW, settings, target};
use crate::server::{Server, http};

/// The default time limit of a run, less the time to write the many parts of five hundred targets.
const TIME_OUT: Duration = Duration::from_secs(30);

async fn all_are_probed(count: usize) {
    let server = Server::start(&[http("200 OK", "", "machineIdentifier=\"x\"")]).await;
    let one = |at| Target { url: server.url(), tries: 2, ..target(&format!("target-{at}")) };
    let settings = Settings { targets: (0..count).map(one).collect(), channels: Vec::new(), ..settings(&[]) };
    let parts = layout(&settings).len();
    let store = MemoryStore::default();
    let record = Arc::clone(&store.record);
    let live = NetworkProber(Tls::new().unwrap());
    let mut monitor = Monitor::new(settings, store, live, Vec::new(), SecretCache::empty());
    let run = monitor.run(NOW, Instant::now() + TIME_OUT).await;
    assert_eq!((run.fault, run.reply.problems, run.reply.current), (None, Vec::new(), Status::Up));
    assert_eq!(run.reply.targets.len(), count);
    assert_eq!(server.requests().len(), count, "each was probed once");
    let saves = record.lock().unwrap().iter().filter(|effect| *effect == "save").count();
    assert_eq!(saves, parts);
    let first = monitor.store().state.borrow().clone().unwrap();
    assert_eq!(State::parse(&first).unwrap().status, Status::Up);
}

#[tokio::test]
async fn one_to_five_hundred_targets_are_probed_in_one_run() {
    for count in [1, 17, 100, 500] {
        all_are_probed(count).await;
    }
}

//! How a run divides its time: slow and fast channels, more targets than it can check, and a monitor that is offline.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use plexmon_function::contract::delivery::Delivery;
use plexmon_function::contract::delivery::DeliveryOutcome;
use plexmon_function::contract::notification::NotificationKind;
use plexmon_function::contract::secrets::{ChannelSecrets, TargetSecrets};
use plexmon_function::contract::settings::{ChannelKind, Settings, Smtp, SmtpTls, Target};
use plexmon_function::contract::state::{State, Status};
use plexmon_function::message::Message;
use plexmon_function::notify::{Channel, Sending};
use plexmon_function::probe::{Cause, Observation};
use plexmon_function::run::{Monitor, Prober, Run};
use plexmon_function::store::SecretCache;
use plexmon_function::store::{MemoryStore, Record};
use tokio::time::{Instant, sleep};

use crate::fixtures::{NOW, down, failing, no_time, pushover, settings, target, up};

/// The given targets respond after `delay`; the others never respond.
#[derive(Clone, Default)]
struct SilentTargets {
    responding: Record,
    probed: Record,
    delay: Duration,
}

impl Prober for SilentTargets {
    async fn probe(&self, target: &Target, _: &TargetSecrets) -> Observation {
        self.probed.lock().unwrap().push(target.name.clone());
        let timeout = Duration::from_secs(target.timeout_s.into());
        if self.responding.lock().unwrap().contains(&target.name) && self.delay < timeout {
            sleep(self.delay).await;
            return up(&target.name);
        }
        sleep(timeout).await;
        Observation { http: None, ..failing(&target.name, Cause::Timeout, "no answer in time") }
    }
}

/// Accepts each message after a while.
struct Slow {
    name: &'static str,
    takes: Duration,
    taken: Arc<Mutex<Vec<(&'static str, Duration)>>>,
    started: Instant,
}

impl Channel for Slow {
    fn name(&self) -> &str {
        self.name
    }

    fn send<'a>(&'a self, _: &'a Message, _: &'a ChannelSecrets, _: Instant) -> Sending<'a> {
        Box::pin(async move {
            sleep(self.takes).await;
            self.taken.lock().unwrap().push((self.name, self.started.elapsed()));
            Delivery::Delivered
        })
    }
}

async fn run(settings: Settings, prober: &SilentTargets, channels: Vec<Box<dyn Channel>>) -> (Run, State) {
    let cache = SecretCache::fixed(plexmon_function::contract::secrets::Secrets::default());
    let mut monitor = Monitor::new(settings, MemoryStore::default(), prober.clone(), channels, cache);
    let run = monitor.run(NOW, Instant::now() + Duration::from_secs(30)).await;
    let state = State::parse(monitor.store().state.borrow().as_deref().unwrap()).unwrap();
    (run, state)
}

fn named(names: &[&str]) -> Settings {
    Settings { channels: names.iter().map(|name| pushover(name)).collect(), ..settings(&["plex"]) }
}

#[tokio::test(start_paused = true)]
async fn a_slow_channel_is_awaited_and_delays_no_other() {
    let taken = Arc::default();
    let slow = |name, seconds| -> Box<dyn Channel> {
        let (taken, started) = (Arc::clone(&taken), Instant::now());
        Box::new(Slow { name, takes: Duration::from_secs(seconds), taken, started })
    };
    let prober = SilentTargets::default();
    prober.responding.lock().unwrap().push("plex".to_owned());
    let channels = vec![slow("mail", 18), slow("phone", 1), slow("dead", 3_600)];
    let (run, state) = run(named(&["mail", "phone", "dead"]), &prober, channels).await;
    let seconds: Vec<_> = taken.lock().unwrap().iter().map(|(name, at)| (*name, at.as_secs())).collect();
    assert_eq!(seconds, [("phone", 1), ("mail", 18)]);
    let outcomes: Vec<_> =
        run.reply.notices.iter().map(|notice| (notice.channel.as_str(), notice.outcome)).collect();
    let expected = [
        ("mail", DeliveryOutcome::Delivered),
        ("phone", DeliveryOutcome::Delivered),
        ("dead", DeliveryOutcome::Retry),
    ];
    assert_eq!(outcomes, expected);
    assert_eq!((state.outbox.len(), state.outbox[0].channel(), state.outbox[0].sent), (1, "dead", 1));
}

#[tokio::test(start_paused = true)]
async fn a_mail_may_take_twenty_seconds_if_the_run_is_long_enough() {
    let smtp = Smtp {
        host: "mail.example.com".to_owned(),
        port: 587,
        tls: SmtpTls::Starttls,
        user: None,
        from: "me@example.com".to_owned(),
        to: vec!["me@example.com".to_owned()],
        hello: None,
        ca_pem: None,
    };
    let mut settings = named(&["mail"]);
    settings.channels[0].kind = ChannelKind::Email(smtp);
    settings.targets[0].timeout_s = 10;
    settings.targets[0].tries = 2;
    let taken: Arc<Mutex<Vec<(&'static str, Duration)>>> = Arc::default();
    let slow = Slow {
        name: "mail",
        takes: Duration::from_secs(20),
        taken: Arc::clone(&taken),
        started: Instant::now(),
    };
    let cache = SecretCache::fixed(plexmon_function::contract::secrets::Secrets::default());
    let prober = SilentTargets::default();
    let mut monitor = Monitor::new(settings, MemoryStore::default(), prober, vec![Box::new(slow)], cache);
    monitor.run(NOW, Instant::now() + Duration::from_secs(45)).await;
    assert_eq!(taken.lock().unwrap().len(), 1, "after two tries of ten seconds each");
}

#[tokio::test(start_paused = true)]
async fn unchecked_targets_are_reported_and_checked_first_in_the_next_run() {
    let prober = SilentTargets::default();
    let targets = (0..300).map(|at| Target { timeout_s: 12, ..target(&format!("t-{at}")) }).collect();
    let settings = Settings { targets, ..named(&[]) };
    let cache = SecretCache::fixed(plexmon_function::contract::secrets::Secrets::default());
    let mut monitor = Monitor::new(settings, MemoryStore::default(), prober.clone(), Vec::new(), cache);
    let started = Instant::now();
    let run = monitor.run(NOW, started + Duration::from_secs(30)).await;
    assert!(started.elapsed() < Duration::from_secs(30), "{:?}", started.elapsed());
    assert_eq!(run.fault, None);
    // There is time for two batches. A timeout in the third would prove nothing.
    let checked = 128;
    assert!(prober.probed.lock().unwrap().len() < 300);
    assert_eq!(
        run.reply.problems,
        [no_time("no time was left to check 172 of 300 targets; the next run begins with them")]
    );
    let is_down = |at: usize| run.reply.targets[at].status == Status::Down;
    assert!((0..checked).all(is_down) && !(checked..300).any(is_down));

    prober.probed.lock().unwrap().clear();
    monitor.run(NOW + 300, Instant::now() + Duration::from_secs(30)).await;
    assert_eq!(prober.probed.lock().unwrap()[0], format!("t-{checked}"));
}

#[tokio::test(start_paused = true)]
async fn an_offline_monitor_reports_no_target_as_down() {
    for (timeout_s, tries) in [(10, 2), (10, 1), (15, 2), (5, 3), (24, 1), (28, 1)] {
        for control in [false, true] {
            let prober = SilentTargets { delay: Duration::from_secs(3), ..SilentTargets::default() };
            let host = "https://control.example.com/".to_owned();
            if control {
                prober.responding.lock().unwrap().push(host.clone());
            }
            let mut settings = Settings { control: vec![host.clone()], ..named(&[]) };
            settings.targets[0] = Target { timeout_s, tries, ..target("plex") };
            let (run, _) = run(settings, &prober, Vec::new()).await;
            let expected = if control { Status::Down } else { Status::Unknown };
            assert_eq!(run.reply.targets[0].status, expected, "{timeout_s} s, {tries} tries");
            assert!(prober.probed.lock().unwrap().contains(&host));
        }
    }
}

#[test]
fn a_repeated_message_is_not_extended() {
    use plexmon_function::decide::{Context, decide, outgoing};
    use plexmon_function::message::{batch, message};
    // The targets share a site, so that they would be reported together; one of them stays up.
    let mut both = settings(&["a", "b", "c"]);
    both.targets.iter_mut().for_each(|target| target.site = "home".to_owned());
    let messages = |state: &State, now| {
        let mut queue = outgoing(state, "pushover", &both, now);
        let mut messages = Vec::new();
        while !queue.is_empty() {
            let together = batch(&mut queue, &both);
            messages.push(message(&together, state, &both, true));
        }
        messages
    };
    let mut state = State::default();
    for (run, seen) in [[up("a"), up("b"), up("c")], [down("a"), up("b"), up("c")]].iter().enumerate() {
        state = decide(&state, seen, Context::new(&both, NOW + 300 * run as u64)).state;
        if run == 0 {
            state.outbox.clear();
        }
    }
    let first = messages(&state, NOW + 300);
    state.outbox.iter_mut().for_each(|entry| entry.note_unproven(NOW + 300));
    state = decide(&state, &[down("a"), down("b"), up("c")], Context::new(&both, NOW + 600)).state;
    let second = messages(&state, NOW + 600);
    assert_eq!((first.len(), second.len()), (1, 2), "{second:#?}");
    assert_eq!((&second[0].id, second[0].items.len()), (&first[0].id, 1));
    assert!(second[0].body.ends_with("(may be a repeat)") && !second[1].body.contains("repeat"));
    assert_eq!((second[1].items[0].target.as_str(), second[1].items[0].kind), ("b", NotificationKind::Down));

    // The id of a message about several targets covers all of them.
    let mut together = state.outbox.clone();
    together.iter_mut().for_each(|entry| (entry.unproven, entry.sent) = (false, 0));
    let key = |entries: &[plexmon_function::contract::notification::Notification]| {
        message(entries, &state, &both, true).id
    };
    assert_ne!(key(&together), key(&together[..1]));
    assert_eq!(key(&together), key(&together.clone()));
}

/// Another run may have saved its state during the probes. It is read before it could be overwritten.
#[tokio::test(start_paused = true)]
async fn a_state_that_was_read_long_ago_is_read_again_before_it_is_saved() {
    for (timeout_s, loads) in [(1, 1), (2, 2), (20, 2)] {
        let mut settings = named(&[]);
        settings.targets[0] = Target { timeout_s, ..target("plex") };
        let store = MemoryStore::default();
        let record = Arc::clone(&store.record);
        let cache = SecretCache::fixed(plexmon_function::contract::secrets::Secrets::default());
        let mut monitor = Monitor::new(settings, store, SilentTargets::default(), Vec::new(), cache);
        monitor.run(NOW, Instant::now() + Duration::from_secs(30)).await;
        let read = record.lock().unwrap().iter().filter(|effect| *effect == "load").count();
        assert_eq!(read, loads, "{timeout_s} s");
    }
}

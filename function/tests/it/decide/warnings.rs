//! Warnings: notified once after enough runs, once more when they end, and not again for a value at its limit.

mod random;

use plexmon_function::contract::delivery::Delivery;
use plexmon_function::contract::notification::NotificationKind;
use plexmon_function::contract::reply::WarningReply;
use plexmon_function::contract::settings::{Settings, Target};
use plexmon_function::contract::state::{State, Status};
use plexmon_function::decide::{Context, decide};
use plexmon_function::message::{batch, message};
use plexmon_function::probe::{Cause, Failure, Finding, Level, LinkName, Observation};

use crate::fixtures::{NOW, down, record_result, settings, up};

const RUN_S: u64 = 5 * 60;

/// A monitor of one target, run by run. Everything is delivered at once.
struct Played {
    settings: Settings,
    state: State,
    now: u64,
}

fn finding(key: &str, level: Level, why: &str) -> Finding {
    Finding { key: key.to_owned(), level, why: why.to_owned() }
}

fn disk(level: Level) -> Vec<Finding> {
    vec![finding("disk:/data", level, "disk /data")]
}

fn with(findings: Vec<Finding>) -> Observation {
    Observation { findings, ..up("plex") }
}

impl Played {
    fn new(change: impl FnOnce(&mut Target)) -> Self {
        let mut settings = settings(&["plex"]);
        change(&mut settings.targets[0]);
        let mut played = Self { settings, state: State::default(), now: NOW };
        played.run(&up("plex"));
        played
    }

    /// Observe this, and return the titles and bodies of the messages.
    fn run(&mut self, seen: &Observation) -> Vec<String> {
        self.now += RUN_S;
        self.state =
            decide(&self.state, std::slice::from_ref(seen), Context::new(&self.settings, self.now)).state;
        let mut queue = self.state.outbox.clone();
        let mut texts = Vec::new();
        while !queue.is_empty() {
            let together = batch(&mut queue, &self.settings);
            let message = message(&together, &self.state, &self.settings, true);
            texts.push(format!("{}: {}", message.title, message.body));
            for one in together {
                record_result(&mut self.state, &one.id, &Delivery::Delivered, &self.settings, self.now);
            }
        }
        texts
    }

    /// Observe levels of the disk, one after the other, and return in which runs there was a message.
    fn disk_runs(&mut self, levels: &[Level]) -> Vec<usize> {
        let notified =
            |(run, level): (usize, &Level)| (!self.run(&with(disk(*level))).is_empty()).then_some(run);
        levels.iter().enumerate().filter_map(notified).collect()
    }

    fn warnings(&self) -> Vec<String> {
        let warnings = WarningReply::all(&self.state.targets[0], &self.settings.targets[0]);
        warnings.into_iter().map(|one| one.why).collect()
    }
}

#[test]
fn a_warning_is_notified_once_and_once_more_when_it_ends() {
    let mut played = Played::new(|_| {});
    let low = "disk /data: 38 GB free, less than 50 GB";
    assert_eq!(
        played.run(&with(vec![finding("disk:/data", Level::NotMet, low)])),
        ["Plex is degraded: Disk /data: 38 GB free, less than 50 GB."]
    );
    let lower = "disk /data: 20 GB free, less than 50 GB";
    assert!(played.run(&with(vec![finding("disk:/data", Level::NotMet, lower)])).is_empty());
    assert_eq!(played.warnings(), [lower], "the last value is kept");
    assert_eq!(played.state.status, Status::Up, "a warning is not an outage");
    assert_eq!(
        played.run(&with(vec![finding("disk:/data", Level::Met, "disk /data: 90 GB free")])),
        ["Plex: warning ended: Disk /data: 90 GB free. The warning lasted 10 min."]
    );
    assert!(played.run(&with(disk(Level::Met))).is_empty());
    assert!(played.state.targets[0].warnings.is_empty() && played.warnings().is_empty());
}

#[test]
fn a_warning_takes_as_many_runs_as_an_outage() {
    use Level::{Met, NotMet};
    let mut played = Played::new(|target| (target.down_after, target.up_after) = (3, 2));
    let levels = [NotMet, NotMet, Met, NotMet, NotMet, NotMet, NotMet, Met, NotMet, Met, Met];
    assert_eq!(played.disk_runs(&levels), [5, 10]);
}

#[test]
fn a_value_at_its_limit_does_not_flap() {
    use Level::{Met, NearLimit, NotMet};
    let mut played = Played::new(|_| {});
    assert!(played.disk_runs(&[NearLimit; 10]).is_empty(), "near the limit, no warning begins");
    let across = [NotMet, NearLimit, NotMet, NearLimit, NearLimit, NotMet, NearLimit, NotMet];
    assert_eq!(played.disk_runs(&across), [0]);
    assert_eq!(played.disk_runs(&[NearLimit; 9]), [6], "stable for 30 minutes, it ends");
    assert_eq!(played.disk_runs(&[NotMet, NearLimit, Met]), [0, 2], "clearly better, it ends at once");
}

#[test]
fn an_outage_of_a_value_at_its_limit_does_not_flap() {
    let failed =
        Failure { link: LinkName::Body, why: "load: 9, more than 8".to_owned(), cause: Cause::Limit };
    let over = Observation { failed: Some(failed), ..down("plex") };
    let near = Observation { is_near_limit: true, ..up("plex") };
    let mut played = Played::new(|_| {});
    let kinds = |played: &mut Played, seen: &[&Observation]| -> Vec<usize> {
        let notified = |(run, seen): (usize, &&Observation)| (!played.run(seen).is_empty()).then_some(run);
        seen.iter().enumerate().filter_map(notified).collect()
    };
    assert_eq!(kinds(&mut played, &[&over, &near, &over, &near, &near, &over]), [0]);
    assert_eq!(kinds(&mut played, &[&near; 9]), [6], "stable for 30 minutes, it is up");
    assert_eq!(kinds(&mut played, &[&over, &near, &up("plex")]), [0, 2]);
    assert_eq!(kinds(&mut played, &[&down("plex"), &near]), [0, 1], "the outage had another cause");
}

#[test]
fn an_outage_neither_begins_nor_ends_a_warning() {
    let mut played = Played::new(|_| {});
    assert_eq!(played.disk_runs(&[Level::NotMet]), [0]);
    assert_eq!(played.run(&down("plex")).len(), 1, "only the outage");
    assert!(played.warnings().is_empty(), "down says enough");
    assert_eq!(played.run(&with(disk(Level::NotMet))).len(), 1, "only the recovery");
    assert_eq!(played.warnings().len(), 1);
}

#[test]
fn an_unknown_condition_keeps_its_warning_and_is_reported_after_an_hour() {
    let mut played = Played::new(|_| {});
    assert_eq!(played.disk_runs(&[Level::NotMet]), [0]);
    let unknown = || with(vec![finding("disk", Level::Unknown, "the disk space cannot be read: HTTP 401")]);
    for run in 0..12 {
        assert!(played.run(&unknown()).is_empty(), "run {run}");
    }
    assert_eq!(played.run(&unknown()), ["Plex is degraded: The disk space cannot be read: HTTP 401."]);
    assert_eq!(played.warnings(), ["disk /data", "the disk space cannot be read: HTTP 401"]);
    let texts = played.run(&with(disk(Level::NotMet)));
    assert_eq!(
        texts,
        [
            "Plex: warning ended: The disk space cannot be read: HTTP 401; can be checked again. The warning lasted 1 h 5 min."
        ]
    );
    assert_eq!(played.disk_runs(&[Level::Met]), [0]);
}

#[test]
fn a_warning_about_what_no_longer_exists_ends() {
    let mut played = Played::new(|_| {});
    let inner = |id: &str, level| finding(&format!("inner:{id}"), level, &format!("monitor {id} is down"));
    let texts = played.run(&with(vec![inner("1", Level::NotMet), inner("2", Level::NotMet)]));
    assert_eq!(texts, ["Plex is degraded: Monitor 1 is down. Monitor 2 is down."], "one message");
    let texts = played.run(&with(vec![inner("2", Level::NotMet)]));
    assert_eq!(
        texts,
        ["Plex: warning ended: Monitor 1 is down; no longer reported. The warning lasted 5 min."]
    );
    // The condition was removed from the configuration.
    assert_eq!(played.run(&up("plex")).len(), 1);
    assert!(played.state.targets[0].warnings.is_empty());
}

/// Names come from apps: a backup of `/Who?` is not what is unknown about one of `/Who`.
#[test]
fn names_may_end_in_anything() {
    let mut played = Played::new(|_| {});
    for end in ["?", ":", "!", "~"] {
        let key = format!("backup:nas:/Who{end}");
        let seen = |level| with(vec![finding(&key, level, "backup of Who")]);
        let texts: Vec<usize> = (0..4).map(|_| played.run(&seen(Level::NotMet)).len()).collect();
        assert_eq!((texts, played.warnings().len()), (vec![1, 0, 0, 0], 1), "{key}");
        assert_eq!(played.run(&seen(Level::Met)).len(), 1, "{key}");
    }
}

#[test]
fn warnings_of_one_target_are_bounded() {
    let mut played = Played::new(|_| {});
    let many = (0..500).map(|at| finding(&format!("inner:{at}"), Level::NotMet, "down")).collect();
    played.run(&with(many));
    assert_eq!(played.state.targets[0].warnings.len(), 20);
}

#[test]
fn slow_responses_count_as_degraded() {
    let mut played = Played::new(|target| (target.slow_ms, target.down_after) = (Some(500), 2));
    let slow = Observation { total_ms: 700.0, ..up("plex") };
    played.run(&slow);
    assert!(played.warnings().is_empty());
    played.run(&slow);
    assert_eq!(played.warnings(), ["slow responses"]);
}

#[test]
fn the_kinds_of_warnings_survive_a_state() {
    let mut played = Played::new(|_| {});
    played.now += RUN_S;
    let context = Context::new(&played.settings, played.now);
    let state = decide(&played.state, &[with(disk(Level::NotMet))], context).state;
    let read = State::parse(&state.encode().unwrap().text).unwrap();
    assert_eq!(read.outbox[0].kind, NotificationKind::Warning);
    assert_eq!(read.outbox[0].about.as_deref(), Some("disk:/data"));
    assert_eq!(read, state);
}

#[test]
fn a_failed_check_that_is_no_outage_does_not_hide_the_end_of_slow_responses() {
    let mut played = Played::new(|target| (target.slow_ms, target.down_after) = (Some(500), 2));
    let (slow, fast) = (Observation { total_ms: 700.0, ..up("plex") }, up("plex"));
    let mut titles = |seen: &[&Observation]| -> Vec<String> {
        let texts = seen.iter().flat_map(|seen| played.run(seen));
        texts.map(|text| text.split(':').next().unwrap().to_owned()).collect()
    };
    let failed = down("plex");
    assert_eq!(titles(&[&slow, &slow, &failed, &fast]), ["Plex is slow", "Plex responds in time again"]);
    assert!(titles(&[&slow, &failed, &slow, &fast]).is_empty(), "not slow in consecutive runs");
    let outage = ["Plex is slow", "Plex is DOWN", "Plex RECOVERED after 10 min"];
    assert_eq!(titles(&[&slow, &slow, &failed, &failed, &fast]), outage, "an outage says enough");
}

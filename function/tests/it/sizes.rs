//! The state against SSM's limit, for one to five hundred targets: whole in one parameter, whole in several, or refused
//! beforehand; never cut.

use std::collections::BTreeMap;
use std::time::Duration;

use plexmon_function::contract::delivery::Delivery;
use plexmon_function::contract::notification::{Notification, NotificationKind, NotificationScope};
use plexmon_function::contract::parts::{MAX_PARTS, capacity, layout, merge, split};
use plexmon_function::contract::settings::{Settings, Target};
use plexmon_function::contract::state::{
    LastNotified, Lease, MAX_BYTES, MonitorState, State, Status, Streak, Suppressed, TargetState,
};
use plexmon_function::decide::{Context, decide};
use plexmon_function::probe::{Cause, Failure, LinkName, Observation};

use crate::fixtures::{NOW, before_sending_all, down, pushover, record_result, settings, target, up};
use crate::handler::{TestMonitor, later};

fn many(count: usize, name: impl Fn(usize) -> String) -> Settings {
    Settings { targets: (0..count).map(|at| target(&name(at))).collect(), ..settings(&[]) }
}

fn numbered(count: usize) -> Settings {
    many(count, |at| format!("target-number-{at:03}"))
}

fn seen(settings: &Settings, what: impl Fn(&str) -> Observation) -> Vec<Observation> {
    settings.targets.iter().map(|target: &Target| what(&target.name)).collect()
}

/// All up and told; then all down, with nothing told yet.
fn all_down(settings: &Settings, what: impl Fn(&str) -> Observation) -> State {
    let mut state = decide(&State::default(), &seen(settings, up), Context::new(settings, NOW)).state;
    for entry in state.outbox.clone() {
        record_result(&mut state, &entry.id, &Delivery::Delivered, settings, NOW);
    }
    before_sending_all(
        &decide(&state, &seen(settings, what), Context::new(settings, NOW + 300)).state,
        NOW + 300,
    )
}

/// A long reason in characters of four bytes, as hostile as a server's answer may make it.
fn verbose(name: &str) -> Observation {
    let why = "\u{1F980}{{\"\\".repeat(50);
    let failed = Failure { link: LinkName::Http, why, cause: Cause::Condition };
    Observation { failed: Some(failed), ..down(name) }
}

fn ids(entries: &[Notification]) -> Vec<&str> {
    let mut ids: Vec<&str> = entries.iter().map(|entry| entry.id.as_str()).collect();
    ids.sort_unstable();
    ids
}

#[track_caller]
fn nothing_is_cut(settings: &Settings) {
    for state in [all_down(settings, down), all_down(settings, verbose)] {
        let parts = split(&state, settings, &layout(settings));
        assert_eq!(parts.len(), layout(settings).len());
        let kept: Vec<State> = parts
            .iter()
            .map(|part| {
                let text = part.encode().unwrap().text;
                assert!(text.len() <= MAX_BYTES && !text.contains("{{"));
                State::parse(&text).unwrap()
            })
            .collect();
        let whole = merge(kept);
        assert_eq!(ids(&whole.outbox), ids(&state.outbox), "every word is still to be told");
        let names = |state: &State| -> Vec<String> { state.targets.iter().map(|t| t.name.clone()).collect() };
        assert_eq!(names(&whole), names(&state));
    }
}

#[test]
fn whatever_the_number_nothing_is_cut() {
    for count in [1, 2, 16, 17, 18, 19, 20, 23, 28, 40, 60, 100] {
        for channels in 1..=3 {
            for name in [
                |at| format!("t{at}"),
                |at| format!("target-number-{at:03}"),
                |at| format!("\u{fc}{{{{:{at}\""),
            ] {
                let mut settings = many(count, name);
                settings.channels = (0..channels).map(|at| pushover(&format!("channel-{at}"))).collect();
                assert_eq!(capacity(&settings), count);
                nothing_is_cut(&settings);
            }
        }
    }
    nothing_is_cut(&numbered(500));
}

#[test]
fn a_home_fits_into_one_parameter_and_five_hundred_targets_into_several() {
    assert_eq!(layout(&many(8, |at| format!("app-{at}"))).len(), 1);
    assert_eq!(layout(&many(16, |at| format!("app-{at}"))).len(), 2);
    let parts = layout(&numbered(500)).len();
    assert!((20..=MAX_PARTS).contains(&parts), "{parts}");
    assert_eq!(capacity(&numbered(500)), 500);
    let fits = capacity(&numbered(2_000));
    assert!((500..2_000).contains(&fits), "{fits}");
    assert_eq!(capacity(&many(1, |_| "x".repeat(5_000))), 0);
}

#[test]
fn a_target_that_is_in_two_parts_is_the_one_with_the_later_news() {
    let settings = numbered(2);
    let early = all_down(&settings, down);
    let mut late = early.clone();
    late.targets.remove(0);
    late.outbox.remove(0);
    late.targets[0].seq += 1;
    late.outbox[0].id = "target-number-001:9:pushover".to_owned();
    for parts in [vec![early.clone(), late.clone()], vec![late, early.clone()]] {
        let whole = merge(parts);
        assert_eq!(whole.targets.len(), 2);
        assert_eq!(ids(&whole.outbox), ["target-number-000:2:pushover", "target-number-001:9:pushover"]);
    }
}

#[tokio::test(start_paused = true)]
async fn of_many_parts_only_those_are_written_that_have_news() {
    let mut world = TestMonitor::new(numbered(100));
    let saves = |did: Vec<String>| did.iter().filter(|did| *did == "save").count();
    let parts = layout(&numbered(100)).len();
    assert!(parts > 3, "{parts}");
    world.run_for(Duration::from_secs(120)).await;
    assert_eq!(saves(world.did()), 2 * parts, "all are new, and all have told their first word");
    world.run_for(Duration::from_secs(120)).await;
    assert_eq!(saves(world.did()), 1, "a quiet run");
    world.set_down(&["target-number-099"]);
    let before = tokio::time::Instant::now();
    world.run_for(Duration::from_secs(120)).await;
    assert_eq!(saves(world.did()), 4, "the first and the last part, before and after telling");
    assert!(before.elapsed() >= Duration::from_millis(700), "SSM takes three writes a second");
    assert_eq!(world.monitor.store().parts.borrow().len(), parts - 1);
}

#[tokio::test]
async fn a_new_environment_reads_what_was_kept_in_more_parts_than_it_needs() {
    let mut world = TestMonitor::new(numbered(100));
    world.run_for(Duration::from_secs(120)).await;
    let fewer = Settings { targets: numbered(100).targets[95..].to_vec(), ..numbered(0) };
    let mut world = world.cold(fewer);
    world.run_for(Duration::from_secs(120)).await;
    let did = world.did();
    assert!(!did.iter().any(|did| did.starts_with("send")), "all of them are known: {did:?}");
}

/// What was known of a target long ago must not be believed when it is watched again.
#[tokio::test(start_paused = true)]
async fn parts_that_are_no_longer_needed_are_cleared_once_and_are_still_counted() {
    let time = Duration::from_secs(120);
    let mut world = TestMonitor::new(numbered(100));
    world.set_down(&["target-number-090"]);
    world.run_for(time).await;
    let few = Settings { targets: numbered(100).targets[95..].to_vec(), ..numbered(0) };
    let saves = |did: Vec<String>| did.iter().filter(|did| *did == "save").count();

    // No more than two of them, before the time is up.
    let mut world = world.cold(few.clone());
    world.run_for(Duration::from_millis(3_400)).await;
    let left = |world: &TestMonitor| {
        let parts = world.store().parts.borrow();
        parts.values().filter(|text| text.contains("target-number")).count()
    };
    let former = world.kept().parts;
    assert!(former > 4 && left(&world) == former - 1 - 2, "{} of {former}", left(&world));

    // Whoever comes next clears the rest, be it a new environment.
    for mut world in [world.cold(few.clone()), world] {
        world.did();
        let run = world.run_for(time).await;
        assert_eq!((run.fault, left(&world)), (None, 0));
        assert_eq!(saves(world.did()), 1 + former - 1 - 2);
        world.run_for(time).await;
        assert_eq!(saves(world.did()), 1, "that was all");
        assert_eq!(world.kept().parts, former, "they are still there, and can be removed");
        world.set_down(&["target-number-090"]);
        let mut all = world.cold(numbered(100));
        let now = all.now;
        let run = all.run_for(time).await;
        let again = run.reply.targets.iter().find(|target| target.name == "target-number-090");
        assert_eq!(again.unwrap().since, now, "it is seen for the first time again");
    }
}

/// The further parts are gone, or the right to read them.
#[tokio::test]
async fn parts_that_cannot_be_read_any_more_are_no_reason_to_go_blind() {
    let mut world = TestMonitor::new(numbered(100));
    world.run_for(Duration::from_secs(120)).await;
    let fewer = Settings { targets: numbered(100).targets[..5].to_vec(), ..numbered(0) };
    let mut world = world.cold(fewer);
    world.store().refused_parts.set(true);
    let run = world.run_for(Duration::from_secs(120)).await;
    assert_eq!((run.fault, run.reply.problems, run.reply.notices), (None, Vec::new(), Vec::new()));
}

/// The kinds of notifications that one target can have in the outbox at the same time.
const LARGEST: [NotificationKind; 6] = [
    NotificationKind::Up,
    NotificationKind::WasDown,
    NotificationKind::Down,
    NotificationKind::Certificate,
    NotificationKind::Reminder,
    NotificationKind::Flapping,
];

/// A state in which everything has happened that can be kept, as large as it may become.
fn at_its_largest(settings: &Settings) -> State {
    let when = 9_999_999_999;
    let long = "\u{1F980}{{\"\\".repeat(20);
    let streak = Some(Streak { since: when, runs: 9_999 });
    let channels: Vec<&str> = settings.channel_names();
    let target = |target: &Target| TargetState {
        name: target.name.clone(),
        check: target.check_id(),
        status: Status::Unknown,
        since: when,
        seq: 9_999,
        why: Some(long.clone()),
        cause: Some(Cause::Maintenance),
        notified: channels
            .iter()
            .map(|name| ((*name).to_owned(), LastNotified::Failed(long.clone())))
            .collect(),
        pending: streak,
        unknown: streak,
        slow: streak,
        scope: Some(NotificationScope::Group),
        suppressed: Some(Suppressed { status: Status::Unknown, since: when }),
        changes: streak,
        flapping: target.damp,
        reminded: Some(when),
        certificate: Some(14),
        certificate_until: Some(when),
        identity: target.pin.then(|| "0123456789abcdef".repeat(3)),
        app_version: target.tell_version.then(|| long.clone()),
    };
    let entry = |target: &Target, channel: &str, seq: u32, kind: NotificationKind| Notification {
        id: format!("{}:{seq}:{channel}", target.name),
        until: Some(when),
        times: 3_333,
        first: true,
        unread: true,
        unproven: true,
        sent: 3,
        next: Some(when),
        tries: 9_999,
        scope: Some(NotificationScope::Site),
        why: Some(long.clone()),
        error: Some(long.clone()),
        ..Notification::new(kind, when)
    };
    let entries = |target: &Target| {
        let entries = LARGEST.into_iter().zip(9_990..).flat_map(|(kind, seq)| {
            channels.iter().map(|channel| entry(target, channel, seq, kind)).collect::<Vec<_>>()
        });
        entries.collect::<Vec<_>>()
    };
    State {
        status: Status::Unknown,
        ts: when,
        version: 1,
        deployment: settings.deployment.clone(),
        parts: MAX_PARTS,
        paused_until: Some(when),
        commanded: Some(when),
        tick: Some("01234567".to_owned()),
        lease: Some(Lease { by: "0123456789abcdef".to_owned(), until: when }),
        begin_at: 999,
        monitor: MonitorState {
            seq: 9_999,
            offline_since: Some(when),
            offline_notified: true,
            broken: channels.iter().map(|name| (*name).to_owned()).collect(),
        },
        targets: settings.targets.iter().map(target).collect(),
        outbox: settings.targets.iter().flat_map(entries).collect(),
    }
}

/// Which outages, and how many of them, each channel is still to hear of.
fn outages(state: &State) -> BTreeMap<(String, String), u32> {
    let mut outages = BTreeMap::new();
    for entry in state
        .outbox
        .iter()
        .filter(|entry| matches!(entry.kind, NotificationKind::Down | NotificationKind::WasDown))
    {
        *outages.entry((entry.target().to_owned(), entry.channel().to_owned())).or_default() += entry.times;
    }
    outages
}

#[test]
fn with_every_field_at_its_largest_no_outage_is_cut() {
    for count in 1..=100 {
        for channels in 1..=3 {
            let mut settings = many(count, |at| format!("target-{at}"));
            for target in &mut settings.targets {
                (target.pin, target.damp, target.tell_version) = (true, true, true);
            }
            settings.channels = (0..channels).map(|at| pushover(&format!("channel-{at}"))).collect();
            let state = at_its_largest(&settings);
            let parts = split(&state, &settings, &layout(&settings));
            let kept: Vec<State> = parts
                .iter()
                .map(|part| {
                    let encoded = part.encode().unwrap_or_else(|why| panic!("{count} x {channels}: {why}"));
                    assert!(encoded.text.len() <= MAX_BYTES && !encoded.text.contains("{{"));
                    State::parse(&encoded.text).unwrap()
                })
                .collect();
            let whole = merge(kept);
            assert_eq!(outages(&whole), outages(&state), "{count} x {channels}");
            assert_eq!(whole.targets.len(), count);
            let kept = |target: &TargetState| {
                (target.suppressed.is_some(), target.flapping, target.identity.is_some())
            };
            assert!(whole.targets.iter().all(|target| kept(target) == (true, true, true)));
            assert_eq!((whole.paused_until, whole.monitor.seq), (state.paused_until, 9_999));
        }
    }
}

/// One channel is out of order for hours while everything goes down and up again.
#[tokio::test(start_paused = true)]
async fn power_cuts_while_a_channel_is_out_of_order_are_kept_and_told() {
    for count in [1, 16, 40] {
        let names: Vec<String> = (0..count).map(|at| format!("application-{at}")).collect();
        let settings = many(count, |at| format!("application-{at}"));
        let mut world = TestMonitor::new(settings);
        world.run_for(Duration::from_secs(120)).await;
        for cut in 0..6 {
            world.answer([later()]);
            let all: Vec<&str> =
                if cut % 2 == 0 { names.iter().map(String::as_str).collect() } else { Vec::new() };
            world.set_down(&all);
            let run = world.run_for(Duration::from_secs(120)).await;
            assert_eq!(run.fault, None, "{count} targets, cut {cut}");
        }
        world.did();
        world.run_for(Duration::from_secs(120)).await;
        let told =
            world.did().iter().filter(|did| did.starts_with("send") && did.contains("RECOVERED")).count();
        assert_eq!((told, world.kept().outbox.len()), (count, 0));
    }
}

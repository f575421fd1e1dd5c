//! The size of the state for one to five hundred targets: it is stored whole in one parameter or several, or the settings
//! are refused; no notification is ever cut.

mod largest;
mod parts;

use std::time::Duration;

use plexmon_function::contract::delivery::Delivery;
use plexmon_function::contract::notification::Notification;
use plexmon_function::contract::parts::{MAX_PARTS, capacity, layout, merge, split};
use plexmon_function::contract::settings::{Settings, Target};
use plexmon_function::contract::state::{MAX_BYTES, State};
use plexmon_function::decide::{Context, decide};
use plexmon_function::probe::{Cause, Failure, LinkName, Observation};

use crate::fixtures::{NOW, before_sending_all, down, pushover, record_result, settings, target, up};
use crate::run::{TestMonitor, later};

fn many(count: usize, name: impl Fn(usize) -> String) -> Settings {
    Settings { targets: (0..count).map(|at| target(&name(at))).collect(), ..settings(&[]) }
}

fn numbered(count: usize) -> Settings {
    many(count, |at| format!("target-number-{at:03}"))
}

fn seen(settings: &Settings, what: impl Fn(&str) -> Observation) -> Vec<Observation> {
    settings.targets.iter().map(|target: &Target| what(&target.name)).collect()
}

/// A state in which all targets are down and the outages are still to be notified.
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

/// A long reason with characters of four bytes, as a hostile server may cause it.
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
        assert_eq!(ids(&whole.outbox), ids(&state.outbox), "every notification is still in the outbox");
        let names = |state: &State| -> Vec<String> { state.targets.iter().map(|t| t.name.clone()).collect() };
        assert_eq!(names(&whole), names(&state));
    }
}

#[test]
fn no_notification_is_cut_for_any_number_of_targets() {
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
fn eight_targets_fit_into_one_parameter_and_five_hundred_into_several() {
    assert_eq!(layout(&many(8, |at| format!("app-{at}"))).len(), 1);
    assert_eq!(layout(&many(16, |at| format!("app-{at}"))).len(), 2);
    let parts = layout(&numbered(500)).len();
    assert!((20..=MAX_PARTS).contains(&parts), "{parts}");
    assert_eq!(capacity(&numbered(500)), 500);
    let fits = capacity(&numbered(2_000));
    assert!((500..2_000).contains(&fits), "{fits}");
    assert_eq!(capacity(&many(1, |_| "x".repeat(5_000))), 0);
}

/// A channel fails for hours while everything goes down and recovers repeatedly.
#[tokio::test(start_paused = true)]
async fn outages_during_a_failure_of_a_channel_are_all_notified_afterwards() {
    for count in [1, 16, 40] {
        let names: Vec<String> = (0..count).map(|at| format!("application-{at}")).collect();
        let settings = many(count, |at| format!("application-{at}"));
        let mut monitor = TestMonitor::new(settings);
        monitor.run_for(Duration::from_secs(120)).await;
        for cut in 0..6 {
            monitor.answer([later()]);
            let all: Vec<&str> =
                if cut % 2 == 0 { names.iter().map(String::as_str).collect() } else { Vec::new() };
            monitor.set_down(&all);
            let run = monitor.run_for(Duration::from_secs(120)).await;
            assert_eq!(run.fault, None, "{count} targets, cut {cut}");
        }
        monitor.run_for(Duration::from_secs(120)).await;
        let sent = monitor
            .effects()
            .iter()
            .filter(|effect| effect.starts_with("send") && effect.contains("RECOVERED"))
            .count();
        assert_eq!((sent, monitor.saved().outbox.len()), (count, 0));
    }
}

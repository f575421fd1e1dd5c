//! The history as the first release that keeps one writes it. This release reads it and writes the same; an earlier
//! release drops what is in the state, and the history goes on after it.

use plexmon_function::contract::history::{DAYS, EventKind, Parameter, Period, Place, TargetHistory, Uptime};
use plexmon_function::contract::settings::{HistorySettings, Settings};
use plexmon_function::contract::state::State;
use plexmon_function::probe::Cause;

use super::first_release;
use crate::fixtures::{NOW, settings};
use crate::run::TestMonitor;

/// Three hours of runs every five minutes, the first one at [`NOW`]: an outage of 15 minutes in the second hour.
const PARAMETER: &str = concat!(
    r#"{"deployment":"plex-remote-health","targets":{"plex":{"check":"8eb3f458","days":"URgEAAAAADAAAA8","#,
    r#""events":"EWrpwjQAAOE","hours":"B5pMPHjx48e","mark":"aumxzAAAAAM","recent":"B5pMDAAAAAAACQAAAwAACwAAAAAA","#,
    r#""today":"URgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"#,
    r#"CAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"#,
    r#"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}},"version":1}"#
);

/// The fourth hour, of which nine runs were made: an outage of 10 minutes.
const STATE: &str = concat!(
    r#"{"status":"up","ts":1793713200,"version":1,"deployment":"plex-remote-health","#,
    r#""history":{"epoch":1793700300,"seq":3,"hour":498253,"runs":9,"times":{"plex":"PHjx48ePA"},"parameters":1},"#,
    r#""targets":[{"name":"plex","check":"8eb3f458","status":"up","since":1793712900,"seq":5,"told":{"pushover":"up"},"#,
    r#""tally":"B5pNADgoAAAQAAAA","events":"EWrp4KwAAJY","recent":[1793704500,1793712300]}]}"#
);

fn kept() -> Settings {
    let history = Some(HistorySettings { days: DAYS as usize, records: 1, parameters: 250 });
    Settings { history, ..settings(&["plex"]) }
}

fn history(parameter: &str, state: &str, now: u64) -> TargetHistory {
    let (settings, parameter) = (kept(), Parameter::parse(parameter).unwrap());
    let state = State::parse(state).unwrap();
    TargetHistory::new(parameter.records.get("plex"), &state, &settings.targets[0], &settings.clock, now)
}

#[test]
fn the_history_of_the_first_release_is_read() {
    let history = history(PARAMETER, STATE, NOW + 43 * 300);
    assert_eq!(history.uptime(Period::Days(90)), Uptime { known: 44, down: 5 });
    assert_eq!(history.uptime(Period::Hours24), Uptime { known: 44, down: 5 });
    let outages: Vec<_> =
        history.outages().map(|one| (one.kind, one.begin, one.length(), one.cause)).collect();
    let cause = Some(Cause::Condition);
    assert_eq!(
        outages,
        [(EventKind::Outage, NOW + 14 * 300, 900, cause), (EventKind::Outage, NOW + 40 * 300, 600, cause)]
    );
    let hours: Vec<_> = history
        .record
        .hours
        .iter()
        .map(|(hour, one)| {
            let ms = |time: Option<plexmon_function::contract::history::ResponseTime>| time.unwrap().ms();
            (*hour, one.counts.known(), ms(one.median).round(), ms(one.p95).round())
        })
        .collect();
    // They all took 12.3 ms.
    let expected = [(498_250, 11), (498_251, 12), (498_252, 12), (498_253, 9)];
    assert_eq!(hours, expected.map(|(hour, known)| (hour, known, 12.0, 12.0)));
}

#[test]
fn the_history_is_written_as_the_first_release_writes_it() {
    // The order of the keys depends on the features of `serde_json` that other crates enable.
    let value = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
    let written = Parameter::parse(PARAMETER).unwrap().encode(DAYS as usize);
    assert_eq!((value(&written), written.len()), (value(PARAMETER), PARAMETER.len()));
    assert_eq!(State::parse(STATE).unwrap().encode().unwrap().text, STATE);
}

/// A release without a history reads the state, and writes it without what it does not know.
#[tokio::test(start_paused = true)]
async fn a_release_without_a_history_only_interrupts_it() {
    assert!(serde_json::from_str::<first_release::State>(STATE).is_ok());
    let without = STATE
        .split(r#","tally""#)
        .next()
        .map(|text| format!("{text}}}]}}"))
        .map(|text| {
            let (begin, rest) = text.split_once(r#""history":"#).unwrap();
            let (_, rest) = rest.split_once(r#""targets""#).unwrap();
            format!(r#"{begin}"targets"{rest}"#)
        })
        .unwrap();
    let mut monitor = TestMonitor::new(kept());
    *monitor.store().state.borrow_mut() = Some(without);
    monitor.store().history.borrow_mut().insert(Place::Number(0), vec![PARAMETER.to_owned()]);
    monitor.now = NOW + 44 * 300;
    for _ in 0..30 {
        let run = monitor.run().await;
        assert_eq!((run.fault, run.reply.problems), (None, Vec::new()));
    }
    let parameter = monitor.store().history.borrow()[&Place::Number(0)].last().unwrap().clone();
    let state = monitor.store().state.borrow().clone().unwrap();
    let history = history(&parameter, &state, monitor.now - 300);
    // The nine runs of the current hour are missing, with their outage.
    assert_eq!(history.uptime(Period::Days(90)), Uptime { known: 35 + 30, down: 3 });
    assert_eq!(history.outages().count(), 1);
}

//! What `status` says about the past.

use plexmon_function::contract::history::{ResponseTime, ResponseTimes};
use plexmon_function::contract::state::HistoryState;
use plexmon_function::time;
use serde_json::Value;

use super::{aws, config, home, in_one_hour, run, snapshot_without_times, state, usual, with_aws};
use crate::support::{AwsStandIn, Deploy, STATE, snapshot};

/// The lines of the targets.
pub(super) fn of_targets(status: &str) -> String {
    let (_, targets) = status.split_once("\n  last check  ").unwrap();
    targets.split_once('\n').unwrap().1.to_owned()
}

#[test]
fn status_has_a_sparkline_in_the_characters_of_the_locale() {
    let status = |aws: &AwsStandIn, lang: &str| {
        with_aws(Deploy::new(home(&config()).path()), aws, &["status"])
            .env("LANG", lang)
            .run()
            .ended(0)
            .stdout
    };
    let (utf8, ascii) = in_one_hour(|now| {
        let aws = aws(usual(now));
        (status(&aws, "en_US.UTF-8"), status(&aws, "C"))
    });
    snapshot_without_times!(of_targets(&utf8), @r#"
    plex        down since [DATE TIME] UTC
      24 h 91.30 %  since [DAY] 99.02 %  █▁█▁█▁█▁█▁█▁█▁█▁█▁█▁█    49-99 ms
    nas         up since [DATE TIME] UTC
      24 h 100 %    since [DAY] 100 %    █▁█▁█▁█▁█▁█▁█▁█▁█▁█▁█▁█  49-99 ms
    =1+1, "a"   unknown
      24 h 100 %    since [DAY] 99.44 %  █▁█▁█▁█▁█▁█▁█▁█▁█▁█▁█▁█  49-99 ms
    "#);
    assert!(ascii.is_ascii());
    assert_eq!(utf8.replace('▁', ".").replace('█', "@"), ascii);
}

#[test]
fn the_current_hour_counts_before_it_is_in_a_parameter() {
    let now = time::now();
    let mut history = HistoryState { runs: 3, ..HistoryState::new(now) };
    history.times.insert("plex".to_owned(), ResponseTimes(vec![ResponseTime::of_ms(50.0)]));
    let mut state: Value = serde_json::from_str(&state(now)).unwrap();
    state["history"] = serde_json::to_value(history).unwrap();
    let aws = aws([(STATE.to_owned(), state.to_string())].into());
    let status = run(&aws, &["status"]).ended(0).stdout;
    snapshot!(of_targets(&status), @r#"
    plex        down since [DATE]
      since [TIME] [UPTIME]
    nas         up since [DATE]
      since [TIME] [UPTIME]
    =1+1, "a"   unknown
      no history yet
    "#);
    let json = run(&aws, &["status", "--json"]).ended(0).json();
    assert_eq!(json["targets"][0]["history"]["checks"]["90d"]["known"], 3);
    assert_eq!(json["targets"][0]["history"]["response_times"]["today"]["median_ms"], 49.0);
}

//! A month as the function counts it, against a plain list of its checks.

use plexmon_deploy::config::Config;
use plexmon_function::contract::history::{Mark, Parameter, Place, closed_hour};
use plexmon_function::contract::settings::Settings;
use plexmon_function::contract::state::State;
use plexmon_function::decide::{Context, decide, forget_closed};
use plexmon_function::local_time::day_of;
use plexmon_function::probe::{Cause, Failure, LinkName, Observation};
use plexmon_testing::rng::{Rng, env_number};
use serde_json::{Value, json};

use super::{aws, in_one_hour, run_in};
use crate::support::STATE;

const CONFIG: &str = r#"
region = "eu-central-1"
timezone = "Europe/Berlin"
[defaults]
down_after = 2
up_after = 2
[[target]]
name = "plex"
url = "https://plex.example.com"
[[target]]
name = "nas"
url = "https://nas.example.com"
"#;

const RUN_S: u64 = 300;
const RUNS_AN_HOUR: u64 = 12;
const HOURS: u64 = 30 * 24;

/// An outage by the numbers of its first run and of the first one after it.
#[derive(Debug, Clone, Copy)]
struct Outage {
    first: u64,
    end: u64,
}

/// Draw outages that are noticed, and whose end is noticed, in the hour in which they begin and end. Each is in a week
/// of its own.
fn outages(rng: &mut Rng) -> [Outage; 4] {
    [0, 1, 2, 3].map(|week| {
        let hour = week * 7 * 24 + rng.below(6 * 24);
        let first = hour * RUNS_AN_HOUR + rng.below(RUNS_AN_HOUR - 1);
        let end = (hour + 1 + rng.below(14)) * RUNS_AN_HOUR + rng.below(RUNS_AN_HOUR - 1);
        Outage { first, end }
    })
}

/// What was played: the start, and for each run whether `plex` failed.
struct Played {
    start: u64,
    failed: Vec<bool>,
    settings: Settings,
    state: State,
    history: Parameter,
}

fn play(now: u64, outages: &[Outage]) -> Played {
    let settings = Config::parse(CONFIG, "config.toml".as_ref()).unwrap().settings();
    let start = (now / 3_600 - HOURS) * 3_600 + 7;
    let runs = (now - start) / RUN_S + 1;
    // One failure alone is no outage.
    let is_alone = |run: u64| outages.iter().all(|one| run + 3 < one.first || run > one.end + 3);
    let is_down = |run: u64| outages.iter().any(|one| (one.first..one.end).contains(&run));
    let is_failure = |run: u64| is_down(run) || (run % 1_000 == 502 && is_alone(run));
    let failed: Vec<bool> = (0..runs).map(is_failure).collect();
    let (mut state, mut history) = (State::default(), Parameter::new(&settings.deployment));
    for (at, failed) in (start..).step_by(300).zip(&failed) {
        let up = |name| Observation { total_ms: 40.0, ..Observation::bare(name, true) };
        let mut plex = Observation { ok: !failed, ..up("plex") };
        if *failed {
            let why = "connection refused".to_owned();
            plex.failed = Some(Failure { link: LinkName::Tcp, why, cause: Cause::Connect });
        }
        state = decide(&state, &[plex, up("nas")], Context::new(&settings, at)).state;
        state.outbox.clear();
        move_closed(&mut state, &mut history, &settings);
    }
    Played { start, failed, settings, state, history }
}

/// Move an hour that is over to the records, through what is stored, as a run does.
fn move_closed(state: &mut State, history: &mut Parameter, settings: &Settings) {
    let Some(mark) = state.history.as_ref().filter(|history| history.closed.is_some()) else { return };
    let mark = Mark { epoch: mark.epoch, seq: mark.seq };
    let mut stored = Parameter::parse(&history.encode(90)).unwrap();
    for target in &settings.targets {
        let closed = closed_hour(state, target, &settings.clock).unwrap();
        stored.records.entry(target.name.clone()).or_default().add(&closed);
    }
    *history = stored;
    forget_closed(state, mark);
}

impl Played {
    /// Return the percentage of the runs whose hours fulfil a condition, cut to hundredths.
    fn uptime(&self, outages: &[Outage], is_counted: impl Fn(u64) -> bool) -> f64 {
        let runs = 0..self.failed.len() as u64;
        let counted = runs.filter(|run| is_counted((self.start + run * RUN_S) / 3_600 * 3_600));
        let is_down = |run: &u64| outages.iter().any(|one| (one.first..one.end).contains(run));
        let (down, up): (Vec<u64>, Vec<u64>) = counted.partition(is_down);
        (up.len() * 10_000 / (up.len() + down.len())) as f64 / 100.0
    }
}

#[test]
fn a_month_with_four_outages_is_shown_as_it_was() {
    for case in 0..env_number("PLEXMON_CASES", 2) {
        let seed = env_number("PLEXMON_SEED", 7) + case;
        let outages = outages(&mut Rng(seed));
        let (played, now, status, history) = in_one_hour(|now| {
            let played = play(now, &outages);
            let state = serde_json::to_string(&played.state).unwrap();
            let values =
                [(STATE.to_owned(), state), (Place::Number(0).parameter(STATE), played.history.encode(90))];
            let aws = aws(values.into());
            let run = |command: &str| run_in(CONFIG, &aws, &[command, "--json"]).ended(0).json();
            (played, now, run("status"), run("history"))
        });
        let clock = &played.settings.clock;
        let today = day_of(now, clock);
        let expected = json!({
            "24h": played.uptime(&outages, |hour| hour / 3_600 + 24 > now / 3_600),
            "30d": played.uptime(&outages, |hour| day_of(hour, clock) + 30 > today),
            "90d": played.uptime(&outages, |_| true),
        });
        assert_eq!(status["targets"][0]["uptime"], expected, "seed {seed}");
        assert_eq!(status["targets"][1]["uptime"]["90d"], 100.0, "seed {seed}");
        let plex = &history["targets"][0];
        let event = |one: &Outage| {
            let (begin, end) = (played.start + one.first * RUN_S, played.start + one.end * RUN_S);
            json!({ "kind": "outage", "begin": begin, "end": end, "seconds": end - begin, "cause": "connect" })
        };
        assert_eq!(plex["events"], Value::from_iter(outages.iter().map(event)), "seed {seed}");
        let down: u64 = outages.iter().map(|one| (one.end - one.first) * RUN_S).sum();
        assert_eq!((&plex["outages"], &plex["down_seconds"]), (&json!(4), &json!(down)), "seed {seed}");
        assert_eq!(plex["uptime"], expected["90d"], "seed {seed}");
        let failures = played.failed.iter().filter(|failed| **failed).count() as u64;
        let alone = failures - down / RUN_S;
        assert!(alone > 0);
        assert_eq!(plex["checks"]["degraded"], alone, "seed {seed}");
        assert_eq!(history["targets"][1]["events"], json!([]));
    }
}

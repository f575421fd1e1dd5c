//! The whole function under faults, in random stories.
//!
//! `PLEXMON_CASES=1000000 CARGO_PROFILE_TEST_OPT_LEVEL=1 cargo test -p plexmon-function --test it stories -- --nocapture`
//! plays a million stories and prints their contents; `PLEXMON_SEED` sets the first seed. A failure prints its seed,
//! and the smallest story that fails.

mod alert;
mod archive;
mod drive;
mod exhaustive;
mod judge;
mod overlap;
mod play;
mod played;
mod recipient;
mod release;
mod reports;
mod shrink;
mod simulation;
mod stage;
mod story;

use self::judge::judge;
use self::play::{play, play_without_history};
use self::played::Played;
use self::stage::Event;
use self::story::{Answer, Archive, Change, Load, Save, Step, Story};
use plexmon_testing::rng::env_number;

/// As many as are fast enough for every run of the tests, without optimisation.
const CASES: u64 = 30_000;

/// In one of this many stories, each state that is written is parsed again.
const READ_BACK: u64 = 16;

/// One of this many stories, if it has a history, is played without one as well.
const COMPARED: u64 = 2;

/// Create a runtime whose clock only tests advance.
fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap()
}

/// Counts of what the stories contained.
#[derive(Debug, Default)]
struct Tally {
    runs: usize,
    faults: usize,
    messages: usize,
}

impl Tally {
    fn add(&mut self, story: &Story, played: &Played) {
        let count = |what: fn(&Event) -> bool| played.events.iter().filter(|event| what(event)).count();
        self.runs += count(|event| matches!(event, Event::Run { .. }));
        self.messages += count(|event| matches!(event, Event::Offered(_)));
        self.faults += story.steps.iter().map(faults).sum::<usize>();
    }
}

fn faults(step: &Step) -> usize {
    let planned = [
        step.load != Load::Works,
        step.archive != Archive::Works,
        step.killed.is_some(),
        step.overlap.is_some(),
        step.change.is_some(),
    ];
    planned.into_iter().filter(|is_planned| *is_planned).count()
        + step.saves.iter().filter(|save| **save != Save::Works).count()
        + step.answers.iter().filter(|answer| **answer != Answer::Accepts).count()
}

#[test]
fn stories_violate_no_guarantee() {
    let (cases, first) = (env_number("PLEXMON_CASES", CASES), env_number("PLEXMON_SEED", 0));
    let workers = std::thread::available_parallelism().map_or(1, |count| count.get());
    let started = std::time::Instant::now();
    let tallies: Vec<Result<Tally, String>> = std::thread::scope(|scope| {
        let work = |worker: usize| (first..first + cases).skip(worker).step_by(workers);
        let threads: Vec<_> = (0..workers)
            .map(|worker| scope.spawn(move || runtime().block_on(play_all(work(worker)))))
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let mut sum = Tally::default();
    for tally in tallies {
        let Tally { runs, faults, messages } = tally.unwrap_or_else(|why| panic!("{why}"));
        (sum.runs, sum.faults, sum.messages) =
            (sum.runs + runs, sum.faults + faults, sum.messages + messages);
    }
    let Tally { runs, faults, messages } = sum;
    let took = started.elapsed();
    println!(
        "{cases} stories from seed {first}: {runs} runs, {faults} faults planned, {messages} messages, 0 failures, \
         {took:.1?} on {workers} threads"
    );
}

async fn play_all(seeds: impl Iterator<Item = u64>) -> Result<Tally, String> {
    let mut tally = Tally::default();
    for seed in seeds {
        let story = Story::of(seed);
        let played = play(&story, seed % READ_BACK == 0).await;
        let compared = if seed % COMPARED == 0 { compare(&story, &played).await } else { Ok(()) };
        if let Err(why) = judge(&played).and(compared) {
            let (story, why) = smallest(story, why).await;
            return Err(format!(
                "PLEXMON_SEED={seed}: {why}\n{}",
                transcript(&story, &play(&story, true).await)
            ));
        }
        tally.add(&story, &played);
    }
    Ok(tally)
}

/// Compare a story with the same one without a history: no message may be lost, repeated or delayed because of it.
/// Where runs overlap, or one corrects what it decided from an old state, more calls change their order, or at which
/// one a run is killed. An old state that another release has rewritten is known as an old one only if the rewriting has
/// changed nothing, which depends on the history.
async fn compare(story: &Story, played: &Played) -> Result<(), String> {
    let differs = |step: &Step| {
        step.overlap.is_some() || (step.killed.is_some() && matches!(step.load, Load::Stale(_)))
    };
    let is_stale = |step: &Step| matches!(step.load, Load::Stale(_));
    let is_rewritten =
        |step: &Step| matches!(step.change, Some(Change::EarlierRelease | Change::LaterRelease));
    let is_old = story.steps.iter().any(is_stale) && story.steps.iter().any(is_rewritten);
    if !story.keeps_history || is_old || story.steps.iter().any(differs) {
        return Ok(());
    }
    let without = play_without_history(story, &played.deaths).await;
    let offered = |played: &Played| -> Vec<Event> {
        let is_seen = |event: &&Event| matches!(event, Event::Run { .. } | Event::Offered(_));
        played.events.iter().filter(is_seen).cloned().collect()
    };
    let (with, without) = (offered(played), offered(&without));
    if with == without {
        return Ok(());
    }
    let first = with.iter().zip(&without).position(|(with, without)| with != without);
    let first = first.unwrap_or(with.len().min(without.len()));
    Err(format!("{:?} instead of {:?}, which comes without a history", with.get(first), without.get(first)))
}

/// Reduce a failing story until no smaller one fails.
async fn smallest(mut story: Story, mut why: String) -> (Story, String) {
    'smaller: loop {
        for smaller in story.smaller() {
            let played = play(&smaller, true).await;
            let compared = compare(&smaller, &played).await;
            if let Err(reason) = judge(&played).and(compared) {
                (story, why) = (smaller, reason);
                continue 'smaller;
            }
        }
        return (story, why);
    }
}

/// The steps and events of a story, one per line.
fn transcript(story: &Story, played: &Played) -> String {
    let steps = story.steps.iter().map(|step| format!("{step:?}"));
    let events = played.events.iter().map(|event| format!("  {event:?}"));
    steps.chain(events).collect::<Vec<_>>().join("\n")
}

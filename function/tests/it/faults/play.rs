//! Plays a story to its end, followed by runs without faults.

use super::played::Played;
use super::simulation::Simulation;
use super::story::{Load, Save, Step, Story, Why};

/// Play a story; requires tokio's paused clock.
pub async fn play(story: &Story, reads_back: bool) -> Played {
    let mut simulation = Simulation::new(story.targets);
    simulation.begin_later(story.begin);
    if story.keeps_history {
        simulation.keep_history();
    }
    play_with(simulation, story, reads_back).await
}

/// Play it without a history. `deaths`: the runs that died only while they moved the history.
pub async fn play_without_history(story: &Story, deaths: &[bool]) -> Played {
    let mut simulation = Simulation::new(story.targets);
    simulation.begin_later(story.begin);
    simulation.deaths_at_end = deaths.to_vec();
    play_with(simulation, story, false).await
}

async fn play_with(mut simulation: Simulation, story: &Story, reads_back: bool) -> Played {
    {
        let mut stage = simulation.stage.lock().unwrap();
        (stage.reads_back, stage.forgets_versions) = (reads_back, story.forgets_versions);
    }
    simulation.bounds.wrong_state = has_wrong_state(story);
    simulation.bounds.exhausted = story.steps.iter().filter(|step| step.is_unproven()).count() >= 3;
    simulation.bounds.unsaved = story.steps.iter().any(|step| step.saves != [Save::Works; 2]);
    for step in &story.steps {
        simulation.step(step).await;
    }
    let down = story.steps.last().map_or(0, |step| step.down);
    for after in closing(story).iter().copied() {
        simulation.step(&Step { down, after, ..Step::default() }).await;
    }
    let last_run = simulation.stage.lock().unwrap().events.len();
    simulation.step(&Step { down, after: 300, ..Step::default() }).await;
    simulation.end(down, last_run)
}

/// Whether the stored state may claim notifications that were never sent: after overlapping runs or a garbled value,
/// combined with failures of the store, and where overlapping runs overwrite each other and the previous version cannot
/// be read.
fn has_wrong_state(story: &Story) -> bool {
    let confuses = |step: &Step| step.overlap.is_some() || step.load == Load::Garbled;
    let fails = |step: &Step| {
        step.saves != [Save::Works; 2]
            || matches!(step.load, Load::Fails | Load::Stale(_))
            || step.killed.is_some()
            || (step.overlap.is_some() && story.forgets_versions)
    };
    story.steps.iter().any(confuses) && story.steps.iter().any(fails)
}

/// The intervals of the runs without faults at the end of a story, until everything is sent again that was refused (as
/// long after the last attempt as the notification is old), has to wait (an hour) or is unproven (after six hours).
fn closing(story: &Story) -> &'static [i64] {
    const MINUTE: i64 = 60;
    const HOUR: i64 = 60 * MINUTE;
    let is_late = |step: &Step| {
        step.is_unproven() || step.answers.iter().any(|answer| answer.refuses() || answer.wait().is_some())
    };
    let is_paused = |step: &Step| step.overlap.is_some_and(|overlap| overlap.why == Why::Pause);
    let jumps = story.steps.iter().any(|step| step.after.abs() >= HOUR);
    match () {
        () if jumps => &[5 * MINUTE, 7 * HOUR, 25 * HOUR, 25 * HOUR],
        () if story.steps.iter().any(|step| is_late(step) || is_paused(step)) => {
            &[5 * MINUTE, 20 * MINUTE, 40 * MINUTE, 80 * MINUTE, 3 * HOUR, 7 * HOUR]
        }
        () => &[5 * MINUTE],
    }
}

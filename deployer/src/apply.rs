//! Run a plan's steps concurrently, each as soon as the steps that it needs have progressed far enough, and report each. The
//! plan decides the order; only whether a failure stops the rest is decided here.

mod aws_cloud;

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde::Serialize;

pub use self::aws_cloud::AwsCloud;
use crate::error::{Error, Result};
use crate::interrupt::Interrupt;
use crate::plan::{Need, Plan, Step};
use crate::report::{Event, Progress, Reporter};
use crate::resource::{Board, OnFailure, Turn};

/// After Ctrl-C, calls in flight get this long to return before they are abandoned.
const GRACE: Duration = Duration::from_secs(10);

/// What steps are applied to: AWS, or a stack in memory.
pub trait Cloud {
    /// Apply one step. If only a part of it is blocked, wait for the turn before that part.
    fn apply(&self, step: &Step, turn: &Turn<'_>, progress: &Progress) -> impl Future<Output = Result<()>>;
}

/// How a step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StepOutcome {
    Done,
    Failed,
    NotRun,
    Interrupted,
}

/// A step with its outcome, as `--json` shows it.
#[derive(Debug, Serialize)]
pub struct Applied {
    #[serde(flatten)]
    pub step: Step,
    pub outcome: StepOutcome,
    #[serde(skip)]
    pub error: Option<Error>,
}

impl Applied {
    /// A step of a plan that was not applied at all.
    pub fn not_run(step: Step) -> Self {
        Self { step, outcome: StepOutcome::NotRun, error: None }
    }
}

/// Apply `plan` and return every step with its outcome, in order. All steps run concurrently; each waits for those that
/// it needs.
pub async fn apply(
    plan: Plan,
    cloud: &impl Cloud,
    on_failure: OnFailure,
    reporter: &Arc<dyn Reporter>,
    interrupt: &Interrupt,
) -> Vec<Applied> {
    let dependencies = |step: &Step| step.needs.iter().map(Need::dependency).collect();
    let board = Board::new(plan.steps.iter().map(dependencies).collect());
    let home = &plan.place.region;
    let running = plan.steps.into_iter().enumerate().map(|(index, step)| {
        let turn = board.turn(index, on_failure, interrupt);
        let progress = Progress::new(reporter.clone(), index, interrupt.clone());
        run(Run { index, step, home, turn, progress }, cloud, reporter, interrupt)
    });
    join_all(running).await
}

/// One step that is being applied.
struct Run<'a> {
    index: usize,
    step: Step,
    /// The region of the plan.
    home: &'a str,
    turn: Turn<'a>,
    progress: Progress,
}

async fn run(
    run: Run<'_>,
    cloud: &impl Cloud,
    reporter: &Arc<dyn Reporter>,
    interrupt: &Interrupt,
) -> Applied {
    let Run { index, step, home, turn, progress } = run;
    let title = title(&step, home);
    if turn.begin().await.is_err() {
        turn.mark_lost();
        reporter.report(Event::NotRun { step: index, title: &title });
        return Applied::not_run(step);
    }
    let started = Instant::now();
    reporter.report(Event::Started { step: index, title: &title });
    let result = tokio::select! {
        biased;
        result = cloud.apply(&step, &turn, &progress) => result,
        () = abandoned(interrupt) => Err(Error::interrupted("abandoned: AWS may or may not have executed the last call")),
    };
    if result.is_ok() {
        turn.mark_done()
    } else {
        turn.mark_lost()
    }
    match result {
        Ok(()) => {
            reporter.report(Event::Done { step: index, took: started.elapsed() });
            Applied { step, outcome: StepOutcome::Done, error: None }
        }
        Err(_) if turn.was_stopped() => {
            reporter.report(Event::NotRun { step: index, title: &title });
            Applied::not_run(step)
        }
        Err(error) => {
            let (action, kind, name) = (step.action, step.kind, &step.name);
            let error = error.context(format!("could not {action} {kind} `{name}`{}", step.elsewhere(home)));
            reporter.report(Event::Failed { step: index, error: &error });
            let interrupted = error.exit() == crate::error::Exit::Interrupted;
            let outcome = if interrupted { StepOutcome::Interrupted } else { StepOutcome::Failed };
            Applied { step, outcome, error: Some(error) }
        }
    }
}

/// Return when calls in flight are no longer waited for after Ctrl-C.
async fn abandoned(interrupt: &Interrupt) {
    interrupt.requested(1).await;
    tokio::select! {
        () = tokio::time::sleep(GRACE) => {}
        () = interrupt.requested(2) => {}
    }
}

/// Return the title of a step, for progress and messages; with its region, unless that is the plan's own.
pub fn title(step: &Step, home: &str) -> String {
    format!("{} {} {}{}", step.action, step.kind, step.name, step.elsewhere(home))
}

//! Runs a plan's steps, each in its turn, and reports each. Makes no choices: the plan has made them all.

mod batch;
mod created;
mod pace;
mod turn;

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use plexmon_function::contract::secrets::Secrets;
use serde::Serialize;

pub use self::batch::Batch;
pub use self::created::CreatedHere;
pub use self::pace::Pace;
use self::turn::Board;
pub use self::turn::Turn;
use crate::artifact::Zip;
use crate::aws::{Aws, CallError};
use crate::error::{Error, Result};
use crate::interrupt::Interrupt;
use crate::names::{Account, Names};
use crate::plan::{Change, Delta, Plan, Step};
use crate::report::{Event, Progress, Reporter};
use crate::resource::Resource;
use crate::retry::{SHORT_BUDGET, keep_calling};

/// After Ctrl-C, calls in flight get this long to come back before they are abandoned.
const GRACE: Duration = Duration::from_secs(10);

/// Whatever steps are applied to: AWS, or a stack in memory.
pub trait Cloud {
    /// A step that starts at once has to wait for its turn before it does what builds on others.
    fn apply(&self, step: &Step, turn: &Turn<'_>, progress: &Progress) -> impl Future<Output = Result<()>>;
}

/// What to do with the rest after a step has failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnFailure {
    /// Later waves build on earlier ones.
    Stop,
    /// Removing: whatever can go, goes.
    GoOn,
}

/// How a step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
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
    pub outcome: Outcome,
    #[serde(skip)]
    pub error: Option<Error>,
}

/// Applies `plan` and returns every step with its outcome, in order. All steps are at work at once; each waits for its
/// [`Turn`].
pub async fn apply(
    plan: Plan,
    cloud: &impl Cloud,
    on_failure: OnFailure,
    reporter: &Arc<dyn Reporter>,
    interrupt: &Interrupt,
) -> Vec<Applied> {
    let board = Board::of(&plan.steps);
    let running = plan.steps.into_iter().enumerate().map(|(index, step)| {
        let turn = board.turn(index, &step, on_failure, interrupt);
        let progress = Progress::new(reporter.clone(), index, interrupt.clone());
        run(index, step, cloud, turn, progress, reporter)
    });
    join_all(running).await
}

async fn run(
    index: usize,
    step: Step,
    cloud: &impl Cloud,
    turn: Turn<'_>,
    progress: Progress,
    reporter: &Arc<dyn Reporter>,
) -> Applied {
    let title = title(&step);
    if turn.begin().await.is_err() {
        turn.end(false);
        reporter.report(Event::NotRun { step: index, title: &title });
        return Applied { step, outcome: Outcome::NotRun, error: None };
    }
    let started = Instant::now();
    reporter.report(Event::Started { step: index, title: &title });
    let result = tokio::select! {
        biased;
        result = cloud.apply(&step, &turn, &progress) => result,
        () = abandoned(turn.interrupt) => Err(Error::interrupted("abandoned: whether AWS carried out the last call is unknown")),
    };
    turn.end(result.is_ok());
    match result {
        Ok(()) => {
            reporter.report(Event::Done { step: index, took: started.elapsed() });
            Applied { step, outcome: Outcome::Done, error: None }
        }
        Err(_) if turn.was_refused() => {
            reporter.report(Event::NotRun { step: index, title: &title });
            Applied { step, outcome: Outcome::NotRun, error: None }
        }
        Err(error) => {
            let error = error.context(format!("could not {} {} `{}`", step.action, step.kind, step.name));
            reporter.report(Event::Failed { step: index, error: &error });
            let interrupted = error.exit() == crate::error::Exit::Interrupted;
            let outcome = if interrupted { Outcome::Interrupted } else { Outcome::Failed };
            Applied { step, outcome, error: Some(error) }
        }
    }
}

/// Returns when calls in flight need no longer be waited for.
async fn abandoned(interrupt: &Interrupt) {
    interrupt.requested(1).await;
    tokio::select! {
        () = tokio::time::sleep(GRACE) => {}
        () = interrupt.requested(2) => {}
    }
}

/// The step in a few words.
pub fn title(step: &Step) -> String {
    format!("{} {} {}", step.action, step.kind, step.name)
}

/// Bytes and secrets: what a plan does not hold but applying needs.
#[derive(Default)]
pub struct Materials {
    pub zip: Option<Zip>,
    pub secrets: Option<Secrets>,
}

/// What a resource's calls have at hand.
pub struct Task<'a> {
    pub aws: &'a Aws,
    pub names: &'a Names,
    pub account: &'a Account,
    pub materials: &'a Materials,
    /// The unique id of the role, once it was read or created; the function remembers it.
    pub role_id: &'a Mutex<Option<String>>,
    /// Detach from the role what others attached to it.
    pub force: bool,
    pub parameters: &'a Batch,
    pub created: &'a CreatedHere,
    pub pace: &'a Pace,
    pub turn: &'a Turn<'a>,
    pub progress: &'a Progress,
}

impl Task<'_> {
    /// A call that may meet somebody else's change to the same thing, which is a matter of moments.
    pub async fn settle<T>(&self, call: impl AsyncFnMut() -> Result<T, CallError>) -> Result<T> {
        self.call_within(SHORT_BUDGET, call).await
    }

    /// Repeats a call as long as AWS says that it is busy, or does not know yet what this run has created.
    pub async fn call_within<T>(
        &self,
        budget: Duration,
        call: impl AsyncFnMut() -> Result<T, CallError>,
    ) -> Result<T> {
        let is_new = |error: &CallError| self.created.includes(error.operation.service);
        keep_calling(self.progress, budget, is_new, call).await
    }
}

/// AWS itself.
pub struct AwsCloud<'a> {
    pub aws: &'a Aws,
    pub names: &'a Names,
    pub account: &'a Account,
    pub materials: &'a Materials,
    pub role_id: Mutex<Option<String>>,
    pub force: bool,
    /// Those that the plan deletes, to be deleted together.
    pub parameters: Batch,
    pub created: CreatedHere,
    pub pace: Pace,
}

impl Cloud for AwsCloud<'_> {
    async fn apply(&self, step: &Step, turn: &Turn<'_>, progress: &Progress) -> Result<()> {
        let task = Task {
            aws: self.aws,
            names: self.names,
            account: self.account,
            materials: self.materials,
            role_id: &self.role_id,
            force: self.force,
            parameters: &self.parameters,
            created: &self.created,
            pace: &self.pace,
            turn,
            progress,
        };
        match &step.change {
            Change::Role(delta) => delta.apply(&task).await,
            Change::LogGroup(delta) => delta.apply(&task).await,
            Change::Parameter(delta) => delta.apply(&task).await,
            Change::Secret(delta) => delta.apply(&task).await,
            Change::Function(delta) => delta.apply(&task).await,
            Change::Schedule(delta) => delta.apply(&task).await,
        }
    }
}

impl<R: Resource> Delta<R> {
    async fn apply(&self, task: &Task<'_>) -> Result<()> {
        match self {
            Self::Create(resource) => resource.create(task).await,
            Self::Update { from, to } => to.update(from, task).await,
            Self::Delete(resource) => resource.delete(task).await,
        }
    }
}

//! Run a build and report its progress.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::process::Stdio;

use serde_json::Value;
use tokio::io::{AsyncBufRead, AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::time::Instant;

use super::failure::Reason;
use super::output::{Line, Lines, classify};
use crate::error::{Context, Error, Result};
use crate::process_group::{self, KillOnDrop};
use crate::report::{BuildPhase, BuildProgress, BuildStage, with_heartbeat};

/// How many of the last lines of a failed build are shown.
const SHOWN_LINES: usize = 15;

/// Run the build and return the path of the binary, which cargo reports. Dropping the future ends the build with all of
/// its processes.
pub(super) async fn run(
    mut command: Command,
    tool: &str,
    report: &dyn Fn(BuildStage<'_>),
) -> Result<PathBuf> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    // Cargo alone would leave its compilers running.
    process_group::separate(command.as_std_mut());
    let mut child = command.spawn().map_err(|error| not_started(tool, &error))?;
    let group = KillOnDrop::new(child.id());
    let (Some(stdout), Some(stderr)) = (child.stdout.take(), child.stderr.take()) else {
        return Err(Error::new(format!("could not read the output of {tool}")));
    };
    let output = follow(BufReader::new(stdout), BufReader::new(stderr), report);
    let (output, status) = tokio::join!(output, wait(&mut child, tool));
    let status = status?;
    group.has_ended();
    match output.binary {
        Some(binary) if status.success() => Ok(binary),
        _ => {
            let last = Vec::from(output.last).join("\n");
            let cause = if last.is_empty() { status.to_string() } else { last };
            Err(Error::new(format!("{tool} could not build the function"))
                .cause(cause)
                .hint(output.reason.unwrap_or(Reason::Compiler).hint()))
        }
    }
}

async fn wait(child: &mut Child, tool: &str) -> Result<std::process::ExitStatus> {
    child.wait().await.context(|| format!("could not wait for {tool}"))
}

fn not_started(tool: &str, error: &std::io::Error) -> Error {
    const INSTALL: &str = "install Rust from rustup.rs, or pass a compiled function with --bootstrap PATH";
    if error.kind() == ErrorKind::NotFound {
        return Error::new("cargo, which builds the function, is not installed or not on the PATH")
            .hint(INSTALL);
    }
    Error::new(format!("could not start {tool}")).cause(error).hint(INSTALL)
}

/// What the output of a build says.
#[derive(Debug, Default, PartialEq, Eq)]
struct Output {
    /// The path of the function.
    binary: Option<PathBuf>,
    /// The last lines that may explain a failure.
    last: VecDeque<String>,
    reason: Option<Reason>,
}

/// Read both streams to their ends, and report the progress: each change, and a heartbeat.
async fn follow(
    stdout: impl AsyncBufRead + Unpin,
    stderr: impl AsyncBufRead + Unpin,
    report: &dyn Fn(BuildStage<'_>),
) -> Output {
    let tracker = RefCell::new(Tracker::new());
    let advance = |phase: BuildPhase| {
        let progress = tracker.borrow_mut().advance(phase);
        if let Some(progress) = progress {
            report(BuildStage::Advanced(&progress));
        }
    };
    let messages = artifacts(stdout, || tracker.borrow_mut().count());
    let errors = errors(stderr, &advance);
    let both = async { tokio::join!(messages, errors) };
    let (binary, (last, reason)) = with_heartbeat(both, |_| {
        let progress = tracker.borrow().progress();
        report(BuildStage::Continues(&progress));
    })
    .await;
    Output { binary, last, reason }
}

/// The state of a build.
struct Tracker {
    phase: BuildPhase,
    since: Instant,
    /// How many crates are done, counted by cargo's messages, for tools whose progress bar cannot be read.
    counted: usize,
    has_bar: bool,
}

impl Tracker {
    fn new() -> Self {
        Self { phase: BuildPhase::Preparing, since: Instant::now(), counted: 0, has_bar: false }
    }

    fn progress(&self) -> BuildProgress {
        BuildProgress { phase: self.phase.clone(), elapsed: self.since.elapsed() }
    }

    /// Count a finished crate. Only a heartbeat shows the count: cargo draws its bar after the messages about crates that
    /// were compiled before, and then the bar counts.
    fn count(&mut self) {
        self.counted += 1;
        if !self.has_bar {
            self.advance(BuildPhase::Compiling { done: self.counted, total: None, current: None });
        }
    }

    /// Enter `phase`, and return the progress if it has changed.
    fn advance(&mut self, phase: BuildPhase) -> Option<BuildProgress> {
        if phase == self.phase {
            return None;
        }
        let has_total = matches!(phase, BuildPhase::Compiling { total: Some(_), .. } | BuildPhase::Linking);
        self.has_bar = self.has_bar || has_total;
        if !phase.is_same_work(&self.phase) {
            self.since = Instant::now();
        }
        self.phase = phase;
        Some(self.progress())
    }
}

/// Read cargo's messages: report each finished crate, and return the path of the function.
async fn artifacts(mut messages: impl AsyncBufRead + Unpin, finished: impl Fn()) -> Option<PathBuf> {
    let mut found = None;
    let mut line = Vec::new();
    while messages.read_until(b'\n', &mut line).await.is_ok_and(|count| count > 0) {
        if let Ok(message) = serde_json::from_slice::<Value>(&line)
            && message["reason"] == "compiler-artifact"
        {
            finished();
            if message["target"]["name"] == "bootstrap" {
                found = message["executable"].as_str().map(PathBuf::from);
            }
        }
        line.clear();
    }
    found
}

/// Read cargo's progress and its errors.
async fn errors(
    stderr: impl AsyncBufRead + Unpin,
    advance: &dyn Fn(BuildPhase),
) -> (VecDeque<String>, Option<Reason>) {
    let mut lines = Lines::new(stderr);
    let mut last = VecDeque::with_capacity(SHOWN_LINES);
    let mut reason = None;
    while let Some(line) = lines.next().await {
        match classify(&line) {
            Line::Progress(Some(phase)) => advance(phase),
            Line::Progress(None) => {}
            Line::Message => {
                reason = reason.max(Reason::of(&line));
                if last.len() == SHOWN_LINES {
                    last.pop_front();
                }
                last.push_back(line);
            }
        }
    }
    (last, reason)
}

#[cfg(test)]
mod tests;

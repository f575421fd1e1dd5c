//! Runs the AWS emulator: private, on loopback, and never longer than this process.
//!
//! **Accounts.** The access key `test` is the root of account `000000000000`; its secret is `test`. An access
//! key of twelve digits is the root of the account with that number, so runs can be kept apart within one
//! emulator. Permissions are enforced: a function runs under its role and may do what the role allows.

use std::fs::{self, File};
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::environment::{environment, mark};
use super::{Installed, last_lines};
use crate::error::{Context, Error, Result};

/// The root access key of [`ACCOUNT`].
pub const ACCESS_KEY: &str = "test";
/// The secret that belongs to [`ACCESS_KEY`].
pub const SECRET_KEY: &str = "test";
/// The account of [`ACCESS_KEY`].
pub const ACCOUNT: &str = "000000000000";

const WRAPPER: &str = include_str!("emulator.py");
const LOG: &str = "emulator.log";
/// Between choosing a free port and listening on it, another process may take it.
const TRIES: usize = 3;
const POLL: Duration = Duration::from_millis(50);
/// It takes less than a second, except on a busy machine right after the installation.
const START_PATIENCE: Duration = Duration::from_secs(30);
/// It takes a few milliseconds, since nothing is saved.
const STOP_PATIENCE: Duration = Duration::from_secs(2);

/// A running AWS emulator. Dropping it ends it; [`stop`](Emulator::stop) does so without blocking.
#[derive(Debug)]
pub struct Emulator {
    process: Child,
    /// The emulator ends when this closes, which the system sees to even if this process is killed.
    lifeline: Option<ChildStdin>,
    endpoint: String,
    port: u16,
    /// Everything that it writes: home, temporary files, log. Gone with it.
    scratch: TempDir,
}

/// Why an emulator does not answer.
enum Silence {
    /// Its process ended, perhaps since the port was taken meanwhile.
    Ended(Error),
    /// It runs, but gives no sign of life.
    Stuck(Error),
}

impl Emulator {
    /// Starts one on a free port of the loopback device, with a private directory below `directory`, and
    /// returns once it answers.
    pub async fn start(installed: &Installed, directory: &Path) -> Result<Self> {
        let mut tries = 0;
        loop {
            tries += 1;
            let mut emulator = Self::launch(installed, directory)?;
            match emulator.wait_until_it_answers().await {
                Ok(()) => return Ok(emulator),
                Err(Silence::Ended(_)) if tries < TRIES => {}
                Err(Silence::Ended(error) | Silence::Stuck(error)) => return Err(error),
            }
        }
    }

    /// Where AWS is, as far as its clients are concerned: `http://127.0.0.1:PORT`.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// A directory that goes with the emulator, however this process ends.
    pub fn scratch(&self) -> &Path {
        self.scratch.path()
    }

    /// What the emulator has logged last.
    pub fn last_log_lines(&self) -> String {
        last_lines(&String::from_utf8_lossy(&fs::read(self.scratch.path().join(LOG)).unwrap_or_default()))
    }

    /// Ends the emulator and the functions that it runs, and removes what they wrote.
    pub async fn stop(mut self) -> Result<()> {
        self.lifeline = None;
        let deadline = Instant::now() + STOP_PATIENCE;
        while self.is_running() && Instant::now() < deadline {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        self.end();
        let scratch = self.scratch.path().to_owned();
        match fs::remove_dir_all(&scratch) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(error).context(|| format!("could not remove `{}`", scratch.display()))
            }
            _ => Ok(()),
        }
    }

    fn launch(installed: &Installed, directory: &Path) -> Result<Self> {
        const FAILED: &str = "could not start the AWS emulator";
        // Absolute, since it becomes the emulator's current directory.
        let directory = std::path::absolute(directory).context(|| FAILED)?;
        fs::create_dir_all(&directory).context(|| FAILED)?;
        let scratch =
            tempfile::Builder::new().prefix("emulator-").tempdir_in(directory).context(|| FAILED)?;
        let wrapper = scratch.path().join("emulator.py");
        fs::write(&wrapper, WRAPPER).context(|| FAILED)?;
        let log = File::create(scratch.path().join(LOG)).context(|| FAILED)?;
        let port = free_port().context(|| FAILED)?;
        let endpoint = format!("http://127.0.0.1:{port}");

        // Isolated (-I): the user's PYTHON* variables and packages stay out of it.
        let mut command = Command::new(installed.python());
        command.args(["-I", "-u"]).arg(&wrapper).current_dir(scratch.path());
        command.env_clear().envs(environment(scratch.path(), port, &endpoint));
        command.stdin(Stdio::piped()).stdout(log.try_clone().context(|| FAILED)?).stderr(log);
        apart_from_the_terminal(&mut command);
        let mut process = command.spawn().context(|| FAILED)?;
        let lifeline = process.stdin.take();
        Ok(Self { process, lifeline, endpoint, port, scratch })
    }

    async fn wait_until_it_answers(&mut self) -> Result<(), Silence> {
        let deadline = tokio::time::Instant::now() + START_PATIENCE;
        loop {
            let health = tokio::time::timeout_at(deadline, self.health()).await;
            // Another process may listen on the port; only our emulator knows its mark.
            if matches!(health, Ok(Ok(body)) if body.contains(&mark(self.scratch.path()))) {
                return Ok(());
            }
            if !self.is_running() {
                let error =
                    Error::new("the AWS emulator ended right after its start").cause(self.last_log_lines());
                return Err(Silence::Ended(error));
            }
            if tokio::time::Instant::now() > deadline {
                let error = format!("the AWS emulator did not answer within {} s", START_PATIENCE.as_secs());
                return Err(Silence::Stuck(Error::new(error).cause(self.last_log_lines())));
            }
            tokio::time::sleep(POLL).await;
        }
    }

    async fn health(&self) -> std::io::Result<String> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).await?;
        stream
            .write_all(b"GET /_ministack/health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
            .await?;
        let mut reply = Vec::new();
        stream.read_to_end(&mut reply).await?;
        Ok(String::from_utf8_lossy(&reply).into_owned())
    }

    fn is_running(&mut self) -> bool {
        matches!(self.process.try_wait(), Ok(None))
    }

    /// The last resort, for an emulator that no longer notices anything: kills it with all its children.
    fn end(&mut self) {
        if self.is_running() {
            let id = self.process.id();
            let mut killer = Command::new(if cfg!(windows) { "taskkill" } else { "kill" });
            if cfg!(windows) {
                killer.args(["/T", "/F", "/PID", &id.to_string()]);
            } else {
                killer.args(["-KILL", "--", &format!("-{id}")]);
            }
            let _ = killer.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
            let _ = self.process.kill();
            let _ = self.process.wait();
        }
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        self.lifeline = None;
        let deadline = Instant::now() + STOP_PATIENCE;
        while self.is_running() && Instant::now() < deadline {
            #[expect(
                clippy::disallowed_methods,
                reason = "`drop` cannot await; bounded by the deadline above"
            )]
            std::thread::sleep(Duration::from_millis(5));
        }
        self.end();
    }
}

fn free_port() -> std::io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// Ctrl-C goes to all of a terminal's foreground group. The emulator is still needed then, to clean up.
#[cfg(unix)]
fn apart_from_the_terminal(command: &mut Command) {
    use std::os::unix::process::CommandExt;
    command.process_group(0);
}

#[cfg(windows)]
fn apart_from_the_terminal(command: &mut Command) {
    use std::os::windows::process::CommandExt;
    const CREATE_NEW_PROCESS_GROUP: u32 = 0x200;
    command.creation_flags(CREATE_NEW_PROCESS_GROUP);
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    /// An installation whose Python is a shell script.
    fn pretend_python(directory: &Path, script: &str) -> Installed {
        let installed = Installed::at(directory.join("installed"));
        let python = installed.python();
        fs::create_dir_all(python.parent().unwrap()).unwrap();
        // By another process: a test that forks meanwhile would hold this file open for writing, and it
        // could not be run ("text file busy").
        let write = r#"printf '#!/bin/sh\n%s\n' "$1" > "$0" && chmod +x "$0""#;
        let written = Command::new("sh").args(["-c", write]).arg(&python).arg(script).status().unwrap();
        assert!(written.success());
        installed
    }

    #[tokio::test]
    async fn what_it_said_before_it_ended_is_the_cause_and_nothing_is_left() {
        let directory = tempfile::tempdir().unwrap();
        let count = directory.path().join("count");
        let script = format!("echo try >> {}; echo the disk is full >&2; exit 1", count.display());
        let installed = pretend_python(directory.path(), &script);
        let runs = directory.path().join("runs");

        let error = Emulator::start(&installed, &runs).await.unwrap_err();
        assert_eq!(error.causes(), ["the disk is full"]);
        assert_eq!(fs::read_to_string(count).unwrap().lines().count(), TRIES);
        assert_eq!(fs::read_dir(runs).unwrap().count(), 0);
    }

    #[tokio::test]
    async fn one_that_does_not_notice_its_end_is_killed_with_its_children() {
        let directory = tempfile::tempdir().unwrap();
        let children = directory.path().join("children");
        let script = format!("trap '' TERM; sleep 600 & echo $! > {}; wait", children.display());
        let installed = pretend_python(directory.path(), &script);
        let emulator = Emulator::launch(&installed, directory.path()).unwrap();
        let child = loop {
            match fs::read_to_string(&children) {
                Ok(id) if id.ends_with('\n') => break id.trim().to_owned(),
                _ => tokio::time::sleep(POLL).await,
            }
        };
        emulator.stop().await.unwrap();
        // A child whose parent is gone is reaped by the system, which may take a moment.
        for _ in 0..100 {
            let alive = Command::new("kill").args(["-0", &child]).stderr(Stdio::null()).status().unwrap();
            if !alive.success() {
                return;
            }
            tokio::time::sleep(POLL).await;
        }
        unreachable!("the child {child} is still there");
    }
}

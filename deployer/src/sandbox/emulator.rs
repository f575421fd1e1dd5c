//! Run the AWS emulator: private, on a loopback address, and never longer than this process.
//!
//! **Accounts.** The access key `test` belongs to the root user of account `000000000000`; its secret is `test`. An access
//! key of twelve digits belongs to the root user of the account with that number, which separates runs within one emulator.
//! Permissions are enforced: a function runs with its role and can do only what the role allows.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::environment::{environment, marker};
use super::{Installed, last_lines};
use crate::error::{Context, Error, Result};
use crate::process_group;

/// The root access key of [`ACCOUNT`].
pub const ACCESS_KEY: &str = "test";
/// The secret that belongs to [`ACCESS_KEY`].
pub const SECRET_KEY: &str = "test";
/// The account of [`ACCESS_KEY`].
pub const ACCOUNT: &str = "000000000000";

const WRAPPER: &str = include_str!("emulator.py");
const LOG: &str = "emulator.log";
/// How often to start it: another process may take the chosen port before the emulator listens on it.
const TRIES: usize = 3;
const POLL: Duration = Duration::from_millis(50);
/// The time to start, which takes less than a second except on a busy machine right after the installation.
const START_TIMEOUT: Duration = Duration::from_secs(30);
/// The time to stop, which takes a few milliseconds because nothing is saved.
const STOP_TIMEOUT: Duration = Duration::from_secs(2);

/// A running AWS emulator. Dropping it stops it; [`stop`](Emulator::stop) does so without blocking.
#[derive(Debug)]
pub struct Emulator {
    process: Child,
    /// The emulator ends when this is closed, which the system does even if this process is killed.
    lifeline: Option<ChildStdin>,
    endpoint: String,
    port: u16,
    /// Everything that it writes: home, temporary files, log. Removed with it.
    scratch: TempDir,
}

/// Why an emulator does not answer.
enum StartFailure {
    /// Its process ended, possibly because another process took the port.
    Ended(Error),
    /// It runs but does not answer.
    Stuck(Error),
}

impl Emulator {
    /// Start an emulator on a free loopback port with a private directory below `directory`, and wait until it answers.
    pub async fn start(installed: &Installed, directory: &Path) -> Result<Self> {
        let mut tries = 0;
        loop {
            tries += 1;
            let mut emulator = Self::launch(installed, directory)?;
            match emulator.wait_until_it_answers().await {
                Ok(()) => return Ok(emulator),
                Err(StartFailure::Ended(_)) if tries < TRIES => {}
                Err(StartFailure::Ended(error) | StartFailure::Stuck(error)) => return Err(error),
            }
        }
    }

    /// The endpoint for AWS clients: `http://127.0.0.1:PORT`.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// A directory that is removed with the emulator, however this process ends.
    pub fn scratch(&self) -> &Path {
        self.scratch.path()
    }

    /// The last lines of the emulator's log.
    pub fn last_log_lines(&self) -> String {
        last_lines(&String::from_utf8_lossy(&fs::read(self.scratch.path().join(LOG)).unwrap_or_default()))
    }

    /// Stop the emulator and the functions that it runs, and remove the files that they wrote.
    pub async fn stop(mut self) -> Result<()> {
        self.lifeline = None;
        let deadline = Instant::now() + STOP_TIMEOUT;
        while self.is_running() && Instant::now() < deadline {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        self.kill();
        // Windows keeps the file of a program that was just killed for a moment.
        let scratch = self.scratch.path();
        loop {
            match fs::remove_dir_all(scratch) {
                Ok(()) => return Ok(()),
                Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
                Err(_) if Instant::now() < deadline => tokio::time::sleep(Duration::from_millis(5)).await,
                Err(error) => {
                    return Err(error).context(|| format!("could not remove `{}`", scratch.display()));
                }
            }
        }
    }

    fn launch(installed: &Installed, directory: &Path) -> Result<Self> {
        const FAILED: &str = "could not start the AWS emulator";
        // An absolute path, since it becomes the emulator's current directory.
        let directory = std::path::absolute(directory).context(|| FAILED)?;
        fs::create_dir_all(&directory).context(|| FAILED)?;
        let scratch =
            tempfile::Builder::new().prefix("emulator-").tempdir_in(directory).context(|| FAILED)?;
        let wrapper = scratch.path().join("emulator.py");
        fs::write(&wrapper, WRAPPER).context(|| FAILED)?;
        let log = File::create(scratch.path().join(LOG)).context(|| FAILED)?;
        let port = free_port().context(|| FAILED)?;
        let endpoint = format!("http://127.0.0.1:{port}");

        // Isolated (-I) from the user's PYTHON* variables and packages.
        let mut command = Command::new(installed.python());
        command.args(["-I", "-u"]).arg(&wrapper).current_dir(scratch.path());
        command.env_clear().envs(environment(scratch.path(), port, &endpoint));
        command.stdin(Stdio::piped()).stdout(log.try_clone().context(|| FAILED)?).stderr(log);
        // Ctrl-C reaches the foreground group of a terminal, but the emulator is still needed for the cleanup.
        process_group::separate(&mut command);
        let mut process = command.spawn().context(|| FAILED)?;
        let lifeline = process.stdin.take();
        Ok(Self { process, lifeline, endpoint, port, scratch })
    }

    async fn wait_until_it_answers(&mut self) -> Result<(), StartFailure> {
        let deadline = tokio::time::Instant::now() + START_TIMEOUT;
        loop {
            let health = tokio::time::timeout_at(deadline, self.health()).await;
            // Another process may listen on the port; only our emulator returns this marker.
            if matches!(health, Ok(Ok(body)) if body.contains(&marker(self.scratch.path()))) {
                return Ok(());
            }
            if !self.is_running() {
                let error =
                    Error::new("the AWS emulator stopped right after its start").cause(self.last_log_lines());
                return Err(StartFailure::Ended(error));
            }
            if tokio::time::Instant::now() > deadline {
                let error = format!("the AWS emulator did not answer within {} s", START_TIMEOUT.as_secs());
                return Err(StartFailure::Stuck(Error::new(error).cause(self.last_log_lines())));
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

    /// Kill an emulator that does not stop by itself, together with all its children.
    fn kill(&mut self) {
        if self.is_running() {
            process_group::kill(self.process.id());
            let _ = self.process.kill();
            let _ = self.process.wait();
        }
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        self.lifeline = None;
        let deadline = Instant::now() + STOP_TIMEOUT;
        while self.is_running() && Instant::now() < deadline {
            #[expect(
                clippy::disallowed_methods,
                reason = "`drop` cannot await; bounded by the deadline above"
            )]
            std::thread::sleep(Duration::from_millis(5));
        }
        self.kill();
    }
}

fn free_port() -> std::io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    /// An installation whose Python is a shell script.
    fn fake_python(directory: &Path, script: &str) -> Installed {
        let installed = Installed::at(directory.join("installed"));
        let python = installed.python();
        fs::create_dir_all(python.parent().unwrap()).unwrap();
        // Written by another process: a test that forks at the same time would keep this file open for writing, and it
        // could not be executed ("text file busy").
        let write = r#"printf '#!/bin/sh\n%s\n' "$1" > "$0" && chmod +x "$0""#;
        let written = Command::new("sh").args(["-c", write]).arg(&python).arg(script).status().unwrap();
        assert!(written.success());
        installed
    }

    #[tokio::test]
    async fn the_last_output_is_the_cause_and_no_files_are_left() {
        let directory = tempfile::tempdir().unwrap();
        let count = directory.path().join("count");
        let script = format!("echo try >> {}; echo the disk is full >&2; exit 1", count.display());
        let installed = fake_python(directory.path(), &script);
        let runs = directory.path().join("runs");

        let error = Emulator::start(&installed, &runs).await.unwrap_err();
        assert_eq!(error.causes(), ["the disk is full"]);
        assert_eq!(fs::read_to_string(count).unwrap().lines().count(), TRIES);
        assert_eq!(fs::read_dir(runs).unwrap().count(), 0);
    }

    #[tokio::test]
    async fn an_emulator_that_does_not_stop_is_killed_with_its_children() {
        let directory = tempfile::tempdir().unwrap();
        let children = directory.path().join("children");
        let script = format!("trap '' TERM; sleep 600 & echo $! > {}; wait", children.display());
        let installed = fake_python(directory.path(), &script);
        let emulator = Emulator::launch(&installed, directory.path()).unwrap();
        let child = loop {
            match fs::read_to_string(&children) {
                Ok(id) if id.ends_with('\n') => break id.trim().to_owned(),
                _ => tokio::time::sleep(POLL).await,
            }
        };
        emulator.stop().await.unwrap();
        // The system reaps a child without a parent, which may take a moment.
        for _ in 0..100 {
            let alive = Command::new("kill").args(["-0", &child]).stderr(Stdio::null()).status().unwrap();
            if !alive.success() {
                return;
            }
            tokio::time::sleep(POLL).await;
        }
        unreachable!("the child {child} still exists");
    }
}

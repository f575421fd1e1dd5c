//! `plexmon-deploy` as a separate process, in an environment without the developer's settings.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

/// A command to run with `home` as its current directory.
pub struct Deploy {
    home: PathBuf,
    command: Command,
}

impl Deploy {
    pub fn new(home: &Path) -> Self {
        Self::of(env!("CARGO_BIN_EXE_plexmon-deploy"), home)
    }

    /// Run it on a terminal of this width, and answer the question that ends in `prompt`.
    pub fn on_a_terminal(home: &Path, columns: u16, prompt: &str, answer: &str) -> Self {
        let mut deploy = Self::of(super::python(), home);
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/support/terminal.py");
        deploy.command.args(["-I", script]).arg(columns.to_string()).args([prompt, answer]);
        deploy.command.arg(env!("CARGO_BIN_EXE_plexmon-deploy")).env("TERM", "xterm-256color");
        deploy
    }

    /// Another program, or the same one at another place.
    pub fn of(program: impl AsRef<OsStr>, home: &Path) -> Self {
        let mut command = Command::new(program);
        command.env_clear().current_dir(home).env("HOME", home).env("AWS_EC2_METADATA_DISABLED", "true");
        for variable in ["PATH", "SYSTEMROOT"] {
            command.envs(std::env::var_os(variable).map(|value| (variable, value)));
        }
        command.env("AWS_CONFIG_FILE", home.join("aws-config"));
        command.env("AWS_SHARED_CREDENTIALS_FILE", home.join("aws-credentials"));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Self { home: home.to_owned(), command }
    }

    #[must_use]
    pub fn args<A: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.command.args(args);
        self
    }

    #[must_use]
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.command.env_remove(name);
        self
    }

    pub fn run(mut self) -> Ran {
        let output = self.command.output().unwrap();
        Ran::new(&self.home, output)
    }

    /// Start it and return.
    pub fn start(mut self) -> Running {
        Running { home: self.home, child: Some(self.command.spawn().unwrap()), read: String::new() }
    }
}

/// A running command. It is killed if the test fails before its end.
pub struct Running {
    home: PathBuf,
    child: Option<Child>,
    /// The part of its stdout that was read already.
    read: String,
}

impl Running {
    fn child(&mut self) -> &mut Child {
        self.child.as_mut().unwrap()
    }

    /// Return the process id.
    pub fn id(&self) -> u32 {
        self.child.as_ref().unwrap().id()
    }

    /// Close the reading end of its stdout.
    pub fn close_stdout(&mut self) {
        drop(self.child().stdout.take());
    }

    /// Read its stdout up to a line that contains `text`.
    pub fn read_until(&mut self, text: &str) {
        let mut stdout = BufReader::with_capacity(1, self.child().stdout.take().unwrap());
        loop {
            let mut line = String::new();
            assert!(stdout.read_line(&mut line).unwrap() > 0, "ended before {text:?}:\n{}", self.read);
            self.read += &line;
            if line.contains(text) {
                break;
            }
        }
        self.child().stdout = Some(stdout.into_inner());
    }

    /// Send the signal of Ctrl-C.
    pub fn interrupt(&mut self) {
        let id = self.child().id().to_string();
        assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    }

    pub fn has_ended(&mut self) -> bool {
        self.child().try_wait().unwrap().is_some()
    }

    pub fn kill(mut self) {
        self.child().kill().unwrap();
        self.child().wait().unwrap();
    }

    pub fn end(mut self) -> Ran {
        let mut output = self.child.take().unwrap().wait_with_output().unwrap();
        output.stdout.splice(..0, std::mem::take(&mut self.read).into_bytes());
        Ran::new(&self.home, output)
    }

    /// Wait like [`end`](Self::end), for a command whose stdout is not read.
    pub fn end_with_stderr(mut self) -> (Option<i32>, String) {
        let mut errors = String::new();
        self.child().stderr.take().unwrap().read_to_string(&mut errors).unwrap();
        (self.child().wait().unwrap().code(), errors)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// The exit code and output of a command.
#[derive(Debug)]
pub struct Ran {
    /// `None` if a signal ended it.
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Ran {
    fn new(home: &Path, output: Output) -> Self {
        let text =
            |bytes: Vec<u8>| String::from_utf8(bytes).unwrap().replace(home.to_str().unwrap(), "[HOME]");
        Self { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }

    /// Fail the test unless it ended with `code`.
    #[track_caller]
    pub fn ended(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{}", self.whole());
        self
    }

    /// Return the document that `--json` printed, which must be all of stdout.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {}", self.whole()))
    }

    /// Return everything, for a snapshot.
    pub fn whole(&self) -> String {
        let mut whole =
            self.code.map_or_else(|| "ended by a signal".to_owned(), |code| format!("exit {code}"));
        for (name, text) in [("stdout", &self.stdout), ("stderr", &self.stderr)] {
            if !text.is_empty() {
                let _ = write!(whole, "\n--- {name}\n{}", text.trim_end());
            }
        }
        whole
    }

    /// Return the calls that `-v` printed, as `service:Operation`.
    pub fn calls(&self) -> Vec<&str> {
        let operation = |word: &&str| {
            word.split_once(':').is_some_and(|(_, name)| name.starts_with(|first: char| first.is_uppercase()))
        };
        let lines = self.stderr.lines().filter_map(|line| line.strip_prefix("  "));
        lines.filter_map(|line| line.split(' ').next()).filter(operation).collect()
    }

    /// Return the calls that are not reads.
    pub fn writes(&self) -> Vec<&str> {
        let reads = ["Get", "List", "Describe", "Filter"];
        let is_read = |call: &str| reads.iter().any(|verb| call.contains(&format!(":{verb}")));
        self.calls().into_iter().filter(|call| !is_read(call)).collect()
    }
}

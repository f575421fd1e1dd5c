//! The other tools, each with a minimal project for a scheduled function.

use std::ffi::OsString;
use std::path::PathBuf;

use tokio::process::Command;

use crate::BenchResult;
use crate::peer::{Peer, Verb, Workspace};
use crate::tools::version;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/peers/steps.sh");

const CARGO_PROJECT: &str = "[package]\nname = \"monitor\"\nversion = \"0.1.0\"\nedition = \"2024\"\n";

const CHALICE_APP: &str = r#"from chalice import Chalice, Rate

app = Chalice(app_name="plex-remote-health")


@app.schedule(Rate(5, unit=Rate.MINUTES))
def check(event):
    return {}
"#;
const CHALICE_CONFIG: &str = r#"{"version": "2.0", "app_name": "plex-remote-health", "stages": {"dev": {}}}"#;

/// The steps of the script, and the tool around which they run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Script {
    /// The AWS CLI does everything.
    Steps,
    /// `cargo lambda deploy` creates role and function, the AWS CLI the rest.
    Lambda,
}

/// The shell steps, alone or around `cargo lambda deploy`.
pub struct Shell {
    script: Script,
    bootstrap: PathBuf,
    tools: PathBuf,
}

impl Shell {
    pub fn steps(bootstrap: PathBuf, tools: PathBuf) -> Self {
        Self { script: Script::Steps, bootstrap, tools }
    }

    pub fn lambda(bootstrap: PathBuf, tools: PathBuf) -> Self {
        Self { script: Script::Lambda, bootstrap, tools }
    }
}

impl Peer for Shell {
    fn name(&self) -> &'static str {
        match self.script {
            Script::Steps => "shell steps",
            Script::Lambda => "cargo lambda",
        }
    }

    fn description(&self) -> String {
        let cli = version("awscli");
        match self.script {
            Script::Steps => format!(
                "AWS CLI {cli}, with its `sleep 10`: role, policy, function, rule, permission, target, parameter"
            ),
            Script::Lambda => format!(
                "cargo-lambda {}: role, function; AWS CLI {cli}: rule, permission, target, and the removal",
                version("cargo-lambda")
            ),
        }
    }

    fn prepare(&self, workspace: &Workspace) -> BenchResult<()> {
        std::fs::copy(&self.bootstrap, workspace.folder().join("bootstrap"))?;
        if self.script == Script::Lambda {
            // It queries cargo about the project even if the binary is given.
            workspace.write("Cargo.toml", CARGO_PROJECT)?;
            workspace.write("src/main.rs", "fn main() {}\n")?;
        }
        Ok(())
    }

    fn command(&self, verb: Verb, workspace: &Workspace) -> BenchResult<Option<Command>> {
        let step = match (self.script, verb) {
            (_, Verb::Status) => return Ok(None),
            (Script::Steps, Verb::Up) => "up",
            (Script::Steps, Verb::Unchanged | Verb::Change) => "upload",
            (Script::Steps, Verb::Remove) => "remove",
            (Script::Lambda, Verb::Up) => "lambda",
            (Script::Lambda, Verb::Unchanged | Verb::Change) => "lambda-upload",
            (Script::Lambda, Verb::Remove) => "lambda-remove",
        };
        if verb == Verb::Change {
            // Appended to the program, where nothing reads it.
            let mut program = std::fs::read(&self.bootstrap)?;
            program.push(b'\n');
            std::fs::write(workspace.folder().join("bootstrap"), program)?;
        }
        let mut command = workspace.command("bash".as_ref());
        command.arg(SCRIPT).arg(step).env("PATH", path_with(&self.tools)?);
        let home = std::env::home_dir().ok_or("no home directory")?;
        for (name, folder) in [("CARGO_HOME", ".cargo"), ("RUSTUP_HOME", ".rustup")] {
            command.env(name, std::env::var_os(name).unwrap_or_else(|| home.join(folder).into_os_string()));
        }
        command.envs(std::env::var_os("RUSTUP_TOOLCHAIN").map(|toolchain| ("RUSTUP_TOOLCHAIN", toolchain)));
        Ok(Some(command))
    }
}

pub struct Chalice {
    tools: PathBuf,
}

impl Chalice {
    pub fn new(tools: PathBuf) -> Self {
        Self { tools }
    }
}

impl Peer for Chalice {
    fn name(&self) -> &'static str {
        "Chalice"
    }

    fn description(&self) -> String {
        format!("Chalice {}: role, policy, a Python function, rule, permission, target", version("chalice"))
    }

    fn prepare(&self, workspace: &Workspace) -> BenchResult<()> {
        workspace.write("app.py", CHALICE_APP)?;
        workspace.write("requirements.txt", "")?;
        workspace.write(".chalice/config.json", CHALICE_CONFIG)?;
        Ok(())
    }

    fn command(&self, verb: Verb, workspace: &Workspace) -> BenchResult<Option<Command>> {
        let arguments: &[&str] = match verb {
            Verb::Status => return Ok(None),
            Verb::Remove => &["delete"],
            Verb::Up | Verb::Unchanged | Verb::Change => &["deploy"],
        };
        if verb == Verb::Change {
            workspace.write("app.py", format!("{CHALICE_APP}\n\nCHANGED = True\n"))?;
        }
        let mut command = workspace.command(&self.tools.join("chalice"));
        command.args(arguments).env("PATH", path_with(&self.tools)?);
        Ok(Some(command))
    }
}

fn path_with(tools: &std::path::Path) -> BenchResult<OsString> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    Ok(std::env::join_paths(std::iter::once(tools.to_owned()).chain(std::env::split_paths(&path)))?)
}

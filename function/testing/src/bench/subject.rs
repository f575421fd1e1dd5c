//! A program that is measured, and how Lambda would start it.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use super::backends::Backends;

/// A program with its environment.
pub struct Subject {
    /// Its name in the tables.
    pub name: &'static str,
    command: Vec<PathBuf>,
    directory: PathBuf,
    variables: Vec<(&'static str, String)>,
}

impl Subject {
    /// Create a subject in a new directory below `tmp`, with the variables that Lambda sets, and SSM's endpoint.
    pub fn new(name: &'static str, command: Vec<PathBuf>, backends: &Backends, tmp: &Path) -> Self {
        Self { name, command, directory: new_directory(tmp), variables: lambda_variables(backends) }
    }

    /// plexmon's own function, with this number of targets.
    pub fn plexmon(bootstrap: &Path, backends: &Backends, targets: usize, tmp: &Path) -> Self {
        let subject = Self::new("plexmon", vec![bootstrap.to_owned()], backends, tmp);
        subject.write(&backends.settings(targets));
        subject
    }

    /// plexmon's status page, with these settings.
    pub fn page(bootstrap: &Path, backends: &Backends, settings: &Value, tmp: &Path) -> Self {
        let mut subject = Self::new("page", vec![bootstrap.to_owned()], backends, tmp);
        subject.write(settings);
        subject.extend_variables([("_HANDLER", "page".to_owned())]);
        subject
    }

    fn write(&self, settings: &Value) {
        fs::write(self.directory.join("plexmon.json"), settings.to_string()).unwrap();
    }

    /// The directory in which it runs.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Add environment variables.
    pub fn extend_variables(&mut self, variables: impl IntoIterator<Item = (&'static str, String)>) {
        self.variables.extend(variables);
    }

    /// The command that connects to a Runtime API, run by `wrapper` if there is one.
    pub fn command(&self, runtime: SocketAddr, wrapper: &[String]) -> Command {
        let mut arguments = wrapper.iter().map(PathBuf::from).chain(self.command.iter().cloned());
        let mut command = Command::new(arguments.next().unwrap());
        command
            .args(arguments)
            .env_clear()
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .env("AWS_LAMBDA_RUNTIME_API", runtime.to_string())
            .env("LAMBDA_TASK_ROOT", &self.directory)
            .current_dir(&self.directory)
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        command
    }
}

fn lambda_variables(backends: &Backends) -> Vec<(&'static str, String)> {
    let fixed = [
        ("AWS_LAMBDA_FUNCTION_NAME", "plex-remote-health"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_REGION", "us-east-1"),
        ("AWS_DEFAULT_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
        ("AWS_SESSION_TOKEN", "session"),
        ("LANG", "en_US.UTF-8"),
        ("PATH", "/usr/local/bin:/usr/bin:/bin"),
    ];
    let ssm = ("AWS_ENDPOINT_URL_SSM", format!("http://{}", backends.ssm.address));
    fixed.map(|(name, value)| (name, value.to_owned())).into_iter().chain([ssm]).collect()
}

fn new_directory(tmp: &Path) -> PathBuf {
    let parent = tmp.join("peers");
    let numbered = (0..).map(|number| parent.join(format!("{}-{number}", std::process::id())));
    let directory = numbered.into_iter().find(|path| !path.exists()).unwrap();
    fs::create_dir_all(&directory).unwrap();
    directory
}

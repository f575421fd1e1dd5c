//! Who is measured: how each is built, and started as Lambda would start it.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use plexmon_function::contract::settings::FILE_NAME;

use crate::world::{STATE, World};

/// A program with its surroundings.
pub struct Subject {
    pub name: &'static str,
    command: Vec<PathBuf>,
    directory: PathBuf,
    variables: Vec<(&'static str, String)>,
}

impl Subject {
    /// Ours, with so many targets.
    pub fn ours(bootstrap: &Path, world: &World, targets: usize) -> Self {
        let directory = directory();
        let settings = serde_json::to_string(&world.settings(targets)).unwrap();
        fs::write(directory.join(FILE_NAME), settings).unwrap();
        let command = vec![bootstrap.to_owned()];
        Self { name: "plexmon", command, directory, variables: common(world) }
    }

    /// A runtime that does nothing.
    pub fn empty(program: &Path, world: &World) -> Self {
        let command = vec![program.to_owned()];
        Self { name: "empty handler", command, directory: directory(), variables: common(world) }
    }

    /// The function in Python; `tuned`, it keeps its TLS context.
    pub fn python(python: &Path, world: &World, tuned: bool) -> Self {
        let directory = directory();
        let (ca_file, source) = (directory.join("ca.pem"), directory.join("original.py"));
        fs::write(&ca_file, &world.ca_pem).unwrap();
        fs::write(&source, include_str!("original.py")).unwrap();
        // Lambda's own packages are compiled; ours is small, and Python compiles it once, in the start that does not count.
        let mut variables = common(world);
        variables.extend([
            ("CHECK_URL", world.url()),
            ("CA_FILE", ca_file.display().to_string()),
            ("STATUS_PARAM", STATE.to_owned()),
            ("PUSHOVER_URL", format!("http://{}/1/messages.json", world.channel.address)),
            ("PUSHOVER_TOKEN", "t".to_owned()),
            ("PUSHOVER_USER", "u".to_owned()),
            ("PYTHONPATH", directory.display().to_string()),
        ]);
        if tuned {
            variables.push(("KEEP_TLS_CONTEXT", "1".to_owned()));
        }
        let command = [python, Path::new("-m"), Path::new("awslambdaric"), Path::new("original.handler")];
        let name = if tuned { "Python, TLS context kept" } else { "Python" };
        Self { name, command: command.map(Path::to_owned).to_vec(), directory, variables }
    }

    /// The command, at a Runtime API; behind `wrapper`, if there is one.
    pub fn command(&self, runtime: SocketAddr, wrapper: &[String]) -> Command {
        let mut words = wrapper.iter().map(PathBuf::from).chain(self.command.iter().cloned());
        let mut command = Command::new(words.next().unwrap());
        command
            .args(words)
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

/// What Lambda tells every function, and where SSM is.
fn common(world: &World) -> Vec<(&'static str, String)> {
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
    let ssm = ("AWS_ENDPOINT_URL_SSM", format!("http://{}", world.ssm.address));
    fixed.map(|(name, value)| (name, value.to_owned())).into_iter().chain([ssm]).collect()
}

/// A new directory below target/.
fn directory() -> PathBuf {
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("peers");
    let free = (0..).map(|number| place.join(format!("{}-{number}", std::process::id())));
    let directory = free.into_iter().find(|path| !path.exists()).unwrap();
    fs::create_dir_all(&directory).unwrap();
    directory
}

//! The tools that are compared. Each deploys a scheduled function in its own account and folder.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use tempfile::TempDir;
use tokio::process::Command;

use crate::BenchResult;

pub const REGION: &str = "us-east-1";

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verb {
    Up,
    Unchanged,
    Change,
    Status,
    Remove,
}

impl Verb {
    /// In an order in which each verb finds its preconditions.
    pub const ALL: [Self; 5] = [Self::Up, Self::Unchanged, Self::Change, Self::Status, Self::Remove];
}

impl fmt::Display for Verb {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Up => "fresh up",
            Self::Unchanged => "unchanged up",
            Self::Change => "code change",
            Self::Status => "status",
            Self::Remove => "remove",
        })
    }
}

pub trait Peer {
    /// Return the name in the tables.
    fn name(&self) -> &'static str;

    /// Return what it deploys, and its versions.
    fn description(&self) -> String;

    /// Write a project into the folder.
    fn prepare(&self, workspace: &Workspace) -> BenchResult<()>;

    /// Return the command, or `None` if the tool has no such verb. For [`Verb::Change`], this changes the project.
    fn command(&self, verb: Verb, workspace: &Workspace) -> BenchResult<Option<Command>>;
}

/// An empty AWS account, and a working folder.
pub struct Workspace {
    account: String,
    endpoint: String,
    folder: TempDir,
}

impl Workspace {
    pub fn new(endpoint: &str) -> BenchResult<Self> {
        static NEXT: AtomicU64 = AtomicU64::new(500_000_000_001);
        let account = NEXT.fetch_add(1, Ordering::Relaxed).to_string();
        Ok(Self { account, endpoint: endpoint.to_owned(), folder: tempfile::tempdir()? })
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn write(&self, file: &str, text: impl AsRef<[u8]>) -> BenchResult<PathBuf> {
        let path = self.folder().join(file);
        std::fs::create_dir_all(path.parent().unwrap_or(self.folder()))?;
        std::fs::write(&path, text)?;
        Ok(path)
    }

    /// Return a command that does not inherit the user's environment and only talks to the proxy.
    pub fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.env_clear().current_dir(self.folder()).env("HOME", self.folder());
        command.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
        command.env("AWS_ENDPOINT_URL", &self.endpoint);
        command.env("AWS_ACCESS_KEY_ID", &self.account).env("AWS_SECRET_ACCESS_KEY", "test");
        command.env("AWS_REGION", REGION).env("AWS_DEFAULT_REGION", REGION);
        command.env("AWS_EC2_METADATA_DISABLED", "true");
        command
    }
}

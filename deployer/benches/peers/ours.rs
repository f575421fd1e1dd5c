//! `plexmon-deploy` itself, with one target and one channel with its secrets.

use std::path::PathBuf;

use plexmon_deploy::sandbox::{PhoneStandIn, PlexStandIn};
use tokio::process::Command;

use crate::BenchResult;
use crate::peer::{Peer, REGION, Verb, Workspace};

const TOKEN: &str = "benchmark-application-token";
const USER: &str = "benchmark-user-key";

pub struct Ours {
    binary: PathBuf,
    bootstrap: PathBuf,
    plex: PlexStandIn,
    phone: PhoneStandIn,
}

impl Ours {
    pub async fn new(binary: PathBuf, bootstrap: PathBuf) -> BenchResult<Self> {
        let plex = PlexStandIn::start().await?;
        let phone = PhoneStandIn::start(TOKEN, USER).await?;
        Ok(Self { binary, bootstrap, plex, phone })
    }

    fn write(&self, workspace: &Workspace, timeout: u32) -> BenchResult<()> {
        let architecture = if cfg!(target_arch = "aarch64") { "arm64" } else { "x86_64" };
        let (plex, phone) = (self.plex.url(), self.phone.url());
        let text = format!(
            "region = \"{REGION}\"\ncontrol = []\n\n\
             [[target]]\nname = \"plex\"\nkind = \"plex\"\nurl = \"{plex}\"\ntimeout_s = {timeout}\ntries = 1\n\n\
             [notify.pushover]\n\
             token = {{ env = \"PUSHOVER_TOKEN\" }}\nuser = {{ env = \"PUSHOVER_USER\" }}\nurl = \"{phone}\"\n\n\
             [function]\narchitecture = \"{architecture}\"\n"
        );
        workspace.write("config.toml", text).map(drop)
    }
}

impl Peer for Ours {
    fn name(&self) -> &'static str {
        "plexmon-deploy"
    }

    fn description(&self) -> String {
        "role, policy, log group with retention, state and secret parameters, function, its retry settings, rule, \
         permission, target; `up` ends with a run of the function, `down` with a second look"
            .to_owned()
    }

    fn prepare(&self, workspace: &Workspace) -> BenchResult<()> {
        self.write(workspace, 9)
    }

    fn command(&self, verb: Verb, workspace: &Workspace) -> BenchResult<Option<Command>> {
        let mut command = workspace.command(&self.binary);
        command.env("PUSHOVER_TOKEN", TOKEN).env("PUSHOVER_USER", USER);
        match verb {
            Verb::Up | Verb::Unchanged | Verb::Change => command.args(["up", "--yes", "--bootstrap"]),
            Verb::Status => command.args(["status", "--bootstrap"]),
            Verb::Remove => command.args(["down", "--yes", "--no-wait"]),
        };
        if verb == Verb::Change {
            self.write(workspace, 8)?;
        }
        if verb != Verb::Remove {
            command.arg(&self.bootstrap);
        }
        Ok(Some(command))
    }
}

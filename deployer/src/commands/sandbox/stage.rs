//! The sandbox's environment: the emulator, the stand-ins, a configuration, and a session with them.

use std::path::{Path, PathBuf};

use aws_credential_types::Credentials;
use etcetera::BaseStrategy as _;

use super::setup::{ARCHITECTURE, Setup};
use crate::aws::Connection;
use crate::cli::Sandbox;
use crate::config::Config;
use crate::error::{Context, Error, Result};
use crate::interrupt::Interrupt;
use crate::output::Output;
use crate::sandbox::{ACCESS_KEY, Emulator, PhoneStandIn, PlexStandIn, SECRET_KEY};
use crate::session::Session;

const REGION: &str = "us-east-1";
/// The only credentials that the stand-in for Pushover accepts.
const TOKEN: &str = "sandbox-application-token";
const USER: &str = "sandbox-user-key";

pub struct Stage {
    pub session: Session,
    pub plex: Option<PlexStandIn>,
    pub phone: PhoneStandIn,
    emulator: Option<Emulator>,
    /// Configuration and tokens; deleted with the emulator's files.
    folder: PathBuf,
}

impl Stage {
    pub async fn set(args: &Sandbox, output: &Output, interrupt: &Interrupt) -> Result<Self> {
        let cache = cache_directory()?;
        let setup = Setup { output, interrupt };
        let emulator = setup.emulator(&cache).await?;
        let origin = setup.code(args, emulator.scratch()).await?;
        let plex = match &args.url {
            Some(_) => None,
            None => Some(PlexStandIn::start().await?),
        };
        let phone = PhoneStandIn::start(TOKEN, USER).await?;
        let folder = emulator.scratch().join("story");
        std::fs::create_dir(&folder)
            .context(|| format!("could not create the folder `{}`", folder.display()))?;
        let url = match (&args.url, &plex) {
            (Some(url), _) => url.as_str(),
            (None, Some(plex)) => plex.url(),
            (None, None) => return Err(Error::new("there is no server to monitor")),
        };
        let schedule = if args.keep { "rate(1 minute)" } else { "rate(5 minutes)" };
        let config = write_config(&folder, url, phone.url(), schedule)?;
        let connection = Connection {
            region: Some(REGION.to_owned()),
            profile: None,
            emulator: Some((
                emulator.endpoint().to_owned(),
                Credentials::new(ACCESS_KEY, SECRET_KEY, None, None, "sandbox"),
            )),
        };
        let session =
            Session::connect(config, connection, origin, output.nested(), interrupt.clone()).await?;
        Ok(Self { session, plex, phone, emulator: Some(emulator), folder })
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub fn endpoint(&self) -> &str {
        self.emulator.as_ref().map_or("", Emulator::endpoint)
    }

    /// The emulator's last log lines, for errors.
    pub fn emulator_log(&self) -> String {
        self.emulator.as_ref().map_or_else(String::new, Emulator::last_log_lines)
    }

    /// Stop the emulator. The stand-ins end when the stage is dropped.
    pub async fn clear(&mut self) -> Result<()> {
        match self.emulator.take() {
            Some(emulator) => emulator.stop().await,
            None => Ok(()),
        }
    }
}

/// Return the user's cache directory, by the conventions of the system.
fn cache_directory() -> Result<PathBuf> {
    let strategy = etcetera::choose_base_strategy()
        .context(|| "could not find your home directory")
        .map_err(|error| error.hint("set HOME"))?;
    let cache = strategy.cache_dir().join("plexmon");
    std::fs::create_dir_all(&cache)
        .context(|| format!("could not create the cache directory `{}`", cache.display()))
        .map_err(|error| {
            error.hint("set XDG_CACHE_HOME to a directory with free space that you may write to")
        })?;
    Ok(cache)
}

/// Protect secrets as a user should: files that others can read cause a warning.
#[cfg(unix)]
fn protect(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))
}

#[cfg(not(unix))]
fn protect(_: &Path) -> std::io::Result<()> {
    Ok(())
}

/// Write a configuration file with its tokens in files beside it, and read it like a user's.
fn write_config(folder: &Path, url: &str, pushover: &str, schedule: &str) -> Result<Config> {
    let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
    let architecture = ARCHITECTURE.as_str();
    let text = format!(
        "region = \"{REGION}\"\nschedule = \"{schedule}\"\ncontrol = []\n\n\
         [[target]]\nname = \"plex\"\nkind = \"plex\"\nurl = {}\ntries = 1\n\n\
         [notify.pushover]\ntoken = {{ file = \"token\" }}\nuser = {{ file = \"user\" }}\nurl = {}\n\n\
         [page]\ntitle = \"Sandbox\"\n\n\
         [function]\narchitecture = \"{architecture}\"\n",
        quoted(url),
        quoted(pushover),
    );
    let path = folder.join("config.toml");
    for (name, content) in [("config.toml", text.as_str()), ("token", TOKEN), ("user", USER)] {
        let path = folder.join(name);
        std::fs::write(&path, content)
            .and_then(|()| protect(&path))
            .context(|| format!("could not write `{}`", path.display()))?;
    }
    Config::parse(&text, &path)
}

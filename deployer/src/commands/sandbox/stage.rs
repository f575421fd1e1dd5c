//! What the sandbox's story is played on: emulator, stand-ins, a configuration, and a session on them.

use std::path::{Path, PathBuf};

use aws_credential_types::Credentials;
use etcetera::BaseStrategy as _;

use crate::artifact::Origin;
use crate::aws::Connection;
use crate::cli::Sandbox;
use crate::config::Config;
use crate::error::{Context, Error, Result};
use crate::interrupt::Interrupt;
use crate::output::Output;
use crate::sandbox::{ACCESS_KEY, Emulator, PhoneStandIn, PlexStandIn, SECRET_KEY, prepare};
use crate::session::Session;

const REGION: &str = "us-east-1";
/// The stand-in takes these and nothing else, as Pushover takes only real ones.
const TOKEN: &str = "sandbox-application-token";
const USER: &str = "sandbox-user-key";

pub struct Stage {
    pub session: Session,
    pub plex: Option<PlexStandIn>,
    pub phone: PhoneStandIn,
    emulator: Option<Emulator>,
    /// Configuration and tokens; removed with the emulator.
    folder: PathBuf,
}

impl Stage {
    pub async fn set(args: &Sandbox, output: &Output, interrupt: &Interrupt) -> Result<Self> {
        let cache = cache_directory()?;
        let setting = async {
            let installed = prepare(&cache, &|text| output.note(text)).await?;
            let emulator = Emulator::start(&installed, &cache).await?;
            output.note(&format!(
                "an AWS emulator listens on {} (this machine only); no real AWS account is touched",
                emulator.endpoint()
            ));
            Ok::<_, Error>(emulator)
        };
        let emulator = tokio::select! {
            emulator = setting => emulator?,
            () = interrupt.requested(1) => return Err(Error::interrupted("interrupted; nothing was left behind")),
        };
        let plex = match &args.url {
            Some(_) => None,
            None => Some(PlexStandIn::start().await?),
        };
        let phone = PhoneStandIn::start(TOKEN, USER).await?;
        let folder = emulator.scratch().join("story");
        std::fs::create_dir(&folder)
            .context(|| format!("could not make the folder `{}`", folder.display()))?;
        let url = match (&args.url, &plex) {
            (Some(url), _) => url.as_str(),
            (None, Some(plex)) => plex.url(),
            (None, None) => return Err(Error::new("there is nothing to watch")),
        };
        let config = write_config(&folder, url, phone.url(), args.keep)?;
        let connection = Connection {
            region: Some(REGION.to_owned()),
            profile: None,
            emulator: Some((
                emulator.endpoint().to_owned(),
                Credentials::new(ACCESS_KEY, SECRET_KEY, None, None, "sandbox"),
            )),
        };
        let origin = args.source.bootstrap.clone().map_or(Origin::Host, Origin::File);
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

    /// The emulator's last words, for a story that went wrong.
    pub fn emulator_log(&self) -> String {
        self.emulator.as_ref().map_or_else(String::new, Emulator::last_log_lines)
    }

    /// Stops the emulator; the stand-ins go with the stage.
    pub async fn clear(&mut self) -> Result<()> {
        match self.emulator.take() {
            Some(emulator) => emulator.stop().await,
            None => Ok(()),
        }
    }
}

/// The user's cache directory, as the system has it.
fn cache_directory() -> Result<PathBuf> {
    let strategy = etcetera::choose_base_strategy()
        .context(|| "could not find your home directory")
        .map_err(|error| error.hint("set HOME"))?;
    let cache = strategy.cache_dir().join("plexmon");
    std::fs::create_dir_all(&cache)
        .context(|| format!("could not make the cache directory `{}`", cache.display()))
        .map_err(|error| error.hint("choose another one with XDG_CACHE_HOME, with room on its disk"))?;
    Ok(cache)
}

/// As a user should: a secret that others can read is warned of.
#[cfg(unix)]
fn keep_from_others(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))
}

#[cfg(not(unix))]
fn keep_from_others(_: &Path) -> std::io::Result<()> {
    Ok(())
}

/// A real configuration file, with its tokens in files beside it, read as a user's would be.
fn write_config(folder: &Path, url: &str, pushover: &str, often: bool) -> Result<Config> {
    let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
    let schedule = if often { "rate(1 minute)" } else { "rate(5 minutes)" };
    let architecture = if cfg!(target_arch = "aarch64") { "arm64" } else { "x86_64" };
    let text = format!(
        "region = \"{REGION}\"\nschedule = \"{schedule}\"\ncontrol = []\n\n\
         [[target]]\nname = \"plex\"\nkind = \"plex\"\nurl = {}\ntries = 1\n\n\
         [notify.pushover]\ntoken = {{ file = \"token\" }}\nuser = {{ file = \"user\" }}\nurl = {}\n\n\
         [function]\narchitecture = \"{architecture}\"\n",
        quoted(url),
        quoted(pushover),
    );
    let path = folder.join("config.toml");
    for (name, content) in [("config.toml", text.as_str()), ("token", TOKEN), ("user", USER)] {
        let path = folder.join(name);
        std::fs::write(&path, content)
            .and_then(|()| keep_from_others(&path))
            .context(|| format!("could not write `{}`", path.display()))?;
    }
    Config::parse(&text, &path)
}

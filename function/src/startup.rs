//! Loads the configuration: `plexmon.json` beside the executable, or else the environment variables of the Python
//! function that plexmon replaces.

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::path::Path;

use crate::contract::secrets::{SecretValue, Secrets};
use crate::contract::settings::{
    ChannelKind, ChannelSettings, DEFAULT_STATE_PARAMETER, FILE_NAME, Settings, Severity, Target,
};
use crate::notify::pushover;

/// The Python function's timeout.
const PYTHON_TIMEOUT_S: u32 = 8;

/// The only channel of the Python function.
const PUSHOVER: &str = "pushover";

/// What the function runs with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Configuration {
    /// The settings.
    pub settings: Settings,
    /// The secrets, if they are known already. Otherwise they are in the store.
    pub secrets: Option<Secrets>,
}

/// Why the function cannot start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StartError(pub String);

impl fmt::Display for StartError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for StartError {}

/// Load the file in `directory` if it exists, and the environment variables otherwise.
pub fn load_configuration(
    directory: &Path,
    env: impl Fn(&str) -> Option<String>,
) -> Result<Configuration, StartError> {
    match std::fs::read_to_string(directory.join(FILE_NAME)) {
        Ok(text) => from_file(&text),
        Err(why) if why.kind() == std::io::ErrorKind::NotFound => from_env(env),
        Err(why) => Err(StartError(format!("{FILE_NAME} cannot be read: {why}"))),
    }
}

fn from_file(text: &str) -> Result<Configuration, StartError> {
    let settings: Settings =
        serde_json::from_str(text).map_err(|why| StartError(format!("{FILE_NAME} is invalid: {why}")))?;
    validate(&settings).map_err(|why| StartError(format!("{FILE_NAME}: {why}")))?;
    // Without a parameter there are no secrets, and nothing to load.
    let secrets = settings.secrets_parameter.is_none().then(Secrets::default);
    Ok(Configuration { settings, secrets })
}

fn from_env(env: impl Fn(&str) -> Option<String>) -> Result<Configuration, StartError> {
    let given = |name: &str| env(name).filter(|value| !value.is_empty());
    let missing: Vec<&str> = ["CHECK_URL", "PUSHOVER_TOKEN", "PUSHOVER_USER"]
        .into_iter()
        .filter(|name| given(name).is_none())
        .collect();
    if !missing.is_empty() {
        return Err(StartError(format!(
            "there is no {FILE_NAME} beside the executable; without it, these environment variables must be set: {}",
            missing.join(", ")
        )));
    }
    let required = |name: &str| given(name).unwrap_or_default();
    let settings = Settings {
        deployment: given("AWS_LAMBDA_FUNCTION_NAME").unwrap_or_else(|| "plexmon".to_owned()),
        state_parameter: given("STATUS_PARAM").unwrap_or_else(|| DEFAULT_STATE_PARAMETER.to_owned()),
        secrets_parameter: None,
        targets: vec![Target {
            name: "plex".to_owned(),
            url: required("CHECK_URL"),
            app: "Plex".to_owned(),
            status: vec![200],
            contains: Some("machineIdentifier=".to_owned()),
            timeout_s: PYTHON_TIMEOUT_S,
            ..Target::default()
        }],
        channels: vec![ChannelSettings {
            name: PUSHOVER.to_owned(),
            kind: ChannelKind::pushover(pushover::URL),
            min: Severity::Info,
            quiet: None,
        }],
        ..Settings::default()
    };
    validate(&settings).map_err(StartError)?;
    let pushover = BTreeMap::from([
        ("token".to_owned(), SecretValue::new(required("PUSHOVER_TOKEN"))),
        ("user".to_owned(), SecretValue::new(required("PUSHOVER_USER"))),
    ]);
    let channels = BTreeMap::from([(PUSHOVER.to_owned(), pushover)]);
    Ok(Configuration { settings, secrets: Some(Secrets { channels, ..Secrets::default() }) })
}

/// Check the minimum that a run requires. The deployer checks everything, with better messages.
fn validate(settings: &Settings) -> Result<(), String> {
    if settings.targets.is_empty() {
        return Err("there is no target".to_owned());
    }
    let mut names = HashSet::new();
    for target in &settings.targets {
        let name = &target.name;
        if name.is_empty() || !names.insert(name) {
            return Err(format!("the target name `{name}` is empty or used twice"));
        }
        if !(target.url.starts_with("https://") || target.url.starts_with("http://")) {
            return Err(format!("the address of `{name}` must begin with http:// or https://"));
        }
        if target.timeout_s == 0 || target.status.is_empty() {
            return Err(format!("`{name}` needs a timeout above zero and an expected status"));
        }
    }
    Ok(())
}

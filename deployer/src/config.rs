//! `config.toml`: its meaning, its validation, and every message about it.
//!
//! What cannot work is refused here, before any call to AWS, with file, line and what is allowed.

mod access;
mod address;
mod calendar;
mod certificates;
mod described;
mod function;
pub mod notify;
pub mod preset;
mod reach;
mod reader;
pub mod schedule;
mod secret;
pub mod tables;
mod target;
mod warnings;
mod zone;

use std::collections::BTreeSet;
use std::path::Path;

pub use function::{Architecture, FunctionConfig};
use plexmon_function::contract::parts::{MAX_PARTS, capacity};
use plexmon_function::contract::settings::{
    ChannelSettings, Clock, DEFAULT_CONTROL, DEFAULT_STATE_PARAMETER, Heartbeat, Settings, Target, Window,
};
pub use reach::is_loopback;
use reader::{Source, Table, Value};
pub use schedule::Schedule;
pub use secret::{Found, SecretSource, SecretSources};
use target::Defaults;
pub use warnings::{Circumstances, Statements};

use crate::error::{Error, Result};

/// The deployment's name when the configuration names none.
pub const DEFAULT_NAME: &str = "plex-remote-health";

/// Everything that the user decided.
#[derive(Debug, Clone)]
pub struct Config {
    /// The deployment's name; all names in AWS derive from it.
    pub name: String,
    /// Where to deploy; otherwise the environment or the profile says.
    pub region: Option<String>,
    /// When it runs.
    pub schedule: Schedule,
    /// What is probed.
    pub targets: Vec<Target>,
    /// Who is told.
    pub channels: Vec<ChannelSettings>,
    /// Who is asked whether the monitor itself can see out.
    pub control: Vec<String>,
    /// Who is pinged after each run.
    pub heartbeat: Option<Heartbeat>,
    /// When words wait.
    pub maintenance: Vec<Window>,
    /// Whose clock windows and quiet hours go by.
    pub clock: Clock,
    /// Where the secret values come from.
    pub secrets: SecretSources,
    /// SSM parameter of the state.
    pub state_parameter: String,
    /// Whether the file names it. If not, that of a function that is taken over is kept.
    pub names_state_parameter: bool,
    /// The function's own settings.
    pub function: FunctionConfig,
    /// What may deserve a warning.
    pub statements: Statements,
}

impl Config {
    /// Reads and checks the file.
    pub fn load(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).map_err(|error| {
            let wrapped = Error::usage(format!("could not read `{}`", path.display())).cause(&error);
            if error.kind() == std::io::ErrorKind::NotFound {
                wrapped.hint("make one with `plexmon-deploy init`, or name yours with `--config PATH`")
            } else {
                wrapped.hint("the configuration must be a readable text file in UTF-8")
            }
        })?;
        Self::parse(&text, path)
    }

    /// Checks a configuration's text; `path` is for messages and relative file names.
    pub fn parse(text: &str, path: &Path) -> Result<Self> {
        let source = Source { path, text };
        let document = source.parse()?;
        let top = Table::top(&source, &document);
        let folder = path.parent().unwrap_or(Path::new(""));

        let name = top.get("name").map(name).transpose()?.unwrap_or_else(|| DEFAULT_NAME.to_owned());
        let region = top.get("region").map(region).transpose()?;
        let schedule = top.get("schedule");
        let mut secrets = SecretSources::default();
        let function = top.table("function", "[function]")?;
        if let Some(access) = top.table("access", "[access]")? {
            access::read(access, folder, &mut secrets)?;
        }
        let defaults = top.table("defaults", "[defaults]")?;
        let list = top.get("target");
        let channels = match top.table("notify", "[notify]")? {
            Some(notify) => notify::read(notify, folder, &mut secrets)?,
            None => Vec::new(),
        };
        let function = function::read(function, &channels)?;
        let schedule = schedule::read(schedule, &top, function.timeout_s)?;
        let longest_s = function.timeout_s - function::RESERVED_S;
        let defaults = Defaults::read(defaults, longest_s)?;
        let targets = targets(&top, &target::TargetReader { folder, longest_s, defaults }, &mut secrets)?;
        let zone = top.get("timezone").map(|value| zone::read(&value)).transpose()?.unwrap_or_default();
        let maintenance = maintenance(&top, &zone, &targets)?;
        let control = control(&top)?;
        let heartbeat = match top.table("heartbeat", "[heartbeat]")? {
            Some(table) => Some(heartbeat(table, folder, &mut secrets)?),
            None => None,
        };
        let own_parameter = match top.table("state", "[state]")? {
            Some(state) => state_table(state)?,
            None => None,
        };
        let names_state_parameter = own_parameter.is_some();
        let state_parameter = own_parameter.unwrap_or_else(|| default_parameter(&name));
        let statements = Statements::collect(&top)?;
        top.finish()?;
        let clock = zone.clock;
        let config = Self {
            name,
            region,
            schedule,
            targets,
            channels,
            control,
            heartbeat,
            maintenance,
            clock,
            secrets,
            state_parameter,
            names_state_parameter,
            function,
            statements,
        };
        let fit = capacity(&config.settings(""));
        match list {
            Some(list) if fit < config.targets.len() => Err(list
                .error(format!("has {} entries, but the state has room for {fit}", config.targets.len()))
                .hint(format!(
                    "the state is kept in at most {MAX_PARTS} SSM parameters of 4 KB: use shorter names, or a second \
                     deployment with another `name`"
                ))),
            _ => Ok(config),
        }
    }

    /// What the function is told.
    pub fn settings(&self, secrets_parameter: &str) -> Settings {
        Settings {
            deployment: self.name.clone(),
            state_parameter: self.state_parameter.clone(),
            secrets_parameter: (!self.secrets.is_empty()).then(|| secrets_parameter.to_owned()),
            targets: self.targets.clone(),
            channels: self.channels.clone(),
            control: self.control.clone(),
            heartbeat: self.heartbeat.clone(),
            maintenance: self.maintenance.clone(),
            clock: self.clock.clone(),
        }
    }
}

fn default_parameter(name: &str) -> String {
    if name == DEFAULT_NAME { DEFAULT_STATE_PARAMETER.to_owned() } else { format!("/homelab/{name}") }
}

fn name(value: Value<'_>) -> Result<String> {
    let name = value.string()?;
    let good = !name.is_empty()
        && name.len() <= 40
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    if good {
        Ok(name.to_owned())
    } else {
        Err(value.error("must be 1 to 40 of the characters a-z, A-Z, 0-9, `-` and `_`"))
    }
}

fn region(value: Value<'_>) -> Result<String> {
    let region = value.string()?;
    let parts: Vec<&str> = region.split('-').collect();
    let good = parts.len() >= 3
        && region.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        && parts.iter().all(|part| !part.is_empty())
        && parts.last().is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()));
    if good { Ok(region.to_owned()) } else { Err(value.error("must be an AWS region such as \"us-east-1\"")) }
}

fn targets(
    top: &Table<'_>,
    reader: &target::TargetReader<'_>,
    secrets: &mut SecretSources,
) -> Result<Vec<Target>> {
    let example = "[[target]] with name = \"plex\", kind = \"plex\" and url = \"https://plex.example.com\"";
    let Some(list) = top.get("target") else {
        return Err(top
            .error("there is no [[target]]: nothing would be checked")
            .hint(format!("add {example}")));
    };
    let mut names = BTreeSet::new();
    let mut targets = Vec::new();
    for value in tables(&list)? {
        for target in reader.read(value.table("[[target]]")?, secrets)? {
            if !names.insert(target.name.clone()) {
                return Err(value.error(format!("has a second entry with the name \"{}\"", target.name)));
            }
            targets.push(target);
        }
    }
    if targets.is_empty() {
        return Err(list.error("is empty: nothing would be checked").hint(format!("add {example}")));
    }
    Ok(targets)
}

fn maintenance(top: &Table<'_>, zone: &zone::Zone, targets: &[Target]) -> Result<Vec<Window>> {
    let Some(list) = top.get("maintenance") else { return Ok(Vec::new()) };
    let names: Vec<String> = targets.iter().map(|target| target.name.clone()).collect();
    tables(&list)?
        .iter()
        .map(|value| calendar::window(value.table("[[maintenance]]")?, zone, &names))
        .collect()
}

fn control(top: &Table<'_>) -> Result<Vec<String>> {
    match top.get("control") {
        Some(list) => list.array()?.iter().map(|value| Ok(address::address(value)?.to_string())).collect(),
        None => Ok(DEFAULT_CONTROL.map(str::to_owned).to_vec()),
    }
}

fn heartbeat(table: Table<'_>, folder: &Path, secrets: &mut SecretSources) -> Result<Heartbeat> {
    let url = table.require("url", "url = { env = \"HEARTBEAT_URL\" }")?;
    let heartbeat = if url.value.as_str().is_some() {
        let instead = "write url = { env = \"HEARTBEAT_URL\" }, and put the whole address there";
        Heartbeat::Address(address::address_or(&url, instead)?.to_string())
    } else {
        secrets.heartbeat = Some(secret::read(&url, folder)?);
        Heartbeat::Secret
    };
    table.finish()?;
    Ok(heartbeat)
}

fn state_table(state: Table<'_>) -> Result<Option<String>> {
    let parameter = state.get("parameter").map(|value| parameter(&value)).transpose()?;
    state.finish()?;
    Ok(parameter)
}

/// Whether SSM takes it as a parameter's name, with `_secrets` behind it, and it is none that plexmon appends itself.
pub fn is_parameter_name(name: &str) -> bool {
    is_allowed_by_ssm(name) && !crate::names::is_derived(name)
}

fn is_allowed_by_ssm(name: &str) -> bool {
    let lower = name.trim_start_matches('/').to_ascii_lowercase();
    // Without a slash, it is a name without levels.
    (name.starts_with('/') || !name.contains('/'))
        && !name.ends_with('/')
        && !name.contains("//")
        && name.len() <= 900
        && name.split('/').count() <= 16
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-/".contains(&byte))
        && !lower.is_empty()
        && !lower.starts_with("aws")
        && !lower.starts_with("ssm")
}

/// A parameter name by the rules of SSM; `_secrets` must still fit behind it.
fn parameter(value: &Value<'_>) -> Result<String> {
    let name = value.string()?;
    let good = name.starts_with('/') && is_allowed_by_ssm(name);
    if good && crate::names::is_derived(name) {
        Err(value.error("ends in `_secrets` or `_part` and a number, which plexmon appends itself"))
    } else if good {
        Ok(name.to_owned())
    } else {
        Err(value.error(
            "must be an SSM parameter name: it starts with `/`, has at most 15 levels of a-z A-Z 0-9 _ . -, \
             and does not begin with aws or ssm",
        ))
    }
}

/// `[[key]]`, of which there may be several.
fn tables<'a>(list: &Value<'a>) -> Result<Vec<Value<'a>>> {
    if list.value.as_table().is_some() {
        let hint = format!("write [[{}]], with two brackets on each side", list.key);
        return Err(list.error("must be a list").hint(hint));
    }
    list.array()
}

/// A list with something in it: an empty one could be taken for "all" or for "none".
fn filled<'a>(list: &Value<'a>) -> Result<Vec<Value<'a>>> {
    let values = list.array()?;
    if values.is_empty() { Err(list.error("is empty: name one at least")) } else { Ok(values) }
}

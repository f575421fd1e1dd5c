//! `config.toml`: its meaning, its validation, and its error messages.
//!
//! A configuration that cannot work is rejected here, before any call to AWS, with the file, the line and what is
//! allowed.

mod access;
mod address;
mod calendar;
mod certificates;
mod conditions;
mod deployment;
mod described;
mod domain;
mod function;
mod heartbeat;
mod history;
mod inside;
mod kind;
pub mod notify;
mod page;
pub mod preset;
mod protocol;
mod reach;
mod reader;
mod report;
mod request;
pub mod schedule;
mod secret;
mod state;
pub mod tables;
mod target;
mod targets;
mod warnings;
mod zone;

use std::path::Path;

pub use deployment::DEFAULT_NAME;
pub use function::{Architecture, FunctionConfig};
pub use history::HistoryRoom;
use page::is_same_partition;
pub use page::{PageConfig, SecretPath};
use plexmon_function::contract::parts::{MAX_PARTS, capacity};
use plexmon_function::contract::settings::{
    ChannelSettings, Clock, DEFAULT_CONTROL, HeartbeatSettings, HistorySettings, ReportSchedule, Settings,
    Target, Window,
};
pub use reach::is_loopback;
use reader::{ConfigText, Table, Value, filled};
pub use schedule::Schedule;
pub use secret::{SecretLookup, SecretSource, SecretSources};
pub use state::is_parameter_name;
use target::Defaults;
pub use warnings::{Circumstances, Statements};
pub use zone::{Edge, Zone};

use crate::error::{Error, Result};
use crate::names::parameters::secrets_parameter;

/// Everything that the user configured.
#[derive(Debug, Clone)]
pub struct Config {
    /// The deployment's name; all names in AWS derive from it.
    pub name: String,
    /// Where to deploy; if not set, the environment or the profile decides.
    pub region: Option<String>,
    /// When the function runs.
    pub schedule: Schedule,
    /// What is probed.
    pub targets: Vec<Target>,
    /// The channels to notify.
    pub channels: Vec<ChannelSettings>,
    /// The hosts that show whether the monitor itself is online.
    pub control: Vec<String>,
    /// The address to ping after each run.
    pub heartbeat: Option<HeartbeatSettings>,
    /// When notifications are suppressed.
    pub maintenance: Vec<Window>,
    /// The clock for maintenance windows and quiet hours.
    pub clock: Clock,
    /// The same, for times that are written by hand.
    pub zone: Zone,
    /// Where the secret values come from.
    pub secrets: SecretSources,
    /// The SSM parameter of the state.
    pub state_parameter: String,
    /// Whether the file names that parameter. If not, the parameter of an adopted function is kept.
    pub names_state_parameter: bool,
    /// How the history is kept.
    pub history: HistorySettings,
    /// The status page.
    pub page: Option<PageConfig>,
    /// Without a status page: why the targets could not be on one, if they could not.
    pub unpublishable: Option<Error>,
    /// When reports are sent.
    pub report: Option<ReportSchedule>,
    /// The settings of the Lambda function.
    pub function: FunctionConfig,
    /// The settings that warnings are about.
    pub statements: Statements,
}

impl Config {
    /// Read and check the file.
    pub fn load(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).map_err(|error| {
            let wrapped = Error::usage(format!("could not read `{}`", path.display())).cause(&error);
            if error.kind() == std::io::ErrorKind::NotFound {
                wrapped.hint(
                    "create one with `plexmon-deploy init`, or pass the path of yours with `--config PATH`",
                )
            } else {
                wrapped.hint("the configuration must be a readable text file in UTF-8")
            }
        })?;
        Self::parse(&text, path)
    }

    /// Check the text of a configuration; `path` is for messages and relative file names.
    pub fn parse(text: &str, path: &Path) -> Result<Self> {
        let source = ConfigText { path, text };
        let root = source.parse()?;
        let top = Table::top(&source, &root);
        let folder = path.parent().unwrap_or(Path::new(""));

        let name = deployment::name(top.get("name"))?;
        let region = top.get("region").map(deployment::region).transpose()?;
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
        let targets =
            targets::read(&top, &target::TargetReader { folder, longest_s, defaults }, &mut secrets)?;
        let zone = top.get("timezone").map(|value| zone::read(&value)).transpose()?.unwrap_or_default();
        let maintenance = calendar::maintenance(top.get("maintenance"), &zone, &targets)?;
        let control = control(&top)?;
        let heartbeat = match top.table("heartbeat", "[heartbeat]")? {
            Some(table) => Some(heartbeat::read(table, folder, &mut secrets)?),
            None => None,
        };
        let own_parameter = top.table("state", "[state]")?.map(state::read).transpose()?.flatten();
        let names_state_parameter = own_parameter.is_some();
        let state_parameter = match own_parameter {
            Some(parameter) => parameter,
            None => state::default_parameter(&name, top.get("name"))?,
        };
        let history = history::read(top.table("history", "[history]")?, targets.len(), &schedule)?;
        let report = top
            .table("report", "[report]")?
            .map(|table| report::read(table, &channels, history))
            .transpose()?;
        let (page, unpublishable) = page::configured(&top, folder, region.as_deref(), &targets)?;
        let statements = Statements::collect(&top)?;
        top.finish()?;
        let config = Self {
            name,
            region,
            schedule,
            targets,
            channels,
            control,
            heartbeat,
            maintenance,
            clock: zone.clock.clone(),
            zone,
            secrets,
            state_parameter,
            names_state_parameter,
            history,
            page,
            unpublishable,
            report,
            function,
            statements,
        };
        config.check_capacity(list.as_ref())?;
        Ok(config)
    }

    /// Reject more targets than the state has room for.
    fn check_capacity(&self, list: Option<&Value<'_>>) -> Result<()> {
        let (count, room) = (self.targets.len(), capacity(&self.settings()));
        match list {
            Some(list) if room < count => Err(list
                .error(format!("has {count} entries, but the state has room for {room}"))
                .hint(format!(
                    "the state is kept in at most {MAX_PARTS} SSM parameters of 4 KB: use shorter names, or a second \
                     deployment with another `name`"
                ))),
            _ => Ok(()),
        }
    }

    /// The settings of the function, without what only AWS knows.
    pub fn settings(&self) -> Settings {
        Settings {
            deployment: self.name.clone(),
            state_parameter: self.state_parameter.clone(),
            secrets_parameter: (!self.secrets.is_empty()).then(|| secrets_parameter(&self.state_parameter)),
            targets: self.targets.clone(),
            channels: self.channels.clone(),
            control: self.control.clone(),
            heartbeat: self.heartbeat.clone(),
            maintenance: self.maintenance.clone(),
            clock: self.clock.clone(),
            history: Some(self.history),
            report: self.report,
            // Only the page needs to know when the next run is due.
            schedule: self.page.as_ref().map(|_| self.schedule.expression().to_owned()),
            page: self.page.as_ref().map(PageConfig::settings),
            account_closes: None,
        }
    }

    /// The settings of the function where the monitor is in `home_region`, with the digest of the page's secret path.
    pub fn deployed_settings(&self, home_region: &str, secret_sha256: Option<String>) -> Settings {
        let mut settings = self.settings();
        if let (Some(settings), Some(page)) = (&mut settings.page, &self.page) {
            settings.secret_sha256 = secret_sha256;
            let is_elsewhere = page.region.as_deref().is_some_and(|region| region != home_region);
            settings.home_region = is_elsewhere.then(|| home_region.to_owned());
        }
        settings
    }

    /// Fail if the page is served from another partition of AWS than `home_region`, which the configuration may not name.
    pub fn check_partition(&self, home_region: &str) -> Result<()> {
        match self.page.as_ref().and_then(|page| page.region.as_deref()) {
            Some(region) if !is_same_partition(region, home_region) => Err(Error::usage(format!(
                "the `region` of [page], {region}, is in another partition of AWS than {home_region}"
            ))
            .hint("choose a region of the same partition, or leave it out to serve the page there")),
            _ => Ok(()),
        }
    }

    /// Warnings about secret files that other users of this machine can read.
    pub fn exposed_secrets(&self) -> Vec<String> {
        self.secrets.warnings(self.page.as_ref().and_then(|page| page.secret_path.as_ref()))
    }
}

fn control(top: &Table<'_>) -> Result<Vec<String>> {
    match top.get("control") {
        Some(list) => list.array()?.iter().map(|value| Ok(address::address(value)?.to_string())).collect(),
        None => Ok(DEFAULT_CONTROL.map(str::to_owned).to_vec()),
    }
}

//! A deployment as configured, and plans that lead to it from an observed stack.

use std::collections::BTreeMap;
use std::path::Path;

use plexmon_deploy::config::{Config, PageConfig, SecretLookup};
use plexmon_deploy::error::Result;
use plexmon_deploy::names::{Account, LambdaKind, LambdaNames, Names};
use plexmon_deploy::plan::{Intent, Plan, plan};
use plexmon_deploy::resource::Blueprint;
use plexmon_deploy::resources::{
    Content, Function, FunctionUrl, LogGroup, Parameter, Role, Schedule, Secret,
};
use plexmon_deploy::stack::Stack;
use plexmon_function::contract::secrets::{SecretValue, Secrets};

pub const CONFIG: &str = r#"
[[target]]
name = "plex"
kind = "plex"
url = "https://plex.example.com"

[notify.pushover]
token = { env = "PUSHOVER_TOKEN" }
user = { env = "PUSHOVER_USER" }
"#;

/// In place of the digest of sources, settings and architecture.
pub const CODE: &str = "0123456789abcdef0123456789abcdef";
pub const REGION: &str = "eu-central-1";
/// The function of the status page, and its region.
pub const PAGE: &str = "plex-remote-health-page";
pub const PAGE_REGION: &str = "us-east-1";
pub const TOKEN: &str = "the-token-that-nobody-may-see";
pub const USER: &str = "the-user-that-nobody-may-see";

/// A configuration with its names and its desired stack in one account.
pub struct Deployment {
    pub config: Config,
    pub names: Names,
    pub account: Account,
    pub desired: Stack,
}

impl Deployment {
    /// The default deployment, whose secrets are available.
    pub fn usual() -> Self {
        Self::of(CONFIG, &SecretLookup::All(secrets()))
    }

    pub fn of(config: &str, secrets: &SecretLookup) -> Self {
        let config = Config::parse(config, Path::new("config.toml")).unwrap();
        let names = Names::new(&config, REGION);
        Self::with_names(config, names, secrets)
    }

    fn with_names(config: Config, names: Names, secrets: &SecretLookup) -> Self {
        let account = account();
        let desired = desired(&config, &names, secrets);
        Self { config, names, account, desired }
    }

    /// The same, with a status page in another region.
    pub fn with_page(self) -> Self {
        self.with_page_in(PAGE_REGION)
    }

    /// The same, with a status page.
    pub fn with_page_in(self, region: &str) -> Self {
        let page = PageConfig {
            title: "Status".to_owned(),
            secret_path: None,
            noindex: true,
            concurrency: Some(2),
            region: Some(region.to_owned()),
            languages: vec!["en".to_owned()],
        };
        let config = Config { page: Some(page), ..self.config };
        let mut names = self.names;
        names.others.push(names.page_in(region));
        Self::with_names(config, names, &SecretLookup::All(secrets()))
    }

    /// The same, with another function that checks targets.
    pub fn with_function(self, name: &str, region: &str) -> Self {
        let mut names = self.names;
        names.others.push(LambdaNames::new(LambdaKind::Monitor, name, region));
        Self::with_names(self.config, names, &SecretLookup::All(secrets()))
    }

    /// The same, with a state that previously needed this number of parameters.
    pub fn once_in(self, parts: usize) -> Self {
        let names = self.names.reaching(parts);
        Self::with_names(self.config, names, &SecretLookup::All(secrets()))
    }

    /// The same, with a history in this number of parameters.
    pub fn with_history(self, parameters: usize) -> Self {
        let names = self.names.with_history(parameters);
        Self::with_names(self.config, names, &SecretLookup::All(secrets()))
    }

    /// Return what is observed right after `up`, with `change` applied to it.
    pub fn drifted(&self, change: impl FnOnce(&mut Stack)) -> Stack {
        let mut observed = self.desired.clone();
        for secret in &mut observed.secrets {
            if matches!(secret.content, Content::Keep { .. }) {
                secret.content = Content::Unread;
            }
        }
        change(&mut observed);
        observed
    }

    pub fn up(&self, observed: &Stack) -> Result<Plan> {
        plan(&self.desired, observed, self.intent(false))
    }

    pub fn adopt(&self, observed: &Stack) -> Result<Plan> {
        plan(&self.desired, observed, self.intent(true))
    }

    pub fn down(&self, observed: &Stack) -> Result<Plan> {
        plan(&Stack::nothing(), observed, self.intent(false))
    }

    pub fn intent(&self, adopt: bool) -> Intent<'_> {
        Intent { names: &self.names, account: &self.account, adopt, unchecked: &[] }
    }
}

/// Return the desired stack of a configuration.
pub fn desired(config: &Config, names: &Names, secrets: &SecretLookup) -> Stack {
    let account = account();
    Stack::desired(&Blueprint {
        config,
        names,
        account: &account,
        secrets,
        code: CODE,
        account_closes: None,
        secret_path: None,
    })
}

fn account() -> Account {
    Account::from_caller("arn:aws:iam::123456789012:user/me", "123456789012", REGION)
}

/// The only instance of each kind in a stack with one function; of the parameters, the first one.
pub trait Only {
    fn the_role(&mut self) -> &mut Role;
    fn the_log_group(&mut self) -> &mut LogGroup;
    fn the_state(&mut self) -> &mut Parameter;
    fn the_secret(&mut self) -> &mut Secret;
    fn the_function(&mut self) -> &mut Function;
    fn the_schedule(&mut self) -> &mut Schedule;
    /// The function of the page, after the monitor.
    fn the_page(&mut self) -> &mut Function;
    fn the_url(&mut self) -> &mut FunctionUrl;
}

impl Only for Stack {
    fn the_role(&mut self) -> &mut Role {
        &mut self.roles[0]
    }

    fn the_log_group(&mut self) -> &mut LogGroup {
        &mut self.log_groups[0]
    }

    fn the_state(&mut self) -> &mut Parameter {
        &mut self.parameters[0]
    }

    fn the_secret(&mut self) -> &mut Secret {
        &mut self.secrets[0]
    }

    fn the_function(&mut self) -> &mut Function {
        &mut self.functions[0]
    }

    fn the_schedule(&mut self) -> &mut Schedule {
        &mut self.schedules[0]
    }

    fn the_page(&mut self) -> &mut Function {
        &mut self.functions[1]
    }

    fn the_url(&mut self) -> &mut FunctionUrl {
        &mut self.function_urls[0]
    }
}

pub fn secrets() -> Secrets {
    let pushover = [("token", TOKEN), ("user", USER)];
    let pushover = pushover.map(|(name, value)| (name.to_owned(), SecretValue::new(value))).into();
    Secrets { channels: BTreeMap::from([("pushover".to_owned(), pushover)]), ..Secrets::default() }
}

pub fn missing_secrets() -> SecretLookup {
    SecretLookup::Missing(vec!["PUSHOVER_TOKEN".to_owned(), "PUSHOVER_USER".to_owned()])
}

/// Return the text of the plan, or of the error, for the observed stack with `change` applied to it.
pub fn drift(change: impl FnOnce(&mut Stack)) -> String {
    let deployment = Deployment::usual();
    text(deployment.up(&deployment.drifted(change)))
}

pub fn text(plan: Result<Plan>) -> String {
    match plan {
        Ok(plan) => plan.to_string(),
        Err(error) => error.to_string(),
    }
}

pub fn json(plan: &Plan) -> String {
    serde_json::to_string_pretty(plan).unwrap()
}

//! A deployment as it should be, and ways to look at the plan that leads from another one to it.

use std::collections::BTreeMap;
use std::path::Path;

use plexmon_deploy::config::{Config, Found};
use plexmon_deploy::error::Result;
use plexmon_deploy::names::{Account, Names};
use plexmon_deploy::plan::{Intent, Plan, plan};
use plexmon_deploy::resources::Content;
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

/// Stands for the digest of sources, settings and architecture.
pub const CODE: &str = "0123456789abcdef0123456789abcdef";
pub const REGION: &str = "eu-central-1";
pub const TOKEN: &str = "the-token-that-nobody-may-see";
pub const USER: &str = "the-user-that-nobody-may-see";

/// What one configuration means in one account.
pub struct World {
    pub config: Config,
    pub names: Names,
    pub account: Account,
    pub desired: Stack,
}

impl World {
    /// The usual deployment, with its secrets at hand.
    pub fn usual() -> Self {
        Self::of(CONFIG, &Found::All(secrets()))
    }

    pub fn of(config: &str, found: &Found) -> Self {
        let config = Config::parse(config, Path::new("config.toml")).unwrap();
        let names = Names::new(&config);
        Self::with_names(config, names, found)
    }

    fn with_names(config: Config, names: Names, found: &Found) -> Self {
        let account =
            Account::from_caller("arn:aws:iam::123456789012:user/me", "123456789012", "eu-central-1");
        let desired = Stack::desired(&config, &names, &account, found, CODE.to_owned());
        Self { config, names, account, desired }
    }

    /// The same, where the state was once kept in so many parameters.
    pub fn once_in(self, parts: usize) -> Self {
        let names = self.names.reaching(parts);
        Self::with_names(self.config, names, &Found::All(secrets()))
    }

    /// AWS as it is right after `up`, but for what `change` does to it.
    pub fn drifted(&self, change: impl FnOnce(&mut Stack)) -> Stack {
        let mut observed = self.desired.clone();
        if observed.secrets.as_ref().is_some_and(|secret| matches!(secret.content, Content::Keep { .. })) {
            observed.secrets.as_mut().unwrap().content = Content::Unread;
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
        Intent { deployment: &self.names.deployment, region: &self.account.region, adopt }
    }
}

pub fn secrets() -> Secrets {
    let pushover = [("token", TOKEN), ("user", USER)];
    let pushover = pushover.map(|(name, value)| (name.to_owned(), SecretValue::new(value))).into();
    Secrets { channels: BTreeMap::from([("pushover".to_owned(), pushover)]), ..Secrets::default() }
}

pub fn missing_secrets() -> Found {
    Found::Missing(vec!["PUSHOVER_TOKEN".to_owned(), "PUSHOVER_USER".to_owned()])
}

/// The plan's text, or the error's, for what is observed once `change` was made.
pub fn drift(change: impl FnOnce(&mut Stack)) -> String {
    let world = World::usual();
    text(world.up(&world.drifted(change)))
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

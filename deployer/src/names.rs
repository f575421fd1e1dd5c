//! Compute every name and ARN, so that a plan knows them before anything exists.

pub mod parameters;

use plexmon_function::contract::parts::{layout, parameter};

pub use self::parameters::{any_part, is_derived, is_secret, secrets_parameter, state_parameter};
use crate::config::Config;

/// The tag that marks a resource as ours; its value is the name of the deployment.
pub const OWNER_TAG: &str = "plexmon:deployment";
/// A tag of the function: the identity of code and settings.
pub const CODE_TAG: &str = "plexmon:code";
/// A tag of the function: the SHA-256 of the uploaded zip, compared with the one that AWS reports.
pub const ZIP_TAG: &str = "plexmon:zip";
/// A tag of the function: the unique ID of its role.
pub const ROLE_TAG: &str = "plexmon:role";
/// The prefix of tags of the role, which all regions share: one tag for each region that uses it.
pub const REGION_TAG_PREFIX: &str = "plexmon:region:";
/// A tag of the function: its state parameter, so that it can be deleted after it was renamed.
pub const STATE_TAG: &str = "plexmon:state";

/// A tag of the function: the state parameter of the function that it replaced.
pub const INHERITED_STATE_TAG: &str = "plexmon:inherited-state";

/// Names within one account and region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names {
    pub deployment: String,
    pub state_parameter: String,
    /// Additional parameters of the state, for many targets.
    pub state_parts: Vec<String>,
    /// Whether the state parameter comes from an adopted function and not from the configuration.
    pub is_inherited: bool,
}

impl Names {
    pub fn new(config: &Config) -> Self {
        let names = Self {
            deployment: config.name.clone(),
            state_parameter: config.state_parameter.clone(),
            state_parts: Vec::new(),
            is_inherited: false,
        };
        names.reaching(layout(&config.settings()).len())
    }

    /// The same names with the state parameter of an adopted function.
    #[must_use]
    pub fn inheriting(self, state_parameter: &str) -> Self {
        let parts = self.state_parts.len() + 1;
        let names = Self {
            state_parameter: state_parameter.to_owned(),
            state_parts: Vec::new(),
            is_inherited: true,
            ..self
        };
        names.reaching(parts)
    }

    /// The same names with at least this many parameters for the state.
    #[must_use]
    pub fn reaching(self, parts: usize) -> Self {
        let missing = self.state_parts.len() + 1..parts;
        let missing = missing.map(|part| parameter(&self.state_parameter, part));
        Self { state_parts: self.state_parts.iter().cloned().chain(missing).collect(), ..self }
    }

    pub fn function(&self) -> &str {
        &self.deployment
    }

    pub fn role(&self) -> String {
        format!("{}-role", self.deployment)
    }

    pub fn role_policy(&self) -> String {
        format!("{}-inline", self.deployment)
    }

    pub fn rule(&self) -> String {
        format!("{}-schedule", self.deployment)
    }

    /// The rule of an installation by hand; `up --adopt` deletes it.
    pub fn legacy_rule(&self) -> String {
        format!("{}-5min", self.deployment)
    }

    /// The ID of our only target of the rule.
    pub fn target_id(&self) -> &'static str {
        "lambda"
    }

    /// The statement in the function's policy that allows the rule to invoke it.
    pub fn statement(&self) -> String {
        format!("{}-events", self.deployment)
    }

    pub fn log_group(&self) -> String {
        format!("/aws/lambda/{}", self.deployment)
    }

    pub fn secrets_parameter(&self) -> String {
        secrets_parameter(&self.state_parameter)
    }
}

/// The account and region, which turn names into ARNs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// `aws`, `aws-cn`, `aws-us-gov`, ...
    pub partition: String,
    /// Twelve digits.
    pub id: String,
    pub region: String,
}

impl Account {
    /// Create it from the answer of `GetCallerIdentity`; the caller's ARN contains the partition.
    pub fn from_caller(arn: &str, id: &str, region: &str) -> Self {
        let partition = arn.split(':').nth(1).filter(|part| !part.is_empty()).unwrap_or("aws");
        Self { partition: partition.to_owned(), id: id.to_owned(), region: region.to_owned() }
    }

    fn arn(&self, service: &str, resource: &str) -> String {
        format!("arn:{}:{service}:{}:{}:{resource}", self.partition, self.region, self.id)
    }

    pub fn role(&self, name: &str) -> String {
        format!("arn:{}:iam::{}:role/{name}", self.partition, self.id)
    }

    pub fn function(&self, name: &str) -> String {
        self.arn("lambda", &format!("function:{name}"))
    }

    pub fn rule(&self, name: &str) -> String {
        self.arn("events", &format!("rule/{name}"))
    }

    /// The ARN without the `:*` with which some answers end.
    pub fn log_group(&self, name: &str) -> String {
        self.arn("logs", &format!("log-group:{name}"))
    }

    /// The ARN with one slash between `parameter` and the name, whether or not the name begins with one.
    pub fn parameter(&self, name: &str) -> String {
        self.arn("ssm", &format!("parameter/{}", name.trim_start_matches('/')))
    }
}

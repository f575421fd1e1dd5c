//! Compute every name and ARN, so that a plan knows them before anything exists.

pub mod parameters;

use plexmon_function::contract::parts::{layout, parameter};

pub use self::parameters::{any_part, is_derived, is_secret, secrets_parameter, state_parameter};
use crate::config::Config;

/// The tag that makes a resource ours; its value is the deployment's name.
pub const OWNER_TAG: &str = "plexmon:deployment";
/// On the function: the identity of code and settings.
pub const CODE_TAG: &str = "plexmon:code";
/// On the function: SHA-256 of the zip that was uploaded, compared with what AWS says it runs.
pub const ZIP_TAG: &str = "plexmon:zip";
/// On the function: unique id of the role it was made with.
pub const ROLE_TAG: &str = "plexmon:role";
/// On the role, which is the same in all regions: one tag for each region that uses it.
pub const REGION_TAG_PREFIX: &str = "plexmon:region:";
/// On the function: its state parameter, so that a renamed one can be cleared away.
pub const STATE_TAG: &str = "plexmon:state";

/// On the function: the state parameter of the function that it replaced.
pub const INHERITED_STATE_TAG: &str = "plexmon:inherited-state";

/// Names within one account and region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names {
    pub deployment: String,
    pub state_parameter: String,
    /// Further parameters of the state, if there are many targets, or were.
    pub state_parts: Vec<String>,
    /// Whether the state parameter is that of a function that was taken over, and not the configuration's.
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

    /// The same, with the state parameter of a function that is taken over.
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

    /// The same, with so many parameters for the state at least.
    #[must_use]
    pub fn reaching(self, parts: usize) -> Self {
        let further = self.state_parts.len() + 1..parts;
        let further = further.map(|part| parameter(&self.state_parameter, part));
        Self { state_parts: self.state_parts.iter().cloned().chain(further).collect(), ..self }
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

    /// The rule that the read-me's shell steps made; `up --adopt` removes it.
    pub fn legacy_rule(&self) -> String {
        format!("{}-5min", self.deployment)
    }

    /// The rule's only target of ours.
    pub fn target_id(&self) -> &'static str {
        "lambda"
    }

    /// The statement in the function's policy that lets the rule invoke it.
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

/// Who we are and where: what turns names into ARNs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// `aws`, `aws-cn`, `aws-us-gov`, ...
    pub partition: String,
    /// Twelve digits.
    pub id: String,
    pub region: String,
}

impl Account {
    /// From `GetCallerIdentity`: the caller's ARN tells the partition.
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

    /// Without the `:*` that some answers carry.
    pub fn log_group(&self, name: &str) -> String {
        self.arn("logs", &format!("log-group:{name}"))
    }

    /// One slash between `parameter` and the name, however the name begins.
    pub fn parameter(&self, name: &str) -> String {
        self.arn("ssm", &format!("parameter/{}", name.trim_start_matches('/')))
    }
}

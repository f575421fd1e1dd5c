//! Compute every name and ARN, so that a plan knows them before anything exists.

mod account;
mod lambda;
pub mod parameters;

pub use account::{Account, partition};
pub use lambda::{LambdaKind, LambdaNames, RoleNames, ScheduleNames, UrlNames, log_group};
use plexmon_function::contract::announcement;
use plexmon_function::contract::history::{Division, MAX_PARAMETERS, Place};
use plexmon_function::contract::parts::{layout, parameter};

use self::parameters::secrets_parameter;
use crate::config::{Config, PageConfig};

/// The tag that marks a resource as ours; its value is the name of the deployment.
pub const OWNER_TAG: &str = "plexmon:deployment";
/// On a function: the identity of code and settings.
pub const CODE_TAG: &str = "plexmon:code";
/// On a function: SHA-256 of the zip that was uploaded, compared with what AWS reports.
pub const ZIP_TAG: &str = "plexmon:zip";
/// On a function: unique id of the role with which it was created.
pub const ROLE_TAG: &str = "plexmon:role";
/// On a role, which is the same in all regions: one tag for each region that uses it.
pub const REGION_TAG_PREFIX: &str = "plexmon:region:";
/// On a function: its state parameter, so that a renamed one can be deleted later.
pub const STATE_TAG: &str = "plexmon:state";

/// On a function: the day on which AWS closes the account, as its settings say; [`NOT_CLOSED`] if that is no longer so.
pub const CLOSES_TAG: &str = "plexmon:account-closes";
/// The value of [`CLOSES_TAG`] after the account was upgraded. Removing the tag would need another permission.
pub const NOT_CLOSED: &str = "none";

/// On the function of the page: the SHA-256 of its secret path, so that it is known where the path is not.
pub const SECRET_PATH_TAG: &str = "plexmon:page-path";
/// The value of [`SECRET_PATH_TAG`] of a page that no longer has one.
pub const NO_SECRET_PATH: &str = "none";

/// On a function: the state parameter of the function that it replaced.
pub const INHERITED_STATE_TAG: &str = "plexmon:inherited-state";

/// The names of one deployment.
///
/// Deployments whose names differ by a suffix of ours share names: the page of `x` and the monitor of a deployment
/// called `x-page`, for example. The owner's tag separates them: creating the second one is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names {
    pub deployment: String,
    /// The function that checks the targets, and what belongs to it. It lives in the deployment's own region, as do the
    /// parameters.
    pub monitor: LambdaNames,
    /// Other functions of the deployment, in this region or another.
    pub others: Vec<LambdaNames>,
    /// The page in regions that the configuration does not name, but the tags of its role do.
    pub past: Vec<LambdaNames>,
    pub state_parameter: String,
    /// Additional parameters of the state, if there are or were many targets.
    pub state_parts: Vec<String>,
    /// The parameters of the history.
    pub history: Vec<String>,
    /// Whether the state parameter comes from an adopted function and not from the configuration.
    pub is_inherited: bool,
}

impl Names {
    pub fn new(config: &Config, region: &str) -> Self {
        let mut names = Self {
            deployment: config.name.clone(),
            monitor: LambdaNames::new(LambdaKind::Monitor, &config.name, region).scheduled(),
            others: Vec::new(),
            past: Vec::new(),
            state_parameter: config.state_parameter.clone(),
            state_parts: Vec::new(),
            history: Vec::new(),
            is_inherited: false,
        };
        let page_region = |page: &PageConfig| page.region.clone().unwrap_or(region.to_owned());
        let page = config.page.as_ref().map(|page| names.page_in(&page_region(page)));
        names.others.extend(page);
        let division = Division { records: config.history.records, parameters: config.history.parameters };
        names
            .reaching(layout(&config.settings()).len())
            .with_history(division.parameters_for(config.targets.len()))
    }

    /// The names of the page in a region, whether or not it is served there.
    pub fn page_in(&self, region: &str) -> LambdaNames {
        LambdaNames::new(LambdaKind::Page, &self.page_function(), region).public()
    }

    /// The name of the function that serves the page, in any region.
    pub fn page_function(&self) -> String {
        format!("{}-page", self.deployment)
    }

    /// The role of the page, which all regions share.
    pub fn page_role(&self) -> RoleNames {
        RoleNames::of(&self.page_function())
    }

    /// Whether the configuration has a page.
    pub fn has_page(&self) -> bool {
        self.others.iter().any(|lambda| lambda.kind == LambdaKind::Page)
    }

    /// The role of the page if no function is configured that has it. An earlier configuration may have left it behind.
    pub fn past_page_role(&self) -> Option<RoleNames> {
        let role = self.page_role();
        self.lambdas().all(|lambda| lambda.role != role).then_some(role)
    }

    /// Return the names with the page in these regions as well.
    #[must_use]
    pub fn with_past(self, past: Vec<LambdaNames>) -> Self {
        Self { past: self.past.into_iter().chain(past).collect(), ..self }
    }

    /// Return the names with the state parameter of an adopted function.
    #[must_use]
    pub fn inheriting(self, state_parameter: &str) -> Self {
        let (parts, history) = (self.state_parts.len() + 1, self.history.len());
        let names = Self {
            state_parameter: state_parameter.to_owned(),
            state_parts: Vec::new(),
            history: Vec::new(),
            is_inherited: true,
            ..self
        };
        names.reaching(parts).with_history(history)
    }

    /// Return the names with at least this number of parameters for the state.
    #[must_use]
    pub fn reaching(self, parts: usize) -> Self {
        let additional = self.state_parts.len() + 1..parts;
        let additional = additional.map(|part| parameter(&self.state_parameter, part));
        Self { state_parts: self.state_parts.iter().cloned().chain(additional).collect(), ..self }
    }

    /// Return the names with at least this number of parameters for the history.
    #[must_use]
    pub fn with_history(self, parameters: usize) -> Self {
        let additional = self.history.len()..parameters.min(MAX_PARAMETERS);
        let additional = additional.map(|number| Place::Number(number).parameter(&self.state_parameter));
        Self { history: self.history.iter().cloned().chain(additional).collect(), ..self }
    }

    /// All functions of the deployment.
    pub fn lambdas(&self) -> impl Iterator<Item = &LambdaNames> {
        std::iter::once(&self.monitor).chain(&self.others)
    }

    /// The function that checks the targets.
    pub fn function(&self) -> &str {
        &self.monitor.function
    }

    /// The rule that the AWS CLI steps of the earlier Python function created; `up --adopt` removes it.
    pub fn previous_rule(&self) -> String {
        format!("{}-5min", self.deployment)
    }

    /// The rules of the deployment, including the previous one.
    pub fn rules(&self) -> Vec<String> {
        let current = self.lambdas().filter_map(|lambda| lambda.schedule.as_ref());
        current.map(|schedule| schedule.rule.clone()).chain([self.previous_rule()]).collect()
    }

    /// The state's parameters, the first one first.
    pub fn state_parameters(&self) -> impl Iterator<Item = &String> {
        std::iter::once(&self.state_parameter).chain(&self.state_parts)
    }

    /// The parameters of state and history.
    pub fn parameters(&self) -> impl Iterator<Item = &String> {
        self.state_parameters().chain(&self.history)
    }

    pub fn secrets_parameter(&self) -> String {
        secrets_parameter(&self.state_parameter)
    }

    /// The parameter with what the owner announces on the status page.
    pub fn announcements_parameter(&self) -> String {
        announcement::parameter(&self.state_parameter)
    }
}

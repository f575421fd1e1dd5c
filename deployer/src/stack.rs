//! A deployment as one plain value: desired, empty, or as observed in AWS.

mod history;
mod lambdas;
mod observe;
mod owners;
mod reach;

pub use self::lambdas::{Address, Unreachable, Urls};
pub use self::observe::{Observed, ReadOptions, STATE_VARIABLE, observe};
use crate::names::LambdaNames;
use crate::resource::{Blueprint, find};
use crate::resources::{Function, FunctionUrl, LogGroup, Parameter, Role, Schedule, Secret};

/// All managed resources, by kind. What is missing does not exist.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Stack {
    pub roles: Vec<Role>,
    pub log_groups: Vec<LogGroup>,
    /// Those of the state, the first one first, those of the history, and the announcements; observed, also those under
    /// a previous name.
    pub parameters: Vec<Parameter>,
    pub secrets: Vec<Secret>,
    pub functions: Vec<Function>,
    pub function_urls: Vec<FunctionUrl>,
    /// Observed with [`ReadOptions::adopting`], also the rule that the AWS CLI steps created.
    pub schedules: Vec<Schedule>,
}

/// A function and what belongs to it alone.
#[derive(Debug, Clone)]
pub struct Lambda {
    pub role: Role,
    pub log_group: LogGroup,
    pub function: Function,
    pub url: Option<FunctionUrl>,
    pub schedule: Option<Schedule>,
}

impl Stack {
    /// Return the stack that `up` wants. Another function is another entry in [`Names`](crate::names::Names).
    pub fn desired(blueprint: &Blueprint<'_>) -> Self {
        let mut stack = Self::nothing();
        let announcements = blueprint.config.page.iter().map(|_| blueprint.names.announcements_parameter());
        let parameters = blueprint.names.parameters().cloned().chain(announcements);
        stack.parameters.extend(parameters.map(|name| Parameter {
            name,
            region: blueprint.account.region.clone(),
            owner: blueprint.owner(),
        }));
        stack.secrets.extend(Secret::desired(blueprint));
        for lambda in blueprint.names.lambdas() {
            stack.add(Lambda::desired(blueprint, lambda));
        }
        stack
    }

    /// Return the stack that `down` wants.
    pub fn nothing() -> Self {
        Self::default()
    }

    /// Whether nothing of a deployment exists.
    pub fn is_nothing(&self) -> bool {
        *self == Self::nothing()
    }

    pub fn add(&mut self, lambda: Lambda) {
        let Lambda { role, log_group, function, url, schedule } = lambda;
        self.roles.push(role);
        self.log_groups.push(log_group);
        self.functions.push(function);
        self.function_urls.extend(url);
        self.schedules.extend(schedule);
    }

    /// Add functions and what belongs to each of them alone.
    fn add_lambdas(&mut self, other: Self) {
        // Without `..`: a new kind cannot be forgotten here.
        let Self { roles, log_groups, parameters: _, secrets: _, functions, function_urls, schedules } =
            other;
        self.roles.extend(roles);
        self.log_groups.extend(log_groups);
        self.functions.extend(functions);
        self.function_urls.extend(function_urls);
        self.schedules.extend(schedules);
    }

    pub fn function(&self, names: &LambdaNames) -> Option<&Function> {
        find(&self.functions, &names.function, &names.region)
    }

    pub fn schedule(&self, names: &LambdaNames) -> Option<&Schedule> {
        find(&self.schedules, &names.schedule.as_ref()?.rule, &names.region)
    }
}

impl Lambda {
    fn desired(blueprint: &Blueprint<'_>, names: &LambdaNames) -> Self {
        let (url, schedule) = (names.url.as_ref(), names.schedule.as_ref());
        Self {
            role: Role::desired(blueprint, names),
            log_group: LogGroup::desired(blueprint, names),
            function: Function::desired(blueprint, names),
            url: url.map(|url| FunctionUrl::desired(blueprint, names, url)),
            schedule: schedule.map(|schedule| Schedule::desired(blueprint, &names.region, schedule)),
        }
    }
}

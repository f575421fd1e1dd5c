//! The names of one function and of what belongs to it alone.

/// What a function is for. Its rights and its settings depend on it: a kind without them does not compile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LambdaKind {
    /// Checks the targets.
    Monitor,
    /// Serves the status page.
    Page,
}

/// One function of a deployment, its role, its log group, and its schedule if it has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LambdaNames {
    pub kind: LambdaKind,
    pub function: String,
    pub region: String,
    pub role: RoleNames,
    pub log_group: String,
    pub schedule: Option<ScheduleNames>,
    pub url: Option<UrlNames>,
}

/// A role and its inline policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleNames {
    pub role: String,
    pub policy: String,
}

/// A rule, and the statement in the function's policy that allows the rule to invoke it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScheduleNames {
    pub rule: String,
    pub function: String,
    pub statement: String,
}

/// A public address of a function, and the two statements in the function's policy that let anyone use it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UrlNames {
    pub function: String,
    /// Allows calling the address.
    pub url_statement: String,
    /// Allows invoking the function through it.
    pub invoke_statement: String,
}

impl RoleNames {
    /// The names of a function's role.
    pub fn of(function: &str) -> Self {
        Self { role: format!("{function}-role"), policy: format!("{function}-inline") }
    }
}

impl LambdaNames {
    /// The names of a function without a schedule.
    pub fn new(kind: LambdaKind, function: &str, region: &str) -> Self {
        Self {
            kind,
            function: function.to_owned(),
            region: region.to_owned(),
            role: RoleNames::of(function),
            log_group: log_group(function),
            schedule: None,
            url: None,
        }
    }

    /// Add the names of a schedule.
    #[must_use]
    pub fn scheduled(self) -> Self {
        let schedule = ScheduleNames {
            rule: format!("{}-schedule", self.function),
            function: self.function.clone(),
            statement: format!("{}-events", self.function),
        };
        Self { schedule: Some(schedule), ..self }
    }

    /// Add the names of a public address.
    #[must_use]
    pub fn public(self) -> Self {
        let url = UrlNames {
            function: self.function.clone(),
            url_statement: format!("{}-url", self.function),
            invoke_statement: format!("{}-invoke", self.function),
        };
        Self { url: Some(url), ..self }
    }
}

/// The log group to which Lambda writes what a function logs.
pub fn log_group(function: &str) -> String {
    format!("/aws/lambda/{function}")
}

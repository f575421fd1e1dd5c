//! The names of one function and of what belongs to it alone.

/// What a function is for. Its rights and its settings depend on it: a kind without them does not compile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LambdaKind {
    /// Checks the targets.
    Monitor,
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

impl LambdaNames {
    /// The names of a function without a schedule.
    pub fn new(kind: LambdaKind, function: &str, region: &str) -> Self {
        Self {
            kind,
            function: function.to_owned(),
            region: region.to_owned(),
            role: RoleNames { role: format!("{function}-role"), policy: format!("{function}-inline") },
            log_group: log_group(function),
            schedule: None,
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
}

/// The log group to which Lambda writes what a function logs.
pub fn log_group(function: &str) -> String {
    format!("/aws/lambda/{function}")
}

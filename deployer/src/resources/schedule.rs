//! A function's schedule: the rule, its target, and the permission for the rule to invoke the function.
//!
//! Each of the three can be missing alone, so each is an `Option`.

use std::time::Duration;

use aws_sdk_eventbridge::types::{RuleState, Target as RuleTarget};
use serde::Serialize;

use super::function::Function;
use super::permission::{Permission, statement};
use super::permission_calls::{Statement, policy_of};
use crate::aws::{Aws, Created, present};
use crate::error::Result;
use crate::names::{Account, OWNER_TAG, ScheduleNames};
use crate::resource::{Actions, Blueprint, Difference, Differences, Resource, ResourceKind, Subject, Task};

/// The permission is a statement in the function's policy.
pub const ACTIONS: &[Actions] = &[
    Actions {
        on: Subject::Rule,
        read: &["events:DescribeRule", "events:ListTagsForResource", "events:ListTargetsByRule"],
        write: &[
            "events:DeleteRule",
            "events:PutRule",
            "events:PutTargets",
            "events:RemoveTargets",
            "events:TagResource",
        ],
    },
    Actions {
        on: Subject::Function,
        read: &["lambda:GetPolicy"],
        write: &["lambda:AddPermission", "lambda:RemovePermission"],
    },
];

/// Id of our target, the only one that we add to the rule.
pub const TARGET_ID: &str = "lambda";
/// More than enough within the maximum age, since pauses between attempts grow.
const RETRY_ATTEMPTS: i32 = 5;

#[derive(Debug, Clone, PartialEq)]
pub struct Schedule {
    /// The rule's name.
    pub name: String,
    pub region: String,
    /// Name of the function that it runs.
    pub function: String,
    /// Id of the permission in the function's policy.
    pub statement: String,
    pub owner: Option<String>,
    pub rule: Option<Rule>,
    pub target: Option<Target>,
    pub permission: Option<Permission>,
    /// Ids of targets that others gave to the rule. Observed, never managed: with them, the rule is not deleted.
    pub others: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rule {
    pub expression: String,
    pub enabled: bool,
}

/// The target that the rule runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// ARN of the function.
    pub function: String,
    /// `None` is EventBridge's default: 185 attempts within a day.
    pub retry: Option<RetryPolicy>,
}

/// For how long EventBridge tries to start a run that Lambda does not accept. A late run would repeat the
/// check of the next one, and after an outage of Lambda all of them would start at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct RetryPolicy {
    pub max_age_s: i32,
    pub attempts: i32,
}

impl RetryPolicy {
    /// Retry within half of the time between two runs, and at most an hour. EventBridge requires at least a minute.
    pub fn of(interval: Option<Duration>) -> Self {
        const SHORTEST_S: u64 = 60;
        const LONGEST_S: u64 = 3600;
        let half_s = interval.map_or(LONGEST_S, |interval| interval.as_secs() / 2);
        let max_age_s = i32::try_from(half_s.clamp(SHORTEST_S, LONGEST_S)).unwrap_or(i32::MAX);
        Self { max_age_s, attempts: RETRY_ATTEMPTS }
    }
}

impl Schedule {
    /// Return the desired schedule, which runs a function as often as configured.
    pub fn desired(blueprint: &Blueprint<'_>, region: &str, names: &ScheduleNames) -> Self {
        let schedule = &blueprint.config.schedule;
        let account = blueprint.account.in_region(region);
        Self {
            name: names.rule.clone(),
            region: region.to_owned(),
            function: names.function.clone(),
            statement: names.statement.clone(),
            owner: blueprint.owner(),
            rule: Some(Rule { expression: schedule.expression().to_owned(), enabled: true }),
            target: Some(Target {
                function: account.function(&names.function),
                retry: Some(RetryPolicy::of(schedule.smallest_gap())),
            }),
            permission: Some(Permission::for_rule(account.rule(&names.rule))),
            others: Vec::new(),
        }
    }

    /// Whether it is the schedule of this function.
    pub fn runs(&self, function: &Function) -> bool {
        self.function == function.name && self.region == function.region
    }

    fn policy_statement(&self) -> Statement<'_> {
        Statement { function: &self.function, id: &self.statement }
    }

    /// Whether its target is the function with this ARN.
    pub fn serves(&self, function: &str) -> bool {
        self.target.as_ref().is_some_and(|target| target.function == function)
    }
}

impl Target {
    fn read(target: RuleTarget) -> Self {
        let retry = target.retry_policy.map(|policy| RetryPolicy {
            max_age_s: policy.maximum_event_age_in_seconds.unwrap_or(86_400),
            attempts: policy.maximum_retry_attempts.unwrap_or(185),
        });
        Self { function: target.arn, retry }
    }
}

impl Resource for Schedule {
    const KIND: ResourceKind = ResourceKind::Schedule;
    type Query = ScheduleNames;
    type Details = ();

    fn name(&self) -> &str {
        &self.name
    }

    fn region(&self) -> &str {
        &self.region
    }

    fn owner(&self) -> Option<&str> {
        self.owner.as_deref()
    }

    fn subjects(&self) -> Vec<(Created, &str)> {
        vec![(Created::Rule, &self.name), (Created::Function, &self.function)]
    }

    async fn read(names: &ScheduleNames, aws: &Aws) -> Result<Option<(Self, ())>> {
        let ScheduleNames { rule: name, function, statement: id } = names;
        let rule = aws.call("events", "DescribeRule", aws.events.describe_rule().name(name).send());
        let targets =
            aws.call("events", "ListTargetsByRule", aws.events.list_targets_by_rule().rule(name).send());
        let (rule, targets, policy) = tokio::join!(rule, targets, policy_of(function, aws));
        let rule = present(rule)?.map(|rule| Rule {
            expression: rule.schedule_expression().unwrap_or_default().to_owned(),
            enabled: rule.state() != Some(&RuleState::Disabled),
        });
        let targets = present(targets)?.map(|answer| answer.targets.unwrap_or_default());
        let targets = targets.unwrap_or_default();
        let permission = policy?.and_then(|policy| statement(&policy, id));
        if rule.is_none() && permission.is_none() {
            return Ok(None);
        }
        let (ours, others): (Vec<_>, Vec<_>) = targets.into_iter().partition(|target| target.id == TARGET_ID);
        let schedule = Self {
            name: name.clone(),
            region: aws.region.clone(),
            function: function.clone(),
            statement: id.clone(),
            owner: None,
            rule,
            target: ours.into_iter().next().map(Target::read),
            permission,
            others: others.into_iter().map(|target| target.id).collect(),
        };
        Ok(Some((schedule, ())))
    }

    async fn read_owner(&self, aws: &Aws, account: &Account) -> Result<Option<String>> {
        let call = aws.events.list_tags_for_resource().resource_arn(account.rule(&self.name));
        let answer = present(aws.call("events", "ListTagsForResource", call.send()).await)?;
        let tags = answer.and_then(|answer| answer.tags).unwrap_or_default();
        Ok(tags.into_iter().find(|tag| tag.key == OWNER_TAG).map(|tag| tag.value))
    }

    fn differences(&self, observed: Option<&Self>) -> Vec<Difference> {
        let Self {
            name: _,
            region: _,
            function: _,
            statement: _,
            owner,
            rule,
            target,
            permission,
            others: _,
        } = self;
        let mut differences = Differences::default();
        differences.field("owner", owner, observed.map(|schedule| &schedule.owner));
        match (rule, observed.and_then(|schedule| schedule.rule.as_ref())) {
            (Some(rule), Some(observed)) => {
                let Rule { expression, enabled } = rule;
                differences.field("expression", expression, Some(&observed.expression));
                differences.field("enabled", enabled, Some(&observed.enabled));
            }
            _ => differences.field("rule", rule, observed.map(|schedule| &schedule.rule)),
        }
        let other = observed.map(|schedule| schedule.target.as_ref());
        let function = |target: Option<&Target>| target.map(|target| target.function.clone());
        differences.field("target", &function(target.as_ref()), other.map(function).as_ref());
        let retry = |target: Option<&Target>| target.and_then(|target| target.retry);
        differences.field("retry_policy", &retry(target.as_ref()), other.map(retry).as_ref());
        differences.field("permission", permission, observed.map(|schedule| &schedule.permission));
        differences.into_vec()
    }

    async fn create(&self, task: &Task<'_>) -> Result<()> {
        let nothing =
            Self { owner: self.owner.clone(), rule: None, target: None, permission: None, ..self.clone() };
        self.update(&nothing, task).await
    }

    async fn update(&self, observed: &Self, task: &Task<'_>) -> Result<()> {
        if let Some(rule) = self.rule.as_ref().filter(|_| self.rule != observed.rule) {
            self.put_rule(rule, observed.rule.is_none(), task).await?;
        }
        // The rest needs the function, the rule does not.
        task.turn.wait_for_all().await?;
        let permission = async {
            match &self.permission {
                Some(permission) if self.permission != observed.permission => {
                    self.policy_statement().replace(permission, observed.permission.is_some(), task).await
                }
                _ => Ok(()),
            }
        };
        let target = async {
            match &self.target {
                Some(target) if self.target != observed.target => self.put_target(target, task).await,
                None if observed.target.is_some() => self.remove_target(task).await,
                _ => Ok(()),
            }
        };
        tokio::try_join!(permission, target)?;
        if self.owner != observed.owner && observed.rule.is_some() {
            self.claim(task).await?;
        }
        Ok(())
    }

    async fn delete(&self, task: &Task<'_>) -> Result<()> {
        if self.rule.is_none() {
            return self.policy_statement().remove(task).await;
        }
        self.remove_target(task).await?;
        task.turn.mark_effective();
        self.delete_rule(task).await
    }
}

//! What makes the function run: the rule, its target, and the permission for the rule to invoke the function.
//!
//! The three can go missing one by one, so each is an `Option`.

use std::time::Duration;

use aws_sdk_eventbridge::types::{RuleState, Tag, Target as RuleTarget};
use serde::Serialize;
use serde_json::Value;

pub use super::schedule_calls::accepted;
use crate::apply::Task;
use crate::aws::{Aws, gone, present};
use crate::config::Config;
use crate::error::{Context, Result};
use crate::names::{Account, Names, OWNER_TAG};
use crate::resource::{Difference, Differences, Kind, Resource};

const PRINCIPAL: &str = "events.amazonaws.com";
const ACTION: &str = "lambda:InvokeFunction";
/// With pauses that grow, more than enough within the age.
const RETRY_ATTEMPTS: i32 = 5;

#[derive(Debug, Clone, PartialEq)]
pub struct Schedule {
    /// The rule's name.
    pub name: String,
    pub owner: Option<String>,
    pub rule: Option<Rule>,
    pub target: Option<Target>,
    pub permission: Option<Permission>,
    /// Ids of targets that others gave to the rule. Seen, never managed: they decide whether the rule may go.
    pub others: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rule {
    pub expression: String,
    pub enabled: bool,
}

/// What the rule runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// ARN of the function.
    pub function: String,
    /// `None` is EventBridge's own: 185 attempts within a day.
    pub retry: Option<RetryPolicy>,
}

/// For how long EventBridge tries to start a run that Lambda does not accept. A late one would check again what the
/// next one has checked, and after an outage of Lambda all of them would come at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct RetryPolicy {
    pub max_age_s: i32,
    pub attempts: i32,
}

impl RetryPolicy {
    /// Within half of the time between two runs, and at most an hour. EventBridge wants a minute at least.
    pub fn of(interval: Option<Duration>) -> Self {
        const SHORTEST_S: u64 = 60;
        const LONGEST_S: u64 = 3600;
        let half_s = interval.map_or(LONGEST_S, |interval| interval.as_secs() / 2);
        let max_age_s = i32::try_from(half_s.clamp(SHORTEST_S, LONGEST_S)).unwrap_or(i32::MAX);
        Self { max_age_s, attempts: RETRY_ATTEMPTS }
    }
}

/// A statement in the function's policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Permission {
    pub principal: String,
    pub action: String,
    /// The rule's ARN.
    pub source: String,
    /// Conditions that we do not set; a `SourceAccount`, say, would keep the rule from invoking.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub further: Option<Value>,
}

impl Schedule {
    pub fn desired(config: &Config, names: &Names, account: &Account) -> Self {
        let name = names.rule();
        Self {
            owner: Some(names.deployment.clone()),
            rule: Some(Rule { expression: config.schedule.expression().to_owned(), enabled: true }),
            target: Some(Target {
                function: account.function(names.function()),
                retry: Some(RetryPolicy::of(config.schedule.smallest_gap())),
            }),
            permission: Some(Permission {
                principal: PRINCIPAL.to_owned(),
                action: ACTION.to_owned(),
                source: account.rule(&name),
                further: None,
            }),
            others: Vec::new(),
            name,
        }
    }

    pub async fn read(aws: &Aws, names: &Names, name: String) -> Result<Option<Self>> {
        let rule = aws.call("events", "DescribeRule", aws.events.describe_rule().name(&name).send());
        let targets =
            aws.call("events", "ListTargetsByRule", aws.events.list_targets_by_rule().rule(&name).send());
        let policy =
            aws.call("lambda", "GetPolicy", aws.lambda.get_policy().function_name(names.function()).send());
        let (rule, targets, policy) = tokio::join!(rule, targets, policy);
        let rule = present(rule)?.map(|rule| Rule {
            expression: rule.schedule_expression().unwrap_or_default().to_owned(),
            enabled: rule.state() != Some(&RuleState::Disabled),
        });
        let targets = present(targets)?.map(|answer| answer.targets.unwrap_or_default());
        let targets = targets.unwrap_or_default();
        // The same 404 stands for "no policy" and for "no function".
        let policy = present(policy)?.and_then(|answer| answer.policy);
        let permission = policy.and_then(|policy| statement(&policy, &names.statement()));
        if rule.is_none() && permission.is_none() {
            return Ok(None);
        }
        let (ours, others): (Vec<_>, Vec<_>) =
            targets.into_iter().partition(|target| target.id == names.target_id());
        Ok(Some(Self {
            name,
            owner: None,
            rule,
            target: ours.into_iter().next().map(Target::read),
            permission,
            others: others.into_iter().map(|target| target.id).collect(),
        }))
    }

    pub async fn read_owner(&self, aws: &Aws, account: &Account) -> Result<Option<String>> {
        let call = aws.events.list_tags_for_resource().resource_arn(account.rule(&self.name));
        let answer = present(aws.call("events", "ListTagsForResource", call.send()).await)?;
        let tags = answer.and_then(|answer| answer.tags).unwrap_or_default();
        Ok(tags.into_iter().find(|tag| tag.key == OWNER_TAG).map(|tag| tag.value))
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

pub(super) fn owner_tag(owner: &str) -> Result<Tag> {
    Tag::builder().key(OWNER_TAG).value(owner).build().context(|| "could not make a tag")
}

/// The statement with this id, in our form. AWS answers with `ArnLike`; its own description says `StringLike`.
pub fn statement(policy: &str, id: &str) -> Option<Permission> {
    let policy: Value = serde_json::from_str(policy).ok()?;
    let statements = policy.get("Statement")?.as_array()?;
    let statement = statements.iter().find(|statement| statement["Sid"] == id)?;
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let mut conditions = statement.get("Condition").cloned().unwrap_or(Value::Null);
    let mut source = String::new();
    for operator in ["ArnLike", "StringLike", "ArnEquals", "StringEquals"] {
        let Some(keys) = conditions.get_mut(operator).and_then(Value::as_object_mut) else { continue };
        let key = keys.keys().find(|key| key.eq_ignore_ascii_case("aws:SourceArn")).cloned();
        if let Some(found) = key.and_then(|key| keys.remove(&key)) {
            source = text(&found);
        }
    }
    if let Some(operators) = conditions.as_object_mut() {
        operators.retain(|_, keys| keys.as_object().is_none_or(|keys| !keys.is_empty()));
    }
    let further = (!conditions.is_null() && conditions.as_object().is_none_or(|rest| !rest.is_empty()))
        .then_some(conditions);
    let principal =
        statement.get("Principal").map(|principal| text(principal.get("Service").unwrap_or(principal)));
    Some(Permission {
        principal: principal.unwrap_or_default(),
        action: statement.get("Action").map(text).unwrap_or_default(),
        source,
        further,
    })
}

impl Resource for Schedule {
    const KIND: Kind = Kind::Schedule;

    fn name(&self) -> &str {
        &self.name
    }

    fn owner(&self) -> Option<&str> {
        self.owner.as_deref()
    }

    fn differences(&self, observed: Option<&Self>) -> Vec<Difference> {
        let Self { name: _, owner, rule, target, permission, others: _ } = self;
        let mut differences = Differences::default();
        differences.field("owner", owner, observed.map(|schedule| &schedule.owner));
        match (rule, observed.and_then(|schedule| schedule.rule.as_ref())) {
            (Some(rule), Some(there)) => {
                let Rule { expression, enabled } = rule;
                differences.field("expression", expression, Some(&there.expression));
                differences.field("enabled", enabled, Some(&there.enabled));
            }
            _ => differences.field("rule", rule, observed.map(|schedule| &schedule.rule)),
        }
        let there = observed.map(|schedule| schedule.target.as_ref());
        let function = |target: Option<&Target>| target.map(|target| target.function.clone());
        differences.field("target", &function(target.as_ref()), there.map(function).as_ref());
        let retry = |target: Option<&Target>| target.and_then(|target| target.retry);
        differences.field("retry_policy", &retry(target.as_ref()), there.map(retry).as_ref());
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
        // The rest needs the function, the rule did not.
        task.turn.come().await?;
        let permission = async {
            match &self.permission {
                Some(permission) if self.permission != observed.permission => {
                    self.replace_permission(permission, observed.permission.is_some(), task).await
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
            let call = task.aws.events.tag_resource().resource_arn(task.account.rule(&self.name));
            let call = call.tags(owner_tag(&task.names.deployment)?);
            task.settle(async || task.aws.call("events", "TagResource", call.clone().send()).await).await?;
        }
        Ok(())
    }

    async fn delete(&self, task: &Task<'_>) -> Result<()> {
        if self.rule.is_none() {
            return self.remove_permission(task).await;
        }
        self.remove_target(task).await?;
        task.turn.pass();
        task.settle(async || {
            gone(
                task.aws
                    .call("events", "DeleteRule", task.aws.events.delete_rule().name(&self.name).send())
                    .await,
            )
        })
        .await
    }
}

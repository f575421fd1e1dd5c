//! What makes the function run: the rule, its target, and the permission for the rule to invoke the function.
//!
//! The three can go missing one by one, so each is an `Option`.

use aws_sdk_eventbridge::types::{RuleState, Tag, Target as RuleTarget};
use serde::Serialize;
use serde_json::Value;

use crate::apply::Task;
use crate::aws::{Aws, CallError, Operation, gone, present};
use crate::config::Config;
use crate::error::{Context, Error, Result};
use crate::names::{Account, Names, OWNER_TAG};
use crate::resource::{Difference, Differences, Kind, Resource};
use crate::retry::{SHORT_BUDGET, keep_calling, transient};

const DESCRIPTION: &str = "Runs the plexmon function";
const PRINCIPAL: &str = "events.amazonaws.com";
const ACTION: &str = "lambda:InvokeFunction";

#[derive(Debug, Clone, PartialEq)]
pub struct Schedule {
    /// The rule's name.
    pub name: String,
    pub owner: Option<String>,
    pub rule: Option<Rule>,
    /// ARN of the function that the rule runs.
    pub target: Option<String>,
    pub permission: Option<Permission>,
    /// Ids of targets that others gave to the rule. Seen, never managed: they decide whether the rule may go.
    pub others: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rule {
    pub expression: String,
    pub enabled: bool,
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
            rule: Some(Rule { expression: config.schedule.clone(), enabled: true }),
            target: Some(account.function(names.function())),
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
        let targets =
            present(targets.or_else(rule_not_found))?.map(|answer| answer.targets.unwrap_or_default());
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
            target: ours.into_iter().next().map(|target| target.arn),
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
        self.target.as_deref() == Some(function)
    }

    async fn put_rule(&self, rule: &Rule, is_new: bool, task: &Task<'_>) -> Result<()> {
        let tag = owner_tag(&task.names.deployment)?;
        task.settle(async || {
            // Whatever is left out becomes null, and a state that is left out becomes ENABLED.
            let call = task
                .aws
                .events
                .put_rule()
                .name(&self.name)
                .description(DESCRIPTION)
                .schedule_expression(&rule.expression)
                .state(if rule.enabled { RuleState::Enabled } else { RuleState::Disabled })
                // Ignored on a rule that exists.
                .set_tags(is_new.then(|| vec![tag.clone()]));
            task.aws.call("events", "PutRule", call.send()).await
        })
        .await?;
        Ok(())
    }

    async fn put_target(&self, arn: &str, task: &Task<'_>) -> Result<()> {
        let target = RuleTarget::builder()
            .id(task.names.target_id())
            .arn(arn)
            .build()
            .context(|| "could not make the rule's target")?;
        let operation = Operation { service: "events", name: "PutTargets" };
        task.settle(async || {
            let call = task.aws.events.put_targets().rule(&self.name).targets(target.clone()).send();
            let answer = task.aws.call(operation.service, operation.name, call).await?;
            // Success outside, failure inside.
            match answer.failed_entries().first() {
                Some(entry) if answer.failed_entry_count() > 0 => {
                    Err(failed_entry(operation, entry.error_code(), entry.error_message()))
                }
                _ => Ok(()),
            }
        })
        .await
    }

    async fn remove_target(&self, task: &Task<'_>) -> Result<()> {
        let operation = Operation { service: "events", name: "RemoveTargets" };
        task.settle(async || {
            let call = task.aws.events.remove_targets().rule(&self.name).ids(task.names.target_id()).send();
            match present(task.aws.call(operation.service, operation.name, call).await)? {
                Some(answer) if answer.failed_entry_count() > 0 => {
                    let entry = answer.failed_entries().first();
                    let error = failed_entry(
                        operation,
                        entry.and_then(|entry| entry.error_code()),
                        entry.and_then(|entry| entry.error_message()),
                    );
                    if error.is_missing() { Ok(()) } else { Err(error) }
                }
                _ => Ok(()),
            }
        })
        .await
    }

    /// Never an upsert, and never in parallel: Lambda has been seen to lose statements then.
    async fn replace_permission(&self, permission: &Permission, stale: bool, task: &Task<'_>) -> Result<()> {
        if stale {
            self.remove_permission(task).await?;
        }
        let replaced = self.add_permission(permission, task).await?;
        if replaced {
            return Ok(());
        }
        // It exists although we did not see it: our own success whose answer was lost, or a stale one.
        let policy = task.aws.lambda.get_policy().function_name(task.names.function()).send();
        let policy =
            present(task.aws.call("lambda", "GetPolicy", policy).await)?.and_then(|answer| answer.policy);
        if policy.and_then(|policy| statement(&policy, &task.names.statement())).as_ref() == Some(permission)
        {
            return Ok(());
        }
        self.remove_permission(task).await?;
        self.add_permission(permission, task).await?;
        Ok(())
    }

    /// Whether it was added; `false` if a statement of this name is there already.
    async fn add_permission(&self, permission: &Permission, task: &Task<'_>) -> Result<bool> {
        let in_time = |error: &CallError| {
            transient(error).or_else(|| error.is_missing().then_some("Lambda to know the new function"))
        };
        keep_calling(task.progress, SHORT_BUDGET, in_time, async || {
            let call = task
                .aws
                .lambda
                .add_permission()
                .function_name(task.names.function())
                .statement_id(task.names.statement())
                .action(&permission.action)
                .principal(&permission.principal)
                .source_arn(&permission.source);
            match task.aws.call("lambda", "AddPermission", call.send()).await {
                Err(error) if error.already_exists() => Ok(false),
                other => other.map(|_| true),
            }
        })
        .await
    }

    async fn remove_permission(&self, task: &Task<'_>) -> Result<()> {
        task.settle(async || {
            let call = task.aws.lambda.remove_permission();
            let call = call.function_name(task.names.function()).statement_id(task.names.statement());
            gone(task.aws.call("lambda", "RemovePermission", call.send()).await)
        })
        .await
    }
}

fn failed_entry(operation: Operation, code: Option<&str>, message: Option<&str>) -> CallError {
    CallError::refused(operation, code.unwrap_or("failed entry"), message.unwrap_or("no further explanation"))
}

/// Some answers call a missing rule a validation error.
fn rule_not_found<T>(error: CallError) -> Result<T, CallError> {
    if error.code() == "ValidationException" && error.message().contains("not found") {
        return Err(CallError::refused(error.operation, "ResourceNotFoundException", error.message()));
    }
    Err(error)
}

fn owner_tag(owner: &str) -> Result<Tag> {
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
        differences.field("target", target, observed.map(|schedule| &schedule.target));
        differences.field("permission", permission, observed.map(|schedule| &schedule.permission));
        differences.into_vec()
    }

    async fn create(&self, task: &Task<'_>) -> Result<()> {
        let nothing =
            Self { owner: self.owner.clone(), rule: None, target: None, permission: None, ..self.clone() };
        self.update(&nothing, task).await
    }

    async fn update(&self, observed: &Self, task: &Task<'_>) -> Result<()> {
        let rule = async {
            match &self.rule {
                Some(rule) if self.rule != observed.rule => {
                    self.put_rule(rule, observed.rule.is_none(), task).await
                }
                _ => Ok(()),
            }
        };
        let permission = async {
            match &self.permission {
                Some(permission) if self.permission != observed.permission => {
                    self.replace_permission(permission, observed.permission.is_some(), task).await
                }
                _ => Ok(()),
            }
        };
        tokio::try_join!(rule, permission)?;
        // After the permission, so that no tick is lost; after the rule, which it hangs on.
        match &self.target {
            Some(target) if self.target != observed.target => self.put_target(target, task).await?,
            _ => {}
        }
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
        if !self.others.is_empty() {
            return Err(Error::new(format!("others have given it targets: {}", self.others.join(", ")))
                .hint(
                    "remove those targets in the EventBridge console, then run `plexmon-deploy down` again",
                ));
        }
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

//! A function's log group, created before the function, so that its retention applies from the first line on.

use crate::aws::{Aws, Created, gone, present};
use crate::error::Result;
use crate::names::{Account, LambdaNames, OWNER_TAG};
use crate::resource::{Actions, Blueprint, Difference, Differences, Resource, ResourceKind, Subject, Task};

/// `FilterLogEvents` is what `logs` reads.
pub const ACTIONS: &[Actions] = &[
    Actions {
        on: Subject::LogGroup,
        read: &["logs:FilterLogEvents", "logs:ListTagsForResource"],
        write: &["logs:CreateLogGroup", "logs:DeleteLogGroup", "logs:PutRetentionPolicy", "logs:TagResource"],
    },
    Actions { on: Subject::Anything, read: &["logs:DescribeLogGroups"], write: &[] },
];

#[derive(Debug, Clone, PartialEq)]
pub struct LogGroup {
    pub name: String,
    pub region: String,
    pub owner: Option<String>,
    /// `None` is "never expires", the default of a new group.
    pub retention_days: Option<u32>,
    /// The account-level policy that sets these days, if there is one. Observed, never managed: it overrides and hides
    /// the retention of the group itself.
    pub account_policy: Option<String>,
}

impl LogGroup {
    pub fn desired(blueprint: &Blueprint<'_>, lambda: &LambdaNames) -> Self {
        Self {
            name: lambda.log_group.clone(),
            region: lambda.region.clone(),
            owner: blueprint.owner(),
            retention_days: Some(blueprint.config.function.log_retention_days),
            account_policy: None,
        }
    }

    /// Whether the retention differs, unless a policy of the account decides on it.
    fn retention_differs(&self, observed: &Self) -> bool {
        observed.account_policy.is_none() && self.retention_days != observed.retention_days
    }

    async fn put_retention(&self, task: &Task<'_>) -> Result<()> {
        let Some(days) = self.retention_days.and_then(|days| i32::try_from(days).ok()) else { return Ok(()) };
        task.call(async || {
            let call =
                task.aws.logs.put_retention_policy().log_group_name(&self.name).retention_in_days(days);
            task.aws.call("logs", "PutRetentionPolicy", call.send()).await
        })
        .await?;
        Ok(())
    }
}

impl Resource for LogGroup {
    const KIND: ResourceKind = ResourceKind::LogGroup;
    /// Lambda may have created it first.
    const ADOPTED_SILENTLY: bool = true;
    type Query = str;
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
        vec![(Created::LogGroup, &self.name)]
    }

    /// The answer does not contain the owner.
    async fn read(name: &str, aws: &Aws) -> Result<Option<(Self, ())>> {
        let call = aws.logs.describe_log_groups().log_group_name_prefix(name);
        let answer = aws.call("logs", "DescribeLogGroups", call.send()).await?;
        // Requested by prefix, in alphabetical order: the exact name comes first, if it exists at all.
        let group = answer.log_groups().iter().find(|group| group.log_group_name() == Some(name));
        let group = group.map(|group| Self {
            name: name.to_owned(),
            region: aws.region.clone(),
            owner: None,
            retention_days: group.retention_in_days().and_then(|days| u32::try_from(days).ok()),
            account_policy: group.retention_policy_name().map(str::to_owned),
        });
        Ok(group.map(|group| (group, ())))
    }

    async fn read_owner(&self, aws: &Aws, account: &Account) -> Result<Option<String>> {
        let call = aws.logs.list_tags_for_resource().resource_arn(account.log_group(&self.name));
        let answer = present(aws.call("logs", "ListTagsForResource", call.send()).await)?;
        Ok(answer.and_then(|answer| answer.tags.and_then(|mut tags| tags.remove(OWNER_TAG))))
    }

    fn differences(&self, observed: Option<&Self>) -> Vec<Difference> {
        let Self { name: _, region: _, owner, retention_days, account_policy: _ } = self;
        let mut differences = Differences::default();
        differences.field("owner", owner, observed.map(|group| &group.owner));
        if observed.is_none_or(|group| self.retention_differs(group)) {
            differences.field("retention_days", retention_days, observed.map(|group| &group.retention_days));
        }
        differences.into_vec()
    }

    async fn create(&self, task: &Task<'_>) -> Result<()> {
        task.call(async || {
            let call =
                task.aws.logs.create_log_group().log_group_name(&self.name).tags(OWNER_TAG, task.deployment);
            match task.aws.call("logs", "CreateLogGroup", call.send()).await {
                Err(error) if error.already_exists() => Ok(()),
                other => other.map(|_| ()),
            }
        })
        .await?;
        task.has_created(Created::LogGroup, &self.name);
        task.turn.mark_effective();
        self.put_retention(task).await
    }

    async fn update(&self, observed: &Self, task: &Task<'_>) -> Result<()> {
        if self.owner != observed.owner {
            let call = task
                .aws
                .logs
                .tag_resource()
                .resource_arn(task.account.log_group(&self.name))
                .tags(OWNER_TAG, task.deployment);
            task.call(async || task.aws.call("logs", "TagResource", call.clone().send()).await).await?;
        }
        if self.retention_differs(observed) {
            self.put_retention(task).await?;
        }
        Ok(())
    }

    async fn delete(&self, task: &Task<'_>) -> Result<()> {
        task.call(async || {
            let call = task.aws.logs.delete_log_group().log_group_name(&self.name);
            gone(task.aws.call("logs", "DeleteLogGroup", call.send()).await)
        })
        .await
    }
}

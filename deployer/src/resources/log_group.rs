//! The function's log group, made before the function so that it has a retention from the first line on.

use crate::apply::Task;
use crate::aws::{Aws, Created, gone, present};
use crate::error::Result;
use crate::names::{Account, Names, OWNER_TAG};
use crate::resource::{Difference, Differences, Kind, Resource};

#[derive(Debug, Clone, PartialEq)]
pub struct LogGroup {
    pub name: String,
    pub owner: Option<String>,
    /// `None` is "never expires", as a group is made by default.
    pub retention_days: Option<u32>,
    /// The account-level policy whose days these are, if there is one. Seen, never managed: it outdoes whatever
    /// retention the group itself has, and hides it.
    pub account_policy: Option<String>,
}

impl LogGroup {
    /// The owner is not part of the answer; see [`read_owner`](Self::read_owner).
    pub async fn read(aws: &Aws, names: &Names) -> Result<Option<Self>> {
        let name = names.log_group();
        let call = aws.logs.describe_log_groups().log_group_name_prefix(&name);
        let answer = aws.call("logs", "DescribeLogGroups", call.send()).await?;
        // Asked by prefix, in alphabetical order: the exact name comes first, if it is there at all.
        let group = answer.log_groups().iter().find(|group| group.log_group_name() == Some(&name));
        Ok(group.map(|group| Self {
            name,
            owner: None,
            retention_days: group.retention_in_days().and_then(|days| u32::try_from(days).ok()),
            account_policy: group.retention_policy_name().map(str::to_owned),
        }))
    }

    pub async fn read_owner(&self, aws: &Aws, account: &Account) -> Result<Option<String>> {
        let call = aws.logs.list_tags_for_resource().resource_arn(account.log_group(&self.name));
        let answer = present(aws.call("logs", "ListTagsForResource", call.send()).await)?;
        Ok(answer.and_then(|answer| answer.tags.and_then(|mut tags| tags.remove(OWNER_TAG))))
    }

    /// Whether `self` has another retention than `observed`, as far as that is for us to say.
    fn retention_differs(&self, observed: &Self) -> bool {
        observed.account_policy.is_none() && self.retention_days != observed.retention_days
    }

    async fn put_retention(&self, task: &Task<'_>) -> Result<()> {
        let Some(days) = self.retention_days.and_then(|days| i32::try_from(days).ok()) else { return Ok(()) };
        task.settle(async || {
            let call =
                task.aws.logs.put_retention_policy().log_group_name(&self.name).retention_in_days(days);
            task.aws.call("logs", "PutRetentionPolicy", call.send()).await
        })
        .await?;
        Ok(())
    }
}

impl Resource for LogGroup {
    const KIND: Kind = Kind::LogGroup;
    /// Lambda may have made it first.
    const ADOPTED_SILENTLY: bool = true;

    fn name(&self) -> &str {
        &self.name
    }

    fn owner(&self) -> Option<&str> {
        self.owner.as_deref()
    }

    fn differences(&self, observed: Option<&Self>) -> Vec<Difference> {
        let Self { name: _, owner, retention_days, account_policy: _ } = self;
        let mut differences = Differences::default();
        differences.field("owner", owner, observed.map(|group| &group.owner));
        if observed.is_none_or(|group| self.retention_differs(group)) {
            differences.field("retention_days", retention_days, observed.map(|group| &group.retention_days));
        }
        differences.into_vec()
    }

    async fn create(&self, task: &Task<'_>) -> Result<()> {
        task.settle(async || {
            let call = task
                .aws
                .logs
                .create_log_group()
                .log_group_name(&self.name)
                .tags(OWNER_TAG, &task.names.deployment);
            match task.aws.call("logs", "CreateLogGroup", call.send()).await {
                Err(error) if error.already_exists() => Ok(()),
                other => other.map(|_| ()),
            }
        })
        .await?;
        task.created.add(Created::LogGroup);
        task.turn.pass();
        self.put_retention(task).await
    }

    async fn update(&self, observed: &Self, task: &Task<'_>) -> Result<()> {
        if self.owner != observed.owner {
            let call = task
                .aws
                .logs
                .tag_resource()
                .resource_arn(task.account.log_group(&self.name))
                .tags(OWNER_TAG, &task.names.deployment);
            task.settle(async || task.aws.call("logs", "TagResource", call.clone().send()).await).await?;
        }
        if self.retention_differs(observed) {
            self.put_retention(task).await?;
        }
        Ok(())
    }

    async fn delete(&self, task: &Task<'_>) -> Result<()> {
        task.settle(async || {
            let call = task.aws.logs.delete_log_group().log_group_name(&self.name);
            gone(task.aws.call("logs", "DeleteLogGroup", call.send()).await)
        })
        .await
    }
}

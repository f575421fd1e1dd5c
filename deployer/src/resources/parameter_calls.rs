//! Parameter Store's calls, for plain parameters and for secrets.

use aws_sdk_ssm::operation::put_parameter::builders::PutParameterFluentBuilder;
use aws_sdk_ssm::types::{ParameterTier, ParameterType, ResourceTypeForTagging, Tag};
use futures_util::future::try_join_all;

use crate::aws::{Aws, CallError, Created, Existence, Meaning, Wait, gone, present};
use crate::error::{Context, Error, Result};
use crate::names::OWNER_TAG;
use crate::resource::Task;
use crate::retry::{Attempt, SHORT_BUDGET, keep_reading, keep_trying};

/// How many names fit into one call.
const MAX_NAMES: usize = 10;

/// Read one value by name. `GetParameters` would save a call, but not a round trip, and needs an additional permission.
pub(super) async fn value(aws: &Aws, name: &str, decrypt: bool) -> Result<Option<String>, CallError> {
    let call = aws.ssm.get_parameter().name(name).with_decryption(decrypt);
    let answer = keep_reading(async || present(aws.call("ssm", "GetParameter", call.clone().send()).await));
    Ok(answer.await?.map(|answer| answer.parameter.and_then(|parameter| parameter.value).unwrap_or_default()))
}

pub(super) async fn owner(aws: &Aws, name: &str) -> Result<Option<String>, CallError> {
    let call =
        aws.ssm.list_tags_for_resource().resource_type(ResourceTypeForTagging::Parameter).resource_id(name);
    let answer =
        keep_reading(async || present(aws.call("ssm", "ListTagsForResource", call.clone().send()).await));
    Ok(answer.await?.and_then(|answer| {
        answer.tag_list().iter().find(|tag| tag.key() == OWNER_TAG).map(|tag| tag.value().to_owned())
    }))
}

/// Read the owner from the value: the function may not set tags, so a parameter that it recreated has the deployment's
/// name in its value.
pub(super) fn written_by(value: &str) -> Option<String> {
    let state: serde_json::Value = serde_json::from_str(value).ok()?;
    state.get("deployment")?.as_str().map(str::to_owned)
}

fn owner_tag(owner: &str) -> Result<Tag> {
    Tag::builder().key(OWNER_TAG).value(owner).build().context(|| "could not create a tag")
}

/// The result of creating a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Creation {
    /// It was created with the given value.
    Now,
    /// It already existed, is ours, and keeps its value.
    Before,
}

/// Create it with our tag.
pub(super) async fn create(
    task: &Task<'_>,
    name: &str,
    kind: ParameterType,
    value: &str,
) -> Result<Creation> {
    let tag = owner_tag(task.deployment)?;
    // "Already exists" may be our own success whose answer was lost, or the function was faster, or it was
    // deleted moments ago and its name is not free yet. A read distinguishes the first two cases from the last.
    let mut slot = task.pace.slot(task.progress).await?;
    let existing = keep_trying(task.progress, SHORT_BUDGET, async || {
        slot.next().await;
        let put = put(task, name, kind.clone(), value).tags(tag.clone());
        let Err(error) = task.aws.call("ssm", "PutParameter", put.send()).await else {
            return Attempt::Done(None);
        };
        if error.meaning(Existence::Known) != Meaning::Exists {
            return Attempt::after(error, Existence::Known);
        }
        let get = task.aws.ssm.get_parameter().name(name);
        match present(task.aws.call("ssm", "GetParameter", get.send()).await) {
            Ok(Some(answer)) => {
                Attempt::Done(Some(answer.parameter.and_then(|existing| existing.value).unwrap_or_default()))
            }
            Ok(None) => Attempt::NotYet { waiting_for: Wait::ParameterName.text(), refusal: error.into() },
            Err(error) => Attempt::after(error, Existence::Known),
        }
    })
    .await?;
    task.has_created(Created::Parameter, name);
    let Some(existing) = existing else { return Ok(Creation::Now) };
    let owner = owner(task.aws, name).await?.or_else(|| written_by(&existing));
    if owner.as_deref() != Some(task.deployment) {
        return Err(Error::new("another program has created it in the meantime")
            .hint("choose another `parameter` in [state], or `plexmon-deploy up --adopt` to take it over"));
    }
    claim(task, name).await?;
    Ok(Creation::Before)
}

/// Overwrite the value.
pub(super) async fn overwrite(task: &Task<'_>, name: &str, kind: ParameterType, value: &str) -> Result<()> {
    let mut slot = task.pace.slot(task.progress).await?;
    task.call(async || {
        slot.next().await;
        let put = put(task, name, kind.clone(), value).overwrite(true);
        task.aws.call("ssm", "PutParameter", put.send()).await
    })
    .await?;
    Ok(())
}

/// Write in the standard tier: the account's default may be one that costs money.
fn put(task: &Task<'_>, name: &str, kind: ParameterType, value: &str) -> PutParameterFluentBuilder {
    task.aws.ssm.put_parameter().name(name).r#type(kind).tier(ParameterTier::Standard).value(value)
}

/// Set our tag.
pub(super) async fn claim(task: &Task<'_>, name: &str) -> Result<()> {
    let tag = owner_tag(task.deployment)?;
    let mut slot = task.pace.slot(task.progress).await?;
    task.call(async || {
        slot.next().await;
        let call = task
            .aws
            .ssm
            .add_tags_to_resource()
            .resource_type(ResourceTypeForTagging::Parameter)
            .resource_id(name)
            .tags(tag.clone());
        task.aws.call("ssm", "AddTagsToResource", call.send()).await
    })
    .await?;
    Ok(())
}

/// Delete a parameter together with all others that the plan deletes at the same time.
pub(super) async fn delete(task: &Task<'_>, name: &str) -> Result<()> {
    let group = task.parameters.group(&task.aws.region, name);
    let group = group.ok_or_else(|| Error::new(format!("`{name}` is not in the plan")))?;
    group.outcome.get_or_init(|| delete_all(&group.names, task)).await.clone()
}

async fn delete_all(names: &[String], task: &Task<'_>) -> Result<()> {
    try_join_all(names.chunks(MAX_NAMES).map(async |names| match names {
        [name] => delete_one(name, task).await,
        names => delete_together(names, task).await,
    }))
    .await?;
    Ok(())
}

/// Delete several parameters in one call. AWS reports names that do not exist, without an error.
async fn delete_together(names: &[String], task: &Task<'_>) -> Result<()> {
    let mut slot = task.pace.slot(task.progress).await?;
    let is_allowed = task.call(async || {
        slot.next().await;
        let call = task.aws.ssm.delete_parameters().set_names(Some(names.to_vec()));
        match task.aws.call("ssm", "DeleteParameters", call.send()).await {
            Err(error) if error.is_denied() => Ok(false),
            other => other.map(|_| true),
        }
    });
    // The permission is separate, and has to cover all of the names.
    if !is_allowed.await? {
        try_join_all(names.iter().map(|name| delete_one(name, task))).await?;
    }
    Ok(())
}

async fn delete_one(name: &str, task: &Task<'_>) -> Result<()> {
    let mut slot = task.pace.slot(task.progress).await?;
    task.call(async || {
        slot.next().await;
        gone(task.aws.call("ssm", "DeleteParameter", task.aws.ssm.delete_parameter().name(name).send()).await)
    })
    .await
}

//! The state parameter. Its value belongs to the function; we only see to it that it is there and ours.

use aws_sdk_ssm::operation::put_parameter::builders::PutParameterFluentBuilder;
use aws_sdk_ssm::types::{ParameterTier, ParameterType, ResourceTypeForTagging, Tag};
use futures_util::future::try_join_all;
use plexmon_function::parts::{MAX_PARTS, parameter as part_name};
use plexmon_function::secrets::Secrets;
use plexmon_function::state::State;

use super::secret::{Content, Secret};
use crate::apply::Task;
use crate::aws::{Aws, CallError, present};
use crate::error::{Context, Error, Result};
use crate::names::{Names, OWNER_TAG, secrets_parameter};
use crate::resource::{Difference, Differences, Kind, Resource};
use crate::retry::{SHORT_BUDGET, keep_calling, transient};
use crate::stack::Decrypt;

/// What a monitor that has not run yet knows.
const UNKNOWN: &str = r#"{"status":"unknown","ts":0}"#;

#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    pub name: String,
    pub owner: Option<String>,
}

/// State and secret.
pub struct Parameters {
    pub state: Option<Parameter>,
    pub state_value: Option<String>,
    pub secrets: Option<Secret>,
}

/// Asks by name, one by one: `GetParameters` would save a call, but not a round, and needs a right of its own.
pub async fn read(aws: &Aws, names: &Names, decrypt: Decrypt) -> Result<Parameters> {
    let (state_name, secrets_name) = (&names.state_parameter, names.secrets_parameter());
    let (state_value, secrets_value, state_owner, secrets_owner) = tokio::join!(
        value(aws, state_name, false),
        value(aws, &secrets_name, decrypt != Decrypt::No),
        owner(aws, state_name),
        owner(aws, &secrets_name),
    );
    let (state_value, state_owner, secrets_owner) = (state_value?, state_owner?, secrets_owner?);
    let state = state_value.as_ref().map(|value| Parameter {
        name: state_name.clone(),
        owner: state_owner.or_else(|| written_by(value)),
    });
    let content = match secrets_value {
        Ok(value) => value.map(|value| match serde_json::from_str::<Secrets>(&value) {
            Ok(secrets) if decrypt != Decrypt::No => Content::of(&secrets),
            _ => Content::Unread,
        }),
        // Who may only look need not see the secret; that it is there shows in its tags.
        Err(error) if error.is_denied() && decrypt != Decrypt::Yes => {
            secrets_owner.is_some().then_some(Content::Denied)
        }
        Err(error) => return Err(error.into()),
    };
    let secrets = content.map(|content| Secret { name: secrets_name, owner: secrets_owner, content });
    Ok(Parameters { state, state_value, secrets })
}

/// Those of `names` that exist.
pub async fn read_each(aws: &Aws, names: &[String]) -> Result<Vec<Parameter>> {
    let found = read_values(aws, names).await?;
    Ok(found.into_iter().map(|(parameter, _)| parameter).collect())
}

/// Those of `names` that exist, with what they hold.
pub async fn read_values(aws: &Aws, names: &[String]) -> Result<Vec<(Parameter, String)>> {
    let found = try_join_all(names.iter().map(|name| read_one(aws, name))).await?;
    Ok(found.into_iter().flatten().collect())
}

/// What is left of an earlier name: the state, all of its parts, and its secrets.
pub async fn read_old(aws: &Aws, state_parameter: &str) -> Result<Vec<Parameter>> {
    let parts = value(aws, state_parameter, false).await?.map_or(1, |state| parts_of(&state).max(1));
    let names = (0..parts).map(|part| part_name(state_parameter, part));
    read_each(aws, &names.chain([secrets_parameter(state_parameter)]).collect::<Vec<_>>()).await
}

/// In how many parameters this state is kept.
pub fn parts_of(state: &str) -> usize {
    State::parse(state).map_or(0, |state| state.parts.min(MAX_PARTS))
}

async fn read_one(aws: &Aws, name: &str) -> Result<Option<(Parameter, String)>> {
    let (value, owner) = tokio::join!(value(aws, name, false), owner(aws, name));
    let Some(value) = value? else { return Ok(None) };
    let parameter = Parameter { name: name.to_owned(), owner: owner?.or_else(|| written_by(&value)) };
    Ok(Some((parameter, value)))
}

async fn value(aws: &Aws, name: &str, decrypt: bool) -> Result<Option<String>, CallError> {
    let call = aws.ssm.get_parameter().name(name).with_decryption(decrypt);
    let answer = present(aws.call("ssm", "GetParameter", call.send()).await)?;
    Ok(answer.map(|answer| answer.parameter.and_then(|parameter| parameter.value).unwrap_or_default()))
}

async fn owner(aws: &Aws, name: &str) -> Result<Option<String>, CallError> {
    let call =
        aws.ssm.list_tags_for_resource().resource_type(ResourceTypeForTagging::Parameter).resource_id(name);
    let answer = present(aws.call("ssm", "ListTagsForResource", call.send()).await)?;
    Ok(answer.and_then(|answer| {
        answer.tag_list().iter().find(|tag| tag.key() == OWNER_TAG).map(|tag| tag.value().to_owned())
    }))
}

/// The function may not set tags; a parameter that it made anew bears the deployment's name in its value.
fn written_by(value: &str) -> Option<String> {
    let state: serde_json::Value = serde_json::from_str(value).ok()?;
    state.get("deployment")?.as_str().map(str::to_owned)
}

fn owner_tag(owner: &str) -> Result<Tag> {
    Tag::builder().key(OWNER_TAG).value(owner).build().context(|| "could not make a tag")
}

/// What became of making a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Made {
    /// It has the value that was given.
    Now,
    /// It was there already, is ours, and has whatever value it had.
    Before,
}

/// Makes it, with our tag on it.
pub(super) async fn create(task: &Task<'_>, name: &str, kind: ParameterType, value: &str) -> Result<Made> {
    let tag = owner_tag(&task.names.deployment)?;
    // Refused as existing, it may be our own success whose answer was lost, or the function was faster, or it was
    // deleted moments ago and its name is not free yet. A read tells the first two from the last.
    let there = keep_calling(task.progress, SHORT_BUDGET, in_transit, async || {
        let put = put(task, name, kind.clone(), value).tags(tag.clone());
        match task.aws.call("ssm", "PutParameter", put.send()).await {
            Err(error) if error.already_exists() => {
                let get = task.aws.ssm.get_parameter().name(name);
                let there = present(task.aws.call("ssm", "GetParameter", get.send()).await)?;
                let there = there.and_then(|answer| answer.parameter).ok_or(error)?;
                Ok(Some(there.value.unwrap_or_default()))
            }
            other => other.map(|_| None),
        }
    })
    .await?;
    let Some(there) = there else { return Ok(Made::Now) };
    let owner = owner(task.aws, name).await?.or_else(|| written_by(&there));
    if owner.as_ref() != Some(&task.names.deployment) {
        return Err(Error::new("somebody else has made it meanwhile")
            .hint("choose another `parameter` in [state], or `plexmon-deploy up --adopt` to take it over"));
    }
    claim(task, name).await?;
    Ok(Made::Before)
}

/// Gives it another value.
pub(super) async fn overwrite(task: &Task<'_>, name: &str, kind: ParameterType, value: &str) -> Result<()> {
    keep_calling(task.progress, SHORT_BUDGET, in_transit, async || {
        let put = put(task, name, kind.clone(), value).overwrite(true);
        task.aws.call("ssm", "PutParameter", put.send()).await
    })
    .await?;
    Ok(())
}

/// In the standard tier: the account's default may be one that costs.
fn put(task: &Task<'_>, name: &str, kind: ParameterType, value: &str) -> PutParameterFluentBuilder {
    task.aws.ssm.put_parameter().name(name).r#type(kind).tier(ParameterTier::Standard).value(value)
}

/// After a deletion, SSM wants half a minute before the name is used again; what it says until then is not documented.
fn in_transit(error: &CallError) -> Option<&'static str> {
    let says = |text: &str| error.message().contains(text);
    if error.already_exists() || says("recently") || says("being deleted") || says("30 seconds") {
        return Some("Parameter Store to release the name after its deletion");
    }
    transient(error)
}

/// Puts our tag on it.
pub(super) async fn claim(task: &Task<'_>, name: &str) -> Result<()> {
    let tag = owner_tag(&task.names.deployment)?;
    task.settle(async || {
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

impl Resource for Parameter {
    const KIND: Kind = Kind::Parameter;

    fn name(&self) -> &str {
        &self.name
    }

    fn owner(&self) -> Option<&str> {
        self.owner.as_deref()
    }

    fn differences(&self, observed: Option<&Self>) -> Vec<Difference> {
        let Self { name: _, owner } = self;
        let mut differences = Differences::default();
        differences.field("owner", owner, observed.map(|parameter| &parameter.owner));
        differences.into_vec()
    }

    async fn create(&self, task: &Task<'_>) -> Result<()> {
        create(task, &self.name, ParameterType::String, UNKNOWN).await.map(|_| ())
    }

    async fn update(&self, _: &Self, task: &Task<'_>) -> Result<()> {
        claim(task, &self.name).await
    }

    async fn delete(&self, task: &Task<'_>) -> Result<()> {
        task.parameters.delete(&self.name, task).await
    }
}

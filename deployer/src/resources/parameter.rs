//! The state parameter. Its value belongs to the function; we only see to it that it is there and ours.

use aws_sdk_ssm::operation::put_parameter::builders::PutParameterFluentBuilder;
use aws_sdk_ssm::types::{ParameterTier, ParameterType, ResourceTypeForTagging, Tag};
use futures_util::future::try_join_all;
use plexmon_function::contract::parts::{MAX_PARTS, parameter as part_name};
use plexmon_function::contract::secrets::Secrets;
use plexmon_function::contract::state::State;

use super::secret::{Content, Secret};
use crate::apply::Task;
use crate::aws::{Aws, CallError, Created, Meaning, Wait, present};
use crate::error::{Context, Error, Result};
use crate::names::{Names, OWNER_TAG, secrets_parameter};
use crate::resource::{Difference, Differences, Kind, Resource};
use crate::retry::{Attempt, SHORT_BUDGET, keep_reading, keep_trying};
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
    let answer = keep_reading(async || present(aws.call("ssm", "GetParameter", call.clone().send()).await));
    Ok(answer.await?.map(|answer| answer.parameter.and_then(|parameter| parameter.value).unwrap_or_default()))
}

async fn owner(aws: &Aws, name: &str) -> Result<Option<String>, CallError> {
    let call =
        aws.ssm.list_tags_for_resource().resource_type(ResourceTypeForTagging::Parameter).resource_id(name);
    let answer =
        keep_reading(async || present(aws.call("ssm", "ListTagsForResource", call.clone().send()).await));
    Ok(answer.await?.and_then(|answer| {
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
    let there = keep_trying(task.progress, SHORT_BUDGET, async || {
        task.pace.next().await;
        let put = put(task, name, kind.clone(), value).tags(tag.clone());
        let Err(error) = task.aws.call("ssm", "PutParameter", put.send()).await else {
            return Attempt::Done(None);
        };
        if error.meaning(false) != Meaning::Exists {
            return Attempt::after(error, false);
        }
        let get = task.aws.ssm.get_parameter().name(name);
        match present(task.aws.call("ssm", "GetParameter", get.send()).await) {
            Ok(Some(answer)) => {
                Attempt::Done(Some(answer.parameter.and_then(|there| there.value).unwrap_or_default()))
            }
            Ok(None) => Attempt::NotYet { waiting_for: Wait::ParameterName.text(), refusal: error.into() },
            Err(error) => Attempt::after(error, false),
        }
    })
    .await?;
    task.created.add(Created::Parameter);
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
    task.settle(async || {
        task.pace.next().await;
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

/// Puts our tag on it.
pub(super) async fn claim(task: &Task<'_>, name: &str) -> Result<()> {
    let tag = owner_tag(&task.names.deployment)?;
    task.settle(async || {
        task.pace.next().await;
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

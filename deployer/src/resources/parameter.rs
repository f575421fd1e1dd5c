//! A parameter of the state, of the history or of the announcements. Its value belongs to the function; we only ensure that it exists and is
//! ours.

use aws_sdk_ssm::types::ParameterType;
use plexmon_function::contract::announcement::Announcements;
use plexmon_function::contract::history;
use plexmon_function::contract::parts::MAX_PARTS;
use plexmon_function::contract::state::State;

use super::parameter_calls::{claim, create, delete, owner, value, written_by};
use crate::aws::{Aws, Created};
use crate::error::Result;
use crate::names::Account;
use crate::names::parameters::{Contents, contents};
use crate::resource::{Actions, Difference, Differences, Resource, ResourceKind, Subject, Task};

pub const ACTIONS: &[Actions] = &[Actions {
    on: Subject::State,
    read: &["ssm:GetParameter", "ssm:ListTagsForResource"],
    write: &["ssm:AddTagsToResource", "ssm:DeleteParameter", "ssm:DeleteParameters", "ssm:PutParameter"],
}];

/// The state of a monitor that has not run yet.
const UNKNOWN: &str = r#"{"status":"unknown","ts":0}"#;

#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    pub name: String,
    pub region: String,
    pub owner: Option<String>,
}

/// Return the number of parameters in which this state is kept.
pub fn parts_of(state: &str) -> usize {
    State::parse(state).map_or(0, |state| state.parts.min(MAX_PARTS))
}

/// Return the number of parameters in which the history is kept, as far as this state says.
pub fn history_of(state: &str) -> usize {
    State::parse(state).ok().and_then(|state| state.history).map_or(0, |history| history.parameters)
}

impl Parameter {
    /// Read a parameter, and its owner from its value alone: a history may have many.
    pub async fn read_value(name: &str, aws: &Aws) -> Result<Option<(Self, String)>> {
        let Some(value) = value(aws, name, false).await? else { return Ok(None) };
        let owner = written_by(&value);
        Ok(Some((Self { name: name.to_owned(), region: aws.region.clone(), owner }, value)))
    }

    /// Return the value of a new one.
    fn first_value(&self, deployment: &str) -> String {
        match contents(&self.name) {
            Contents::History => history::Parameter::new(deployment).encode(history::DAYS as usize),
            Contents::Announcements => Announcements::new(deployment).encode(),
            Contents::State | Contents::Secrets => UNKNOWN.to_owned(),
        }
    }
}

impl Resource for Parameter {
    const KIND: ResourceKind = ResourceKind::Parameter;
    type Query = str;
    /// Its value.
    type Details = String;

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
        vec![(Created::Parameter, &self.name)]
    }

    async fn read(name: &str, aws: &Aws) -> Result<Option<(Self, String)>> {
        let (value, owner) = tokio::join!(value(aws, name, false), owner(aws, name));
        let (value, owner) = (value?, owner?);
        let Some(value) = value else { return Ok(None) };
        let owner = owner.or_else(|| written_by(&value));
        Ok(Some((Self { name: name.to_owned(), region: aws.region.clone(), owner }, value)))
    }

    async fn read_owner(&self, aws: &Aws, _: &Account) -> Result<Option<String>> {
        Ok(owner(aws, &self.name).await?.or_else(|| self.owner.clone()))
    }

    fn differences(&self, observed: Option<&Self>) -> Vec<Difference> {
        let Self { name: _, region: _, owner } = self;
        let mut differences = Differences::default();
        differences.field("owner", owner, observed.map(|parameter| &parameter.owner));
        differences.into_vec()
    }

    async fn create(&self, task: &Task<'_>) -> Result<()> {
        let value = self.first_value(task.deployment);
        create(task, &self.name, ParameterType::String, &value).await.map(|_| ())
    }

    async fn update(&self, _: &Self, task: &Task<'_>) -> Result<()> {
        claim(task, &self.name).await
    }

    async fn delete(&self, task: &Task<'_>) -> Result<()> {
        delete(task, &self.name).await
    }
}

//! The one SecureString. A plan knows of its content only a digest, which is never shown.

use aws_sdk_ssm::types::ParameterType;

use super::parameter::{Made, claim, create, overwrite};
use crate::apply::Task;
use crate::error::{Context, Error, Result};
use crate::resource::{Difference, Differences, Kind, Resource};

#[derive(Debug, Clone, PartialEq)]
pub struct Secret {
    pub name: String,
    pub owner: Option<String>,
    pub content: Content,
}

#[derive(Clone, PartialEq, Eq)]
pub enum Content {
    /// Desired: as it is, since these variables are not set.
    Keep { missing: Vec<String> },
    /// Known here: its SHA-256.
    Digest(String),
    /// Observed: there, but not decrypted or not readable.
    Unread,
    /// Observed: there, but we may not see it. Whether it differs, nobody here can say.
    Denied,
}

impl std::fmt::Debug for Content {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("(hidden)")
    }
}

impl Content {
    fn differs(&self, observed: Option<&Self>) -> bool {
        !matches!(self, Self::Keep { .. }) && observed != Some(&Self::Denied) && Some(self) != observed
    }
}

impl Resource for Secret {
    const KIND: Kind = Kind::Secret;

    fn name(&self) -> &str {
        &self.name
    }

    fn owner(&self) -> Option<&str> {
        self.owner.as_deref()
    }

    fn differences(&self, observed: Option<&Self>) -> Vec<Difference> {
        let Self { name: _, owner, content } = self;
        let mut differences = Differences::default();
        differences.field("owner", owner, observed.map(|secret| &secret.owner));
        if content.differs(observed.map(|secret| &secret.content)) {
            differences.hidden("value", observed.is_some());
        }
        differences.into_vec()
    }

    async fn create(&self, task: &Task<'_>) -> Result<()> {
        let value = value(task)?;
        match create(task, &self.name, ParameterType::SecureString, &value).await? {
            Made::Now => Ok(()),
            Made::Before => overwrite(task, &self.name, ParameterType::SecureString, &value).await,
        }
    }

    async fn update(&self, observed: &Self, task: &Task<'_>) -> Result<()> {
        if self.content.differs(Some(&observed.content)) {
            overwrite(task, &self.name, ParameterType::SecureString, &value(task)?).await?;
        }
        if self.owner != observed.owner {
            claim(task, &self.name).await?;
        }
        Ok(())
    }

    async fn delete(&self, task: &Task<'_>) -> Result<()> {
        task.parameters.delete(&self.name, task).await
    }
}

fn value(task: &Task<'_>) -> Result<String> {
    let secrets =
        task.materials.secrets.as_ref().ok_or_else(|| Error::new("the secret's value is not at hand"))?;
    serde_json::to_string(secrets).context(|| "could not write the secrets as JSON")
}

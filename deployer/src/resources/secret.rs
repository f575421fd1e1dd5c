//! The SecureString with the secrets. A plan knows only a digest of its content, which is never shown.

use aws_sdk_ssm::types::ParameterType;
use plexmon_function::contract::secrets::Secrets;

use super::parameter_calls::{self as calls, Creation, claim, create, overwrite};
use crate::aws::{Aws, Created};
use crate::config::SecretLookup;
use crate::error::{Context, Error, Result};
use crate::resource::{Actions, Blueprint, Difference, Differences, Resource, ResourceKind, Subject, Task};

pub const ACTIONS: &[Actions] = &[Actions {
    on: Subject::Secrets,
    read: &["ssm:ListTagsForResource"],
    write: &[
        "ssm:AddTagsToResource",
        "ssm:DeleteParameter",
        "ssm:DeleteParameters",
        "ssm:GetParameter",
        "ssm:PutParameter",
    ],
}];

/// The actions that a configuration without secrets needs: an earlier one may have left secrets behind.
pub const ACTIONS_WITHOUT_SECRETS: [&str; 2] = ["ssm:DeleteParameter", "ssm:ListTagsForResource"];

#[derive(Debug, Clone, PartialEq)]
pub struct Secret {
    pub name: String,
    pub region: String,
    pub owner: Option<String>,
    pub content: Content,
}

#[derive(Clone, PartialEq, Eq)]
pub enum Content {
    /// Desired: unchanged, because these variables are not set.
    Keep { missing: Vec<String> },
    /// The SHA-256 of its content.
    Digest(String),
    /// Observed: it exists, but was not decrypted or is not readable.
    Unread,
    /// Observed: it exists, but these credentials may not read it. Whether it differs is unknown.
    Denied,
}

/// Whether to decrypt the secret, to compare it with the values that are set.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Decrypt {
    #[default]
    No,
    /// If AWS refuses, the content stays unknown.
    IfAllowed,
    /// If AWS refuses, that is an error.
    Yes,
}

/// How to read a secret.
#[derive(Debug, Clone)]
pub struct SecretQuery {
    pub name: String,
    pub decrypt: Decrypt,
}

impl std::fmt::Debug for Content {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("(hidden)")
    }
}

impl Content {
    fn desired(lookup: &SecretLookup) -> Option<Self> {
        match lookup {
            SecretLookup::NoneConfigured => None,
            SecretLookup::All(secrets) => Some(Self::of(secrets)),
            SecretLookup::Missing(missing) => Some(Self::Keep { missing: missing.clone() }),
        }
    }

    /// Return the digest that represents secrets in a plan.
    pub fn of(secrets: &Secrets) -> Self {
        Self::Digest(crate::artifact::sha256(&serde_json::to_vec(secrets).unwrap_or_default()))
    }

    fn differs(&self, observed: Option<&Self>) -> bool {
        !matches!(self, Self::Keep { .. }) && observed != Some(&Self::Denied) && Some(self) != observed
    }
}

impl Secret {
    /// `None` if the configuration has no secrets.
    pub fn desired(blueprint: &Blueprint<'_>) -> Option<Self> {
        Content::desired(blueprint.secrets).map(|content| Self {
            name: blueprint.names.secrets_parameter(),
            region: blueprint.account.region.clone(),
            owner: blueprint.owner(),
            content,
        })
    }
}

impl Resource for Secret {
    const KIND: ResourceKind = ResourceKind::Secret;
    type Query = SecretQuery;
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
        vec![(Created::Parameter, &self.name)]
    }

    async fn read(query: &SecretQuery, aws: &Aws) -> Result<Option<(Self, ())>> {
        let SecretQuery { name, decrypt } = query;
        let value = calls::value(aws, name, *decrypt != Decrypt::No);
        let (value, owner) = tokio::join!(value, calls::owner(aws, name));
        let owner = owner?;
        let content = match value {
            Ok(value) => value.map(|value| match serde_json::from_str::<Secrets>(&value) {
                Ok(secrets) if *decrypt != Decrypt::No => Content::of(&secrets),
                _ => Content::Unread,
            }),
            // Its tags show that it exists, even if its value may not be read.
            Err(error) if error.is_denied() && *decrypt != Decrypt::Yes => {
                owner.is_some().then_some(Content::Denied)
            }
            Err(error) => return Err(error.into()),
        };
        let secret =
            content.map(|content| Self { name: name.clone(), region: aws.region.clone(), owner, content });
        Ok(secret.map(|secret| (secret, ())))
    }

    fn differences(&self, observed: Option<&Self>) -> Vec<Difference> {
        let Self { name: _, region: _, owner, content } = self;
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
            Creation::Now => Ok(()),
            Creation::Before => overwrite(task, &self.name, ParameterType::SecureString, &value).await,
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
        calls::delete(task, &self.name).await
    }
}

fn value(task: &Task<'_>) -> Result<String> {
    let secrets =
        task.materials.secrets.as_ref().ok_or_else(|| Error::new("the values of the secrets are missing"))?;
    serde_json::to_string(secrets).context(|| "could not write the secrets as JSON")
}

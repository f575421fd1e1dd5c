//! A function URL: the public address of a function, and the two statements in the function's policy without which
//! Lambda refuses every visitor.
//!
//! Each of the three can be missing alone, so each is an `Option`. The address itself is made up by AWS and lasts until
//! the URL is deleted; it is read, and never planned.

use aws_sdk_lambda::types::Cors;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::function::Function;
use super::permission::{Permission, statement};
use super::permission_calls::policy_of;
use crate::aws::{Aws, Created, present};
use crate::error::Result;
use crate::names::{LambdaNames, UrlNames};
use crate::resource::{Actions, Blueprint, Difference, Differences, Resource, ResourceKind, Subject, Task};

/// The calls are allowed for the page alone, so that nobody can publish another function with them. Those about its
/// policy are the same as for a schedule.
pub const ACTIONS: &[Actions] = &[
    Actions {
        on: Subject::Page,
        read: &["lambda:GetFunctionUrlConfig"],
        write: &[
            "lambda:CreateFunctionUrlConfig",
            "lambda:DeleteFunctionUrlConfig",
            "lambda:PutFunctionConcurrency",
            "lambda:UpdateFunctionUrlConfig",
        ],
    },
    Actions { on: Subject::PageAccount, read: &["lambda:GetAccountSettings"], write: &[] },
];

/// The actions that a configuration without a page needs: an earlier one may have left its URL behind.
pub const ACTIONS_WITHOUT_PAGE: [&str; 2] = ["lambda:DeleteFunctionUrlConfig", "lambda:GetFunctionUrlConfig"];

/// Visitors need no credentials.
const NO_AUTH: &str = "NONE";

#[derive(Debug, Clone, PartialEq)]
pub struct FunctionUrl {
    /// The name of its function.
    pub name: String,
    pub region: String,
    /// The owner of its function: a URL has no tags.
    pub owner: Option<String>,
    /// Id of the statement that allows calling the URL.
    pub url_statement: String,
    /// Id of the statement that allows invoking the function through it.
    pub invoke_statement: String,
    /// Missing if only statements are left: Lambda keeps them when the URL is deleted.
    pub url: Option<UrlConfig>,
    pub url_permission: Option<Box<Permission>>,
    pub invoke_permission: Option<Box<Permission>>,
}

/// How a URL answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UrlConfig {
    pub auth: String,
    pub invoke_mode: String,
    /// What Lambda adds to answers for scripts of other sites; nothing, since its headers would replace our own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cors: Option<Value>,
}

/// What a region has.
#[derive(Debug)]
pub struct UrlRead {
    /// The URL, or only statements of one.
    pub url: Option<FunctionUrl>,
    /// Missing without a URL.
    pub address: Option<String>,
    /// Whether Lambda has function URLs there.
    pub is_offered: bool,
}

impl UrlRead {
    pub const MISSING: Self = Self { url: None, address: None, is_offered: true };
}

impl FunctionUrl {
    /// Return the desired URL: public, without streaming, and without CORS.
    pub fn desired(blueprint: &Blueprint<'_>, lambda: &LambdaNames, names: &UrlNames) -> Self {
        Self {
            name: names.function.clone(),
            region: lambda.region.clone(),
            owner: blueprint.owner(),
            url_statement: names.url_statement.clone(),
            invoke_statement: names.invoke_statement.clone(),
            url: Some(UrlConfig { auth: NO_AUTH.to_owned(), invoke_mode: "BUFFERED".to_owned(), cors: None }),
            url_permission: Some(Box::new(Permission::to_call_url())),
            invoke_permission: Some(Box::new(Permission::to_invoke_via_url())),
        }
    }

    /// Whether it is the URL of this function.
    pub fn serves(&self, function: &Function) -> bool {
        self.name == function.name && self.region == function.region
    }

    /// Whether visitors can open it: Lambda refuses them without both statements.
    pub fn is_public(&self) -> bool {
        let is_open = self.url.as_ref().is_some_and(|url| url.auth == NO_AUTH);
        is_open && self.url_permission.is_some() && self.invoke_permission.is_some()
    }

    /// Read the URL and its statements, without the owner.
    pub async fn look(names: &UrlNames, aws: &Aws) -> Result<UrlRead> {
        let function = &names.function;
        let config = aws.lambda.get_function_url_config().function_name(function).send();
        let config = aws.call("lambda", "GetFunctionUrlConfig", config);
        let (config, policy) = tokio::join!(config, policy_of(function, aws));
        if config.as_ref().is_err_and(|error| error.is_not_offered()) {
            return Ok(UrlRead { is_offered: false, ..UrlRead::MISSING });
        }
        let (config, policy) = (present(config)?, policy?);
        let permission = |id: &str| policy.as_deref().and_then(|policy| statement(policy, id)).map(Box::new);
        let address = config.as_ref().map(|config| config.function_url().to_owned());
        let url = Self {
            name: function.clone(),
            region: aws.region.clone(),
            owner: None,
            url_statement: names.url_statement.clone(),
            invoke_statement: names.invoke_statement.clone(),
            url: config.map(|config| UrlConfig {
                auth: config.auth_type().as_str().to_owned(),
                invoke_mode: config.invoke_mode().map_or("BUFFERED", |mode| mode.as_str()).to_owned(),
                cors: config.cors().and_then(cors),
            }),
            url_permission: permission(&names.url_statement),
            invoke_permission: permission(&names.invoke_statement),
        };
        let is_missing = url.url.is_none() && url.url_permission.is_none() && url.invoke_permission.is_none();
        Ok(UrlRead { url: (!is_missing).then_some(url), address, is_offered: true })
    }
}

/// Return the CORS settings that have an effect.
fn cors(cors: &Cors) -> Option<Value> {
    let lists = [
        ("allow_headers", cors.allow_headers()),
        ("allow_methods", cors.allow_methods()),
        ("allow_origins", cors.allow_origins()),
        ("expose_headers", cors.expose_headers()),
    ];
    let lists = lists.into_iter().filter(|(_, list)| !list.is_empty());
    let mut set: Map<String, Value> = lists.map(|(name, list)| (name.to_owned(), json!(list))).collect();
    if cors.allow_credentials() == Some(true) {
        set.insert("allow_credentials".to_owned(), true.into());
    }
    if let Some(seconds) = cors.max_age().filter(|seconds| *seconds != 0) {
        set.insert("max_age_s".to_owned(), seconds.into());
    }
    (!set.is_empty()).then_some(Value::Object(set))
}

impl Resource for FunctionUrl {
    const KIND: ResourceKind = ResourceKind::FunctionUrl;
    type Query = UrlNames;
    /// The address.
    type Details = Option<String>;

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
        vec![(Created::Function, &self.name)]
    }

    async fn read(names: &UrlNames, aws: &Aws) -> Result<Option<(Self, Option<String>)>> {
        let UrlRead { url, address, is_offered: _ } = Self::look(names, aws).await?;
        Ok(url.map(|url| (url, address)))
    }

    fn differences(&self, observed: Option<&Self>) -> Vec<Difference> {
        let Self {
            name: _,
            region: _,
            // It is the function's.
            owner: _,
            url_statement: _,
            invoke_statement: _,
            url,
            url_permission,
            invoke_permission,
        } = self;
        let mut differences = Differences::default();
        match (url, observed.and_then(|observed| observed.url.as_ref())) {
            (Some(url), Some(observed)) => {
                let UrlConfig { auth, invoke_mode, cors } = url;
                differences.field("auth", auth, Some(&observed.auth));
                differences.field("invoke_mode", invoke_mode, Some(&observed.invoke_mode));
                differences.field("cors", cors, Some(&observed.cors));
            }
            _ => differences.field("url", url, observed.map(|observed| &observed.url)),
        }
        let call = observed.map(|observed| &observed.url_permission);
        differences.field("url_permission", url_permission, call);
        let invoke = observed.map(|observed| &observed.invoke_permission);
        differences.field("invoke_permission", invoke_permission, invoke);
        differences.into_vec()
    }

    async fn create(&self, task: &Task<'_>) -> Result<()> {
        let nothing = Self { url: None, url_permission: None, invoke_permission: None, ..self.clone() };
        self.update(&nothing, task).await
    }

    /// Change an existing URL in place: a new one would have another address.
    async fn update(&self, observed: &Self, task: &Task<'_>) -> Result<()> {
        match (&self.url, &observed.url) {
            (Some(url), None) => self.create_url(url, task).await?,
            (Some(url), Some(existing)) if url != existing => self.update_url(url, task).await?,
            _ => {}
        }
        // One after the other: Lambda has been observed to lose statements that are added at the same time.
        let call = (self.of_url(), &self.url_permission, &observed.url_permission);
        let invoke = (self.of_invoke(), &self.invoke_permission, &observed.invoke_permission);
        for (statement, desired, existing) in [call, invoke] {
            if let Some(permission) = desired.as_ref().filter(|_| desired != existing) {
                statement.replace(permission, existing.is_some(), task).await?;
            }
        }
        Ok(())
    }

    async fn delete(&self, task: &Task<'_>) -> Result<()> {
        if self.url.is_some() {
            self.delete_url(task).await?;
        }
        if self.url_permission.is_some() {
            self.of_url().remove(task).await?;
        }
        if self.invoke_permission.is_some() {
            self.of_invoke().remove(task).await?;
        }
        Ok(())
    }
}

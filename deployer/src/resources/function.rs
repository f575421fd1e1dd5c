//! The Lambda function: code, configuration, and how often AWS may try again.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_lambda::operation::get_function::GetFunctionOutput;
use plexmon_function::contract::secrets::SecretValue;
use serde::Serialize;

use super::function_calls as calls;
pub use super::function_calls::one_attempt;
use super::health::Health;
use crate::apply::Task;
use crate::aws::{Aws, present};
use crate::config::Config;
use crate::error::{Error, Result};
use crate::names::{Account, CODE_TAG, INHERITED_STATE_TAG, Names, OWNER_TAG, ROLE_TAG, STATE_TAG, ZIP_TAG};
use crate::resource::{Difference, Differences, Kind, Resource};

/// Static or old-glibc binaries named `bootstrap`.
pub const RUNTIME: &str = "provided.al2023";
pub const HANDLER: &str = "bootstrap";

#[derive(Debug, Clone, PartialEq)]
pub struct Function {
    pub name: String,
    pub owner: Option<String>,
    /// The role's ARN.
    pub role: String,
    pub binding: Binding,
    pub runtime: String,
    pub handler: String,
    pub architecture: String,
    pub memory_mb: i32,
    pub timeout_s: i32,
    /// Names of environment variables; we want none, for anyone who may see the function can read them.
    pub environment: BTreeSet<String>,
    /// Identity of code and settings, as far as what AWS runs is what we uploaded.
    pub code: Option<String>,
    /// The state parameter that it was deployed with.
    pub state: Option<String>,
    /// The same, where it was taken over together with a function that plexmon replaced; it holds as long as the
    /// configuration names none.
    pub inherited_state: Option<String>,
    pub health: Health,
    /// Missing when making the function was interrupted.
    pub retries: Option<Retries>,
}

/// Whether the function was made with the role that now bears the role's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Binding {
    Current,
    /// The role was made anew since, or is gone: Lambda's grants hang on the old one.
    Stale,
    /// The function does not say.
    Unknown,
}

/// What Lambda does after a failed run. A monitor's retry is its next run: a late one would tell old news.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Retries {
    pub attempts: i32,
    pub max_age_s: i32,
}

/// A function, and what else its answer tells.
#[derive(Debug)]
pub struct Found {
    pub function: Function,
    /// The unique id of the role that it says it was made with.
    pub role_id: Option<String>,
    /// What its environment holds. The function that plexmon replaces has its secrets there.
    pub variables: BTreeMap<String, SecretValue>,
}

impl Function {
    pub fn desired(config: &Config, names: &Names, account: &Account, code: String) -> Self {
        let whole = |number: u32| i32::try_from(number).unwrap_or(i32::MAX);
        Self {
            name: names.function().to_owned(),
            owner: Some(names.deployment.clone()),
            role: account.role(&names.role()),
            binding: Binding::Current,
            runtime: RUNTIME.to_owned(),
            handler: HANDLER.to_owned(),
            architecture: config.function.architecture.as_str().to_owned(),
            memory_mb: whole(config.function.memory_mb),
            timeout_s: whole(config.function.timeout_s),
            environment: BTreeSet::new(),
            code: Some(code),
            state: Some(names.state_parameter.clone()),
            inherited_state: names.is_inherited.then(|| names.state_parameter.clone()),
            health: Health::Active,
            retries: Some(Retries { attempts: 0, max_age_s: 60 }),
        }
    }

    pub async fn read(aws: &Aws, names: &Names) -> Result<Option<Found>> {
        let name = names.function();
        let get = aws.call("lambda", "GetFunction", aws.lambda.get_function().function_name(name).send());
        let retries = aws.call(
            "lambda",
            "GetFunctionEventInvokeConfig",
            aws.lambda.get_function_event_invoke_config().function_name(name).send(),
        );
        let (get, retries) = tokio::join!(get, retries);
        let Some(answer) = present(get)? else { return Ok(None) };
        let retries = present(retries)?.map(|config| Retries {
            attempts: config.maximum_retry_attempts().unwrap_or(2),
            max_age_s: config.maximum_event_age_in_seconds().unwrap_or(21_600),
        });
        Self::from_answer(name, &answer, retries).map(Some)
    }

    fn from_answer(name: &str, answer: &GetFunctionOutput, retries: Option<Retries>) -> Result<Found> {
        if let Some(error) = answer.tags_error().filter(|_| answer.tags().is_none()) {
            return Err(Error::new(format!("could not read the tags of function `{name}`"))
                .cause(error.message())
                .hint("the credentials in use need `lambda:ListTags` on this function"));
        }
        let tag = |key: &str| answer.tags().and_then(|tags| tags.get(key)).cloned();
        let configuration = answer.configuration().ok_or_else(|| {
            Error::new(format!("AWS told nothing about the configuration of function `{name}`"))
        })?;
        // What was uploaded behind our back has another hash than the one that we noted down.
        let untouched = tag(ZIP_TAG).as_deref() == configuration.code_sha256();
        let code =
            tag(CODE_TAG).map(|code| if untouched { code } else { "changed by someone else".to_owned() });
        let variables: BTreeMap<String, SecretValue> = configuration
            .environment()
            .and_then(|environment| environment.variables())
            .into_iter()
            .flatten()
            .map(|(name, value)| (name.clone(), SecretValue::new(value)))
            .collect();
        let function = Self {
            name: name.to_owned(),
            owner: tag(OWNER_TAG),
            role: configuration.role().unwrap_or_default().to_owned(),
            binding: Binding::Unknown,
            runtime: configuration.runtime().map(|runtime| runtime.as_str().to_owned()).unwrap_or_default(),
            handler: configuration.handler().unwrap_or_default().to_owned(),
            architecture: configuration
                .architectures()
                .first()
                .map_or("x86_64", |architecture| architecture.as_str())
                .to_owned(),
            memory_mb: configuration.memory_size().unwrap_or(128),
            timeout_s: configuration.timeout().unwrap_or(3),
            environment: variables.keys().cloned().collect(),
            code,
            state: tag(STATE_TAG),
            inherited_state: tag(INHERITED_STATE_TAG),
            health: Health::of(answer),
            retries,
        };
        Ok(Found { function, role_id: tag(ROLE_TAG), variables })
    }

    /// Whether `self` needs an upload to replace `observed`.
    pub fn needs_upload(&self, observed: &Self) -> bool {
        self.code_differs(observed) || observed.health.is_failed()
    }

    fn code_differs(&self, observed: &Self) -> bool {
        self.code != observed.code || self.architecture != observed.architecture
    }

    fn configuration_differs(&self, observed: &Self) -> bool {
        self.role != observed.role
            || self.runtime != observed.runtime
            || self.handler != observed.handler
            || self.memory_mb != observed.memory_mb
            || self.timeout_s != observed.timeout_s
            || self.environment != observed.environment
            || observed.health.is_failed()
    }

    fn inherits(&self, observed: &Self) -> bool {
        self.inherited_state.is_some() && self.inherited_state != observed.inherited_state
    }

    fn tags_differ(&self, observed: &Self) -> bool {
        self.owner != observed.owner
            || self.state != observed.state
            || self.inherits(observed)
            || self.binding != observed.binding
            || self.needs_upload(observed)
    }
}

impl Resource for Function {
    const KIND: Kind = Kind::Function;

    fn name(&self) -> &str {
        &self.name
    }

    fn owner(&self) -> Option<&str> {
        self.owner.as_deref()
    }

    fn differences(&self, observed: Option<&Self>) -> Vec<Difference> {
        let Self {
            name: _,
            owner,
            role,
            binding,
            runtime,
            handler,
            architecture,
            memory_mb,
            timeout_s,
            environment,
            code,
            state,
            inherited_state,
            health,
            retries,
        } = self;
        let mut differences = Differences::default();
        differences.field("owner", owner, observed.map(|function| &function.owner));
        differences.field("role", role, observed.map(|function| &function.role));
        differences.field("role_binding", binding, observed.map(|function| &function.binding));
        differences.field("runtime", runtime, observed.map(|function| &function.runtime));
        differences.field("handler", handler, observed.map(|function| &function.handler));
        differences.field("architecture", architecture, observed.map(|function| &function.architecture));
        differences.field("memory_mb", memory_mb, observed.map(|function| &function.memory_mb));
        differences.field("timeout_s", timeout_s, observed.map(|function| &function.timeout_s));
        differences.field("environment", environment, observed.map(|function| &function.environment));
        differences.field("code", code, observed.map(|function| &function.code));
        differences.field("state_parameter", state, observed.map(|function| &function.state));
        // Once the configuration names a parameter, what was inherited no longer matters.
        if inherited_state.is_some() {
            let there = observed.map(|function| &function.inherited_state);
            differences.field("inherited_state", inherited_state, there);
        }
        // A function that does not exist yet has no health to repair.
        if let Some(there) = observed {
            differences.field("health", health, Some(&there.health));
        }
        differences.field("retries", retries, observed.map(|function| &function.retries));
        differences.into_vec()
    }

    async fn create(&self, task: &Task<'_>) -> Result<()> {
        calls::create(self, task).await?;
        task.turn.pass();
        tokio::try_join!(calls::wait_until_ready(&self.name, task), calls::put_retries(self, task))?;
        Ok(())
    }

    async fn update(&self, observed: &Self, task: &Task<'_>) -> Result<()> {
        calls::revive(&self.name, &observed.health, self.timeout_s, task).await?;
        let upload = self.needs_upload(observed);
        // The environment names the state that is taken over: it is cleared only after a tag names it.
        let inherits = self.inherits(observed);
        if inherits {
            calls::tag(self, upload, task).await?;
        }
        let function = async {
            if upload {
                calls::update_code(self, task).await?;
                calls::wait_until_ready(&self.name, task).await?;
            }
            if self.configuration_differs(observed) {
                calls::update_configuration(self, task).await?;
                calls::wait_until_ready(&self.name, task).await?;
            }
            Ok(())
        };
        // They name the code by its hash: until AWS runs just that, they do not count.
        let tags = async {
            if !inherits && self.tags_differ(observed) {
                calls::tag(self, upload, task).await
            } else {
                Ok(())
            }
        };
        tokio::try_join!(function, tags)?;
        if self.retries != observed.retries {
            calls::put_retries(self, task).await?;
        }
        Ok(())
    }

    async fn delete(&self, task: &Task<'_>) -> Result<()> {
        calls::delete(&self.name, task).await
    }
}

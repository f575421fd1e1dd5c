//! A Lambda function: its code, its configuration, and how often Lambda retries a failed run.

use std::collections::{BTreeMap, BTreeSet};

use plexmon_function::contract::secrets::SecretValue;
use serde::Serialize;

use super::binding::Binding;
use super::concurrency::Concurrency;
use super::health::Health;
use super::logging::Logging;
use crate::account_plan::Day;
use crate::aws::{Aws, Created, present};
use crate::error::Result;
use crate::resource::{Actions, Difference, Differences, Resource, ResourceKind, Subject, Task};

/// `InvokeFunction` is what `invoke`, and the first run of `up`, call.
pub const ACTIONS: &[Actions] = &[Actions {
    on: Subject::Function,
    read: &["lambda:GetFunction", "lambda:GetFunctionEventInvokeConfig", "lambda:ListTags"],
    write: &[
        "lambda:CreateFunction",
        "lambda:DeleteFunction",
        "lambda:DeleteFunctionConcurrency",
        "lambda:GetFunctionConfiguration",
        "lambda:InvokeFunction",
        "lambda:PutFunctionEventInvokeConfig",
        "lambda:TagResource",
        "lambda:UpdateFunctionCode",
        "lambda:UpdateFunctionConfiguration",
    ],
}];

/// The runtime for static or old-glibc binaries named `bootstrap`.
pub const RUNTIME: &str = "provided.al2023";
/// The handlers of the one program.
pub const MONITOR: &str = "monitor";
pub const PAGE: &str = plexmon_function::page::HANDLER;

#[derive(Debug, Clone, PartialEq)]
pub struct Function {
    pub name: String,
    pub region: String,
    pub owner: Option<String>,
    /// The ARN of its role.
    pub role: String,
    pub binding: Binding,
    pub runtime: String,
    pub handler: String,
    pub architecture: String,
    pub memory_mb: i32,
    pub timeout_s: i32,
    /// Names of environment variables; we want none, because anyone with read access to the function can read them.
    pub environment: BTreeSet<String>,
    /// Identity of code and settings, as far as AWS runs what we uploaded.
    pub code: Option<String>,
    /// When AWS closes the account, as the settings beside the code say. It is not part of their identity: AWS decides it,
    /// and it is not always known.
    pub account_closes: Option<Day>,
    /// The SHA-256 of the page's secret path, where it is known without the path itself.
    pub secret_path: Option<String>,
    /// The state parameter with which it was deployed.
    pub state: Option<String>,
    /// The state parameter that was taken over with a function that plexmon replaced. It is used as long as the
    /// configuration names none.
    pub inherited_state: Option<String>,
    pub health: Health,
    /// Missing if the creation of the function was interrupted.
    pub retries: Option<Retries>,
    /// `None` if it is not managed for this kind of function.
    pub concurrency: Option<Concurrency>,
    /// `None` if it is not managed for this kind of function.
    pub logging: Option<Logging>,
}

/// How Lambda retries a failed run. For a monitor, the next run is the retry: a late one would report outdated results.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Retries {
    pub attempts: i32,
    pub max_age_s: i32,
}

/// Additional facts from Lambda's answer.
#[derive(Debug)]
pub struct FunctionDetails {
    /// The unique id of the role with which the function was created, by its tag.
    pub role_id: Option<String>,
    /// The SHA-256 of the zip that AWS runs, in base64.
    pub code_sha256: Option<String>,
    /// The values of its environment. The function that plexmon replaces has its secrets there.
    pub variables: BTreeMap<String, SecretValue>,
}

impl Function {
    /// Set the binding by comparing the id of its role with `tagged`, the id with which it was created.
    #[must_use]
    pub fn bound_to(mut self, tagged: Option<&str>, role_id: Option<&str>) -> Self {
        self.binding = Binding::of(tagged, role_id);
        self
    }

    /// Whether it runs with the role of this name.
    pub fn assumes(&self, role: &str) -> bool {
        self.role.rsplit_once(":role/").is_some_and(|(_, name)| name == role)
    }

    /// Whether `self` needs an upload to replace `observed`.
    pub fn needs_upload(&self, observed: &Self) -> bool {
        self.code_differs(observed) || observed.health.is_failed()
    }

    fn code_differs(&self, observed: &Self) -> bool {
        self.code != observed.code
            || self.architecture != observed.architecture
            || self.account_closes != observed.account_closes
    }

    pub(super) fn configuration_differs(&self, observed: &Self) -> bool {
        self.role != observed.role
            || self.runtime != observed.runtime
            || self.handler != observed.handler
            || self.memory_mb != observed.memory_mb
            || self.timeout_s != observed.timeout_s
            || self.environment != observed.environment
            || self.logging != observed.logging
            || observed.health.is_failed()
    }

    pub(super) fn inherits(&self, observed: &Self) -> bool {
        self.inherited_state.is_some() && self.inherited_state != observed.inherited_state
    }

    pub(super) fn tags_differ(&self, observed: &Self) -> bool {
        self.owner != observed.owner
            || self.state != observed.state
            || self.secret_path != observed.secret_path
            || self.inherits(observed)
            || self.binding != observed.binding
            || self.needs_upload(observed)
    }
}

impl Resource for Function {
    const KIND: ResourceKind = ResourceKind::Function;
    type Query = str;
    type Details = FunctionDetails;

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

    async fn read(name: &str, aws: &Aws) -> Result<Option<(Self, FunctionDetails)>> {
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
        Self::from_answer(name, &aws.region, &answer, retries).map(Some)
    }

    fn differences(&self, observed: Option<&Self>) -> Vec<Difference> {
        let Self {
            name: _,
            region: _,
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
            account_closes,
            secret_path,
            state,
            inherited_state,
            health,
            retries,
            concurrency,
            logging,
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
        let closes = observed.map(|function| &function.account_closes);
        differences.field("account_closes", account_closes, closes);
        let path = observed.and_then(|function| function.secret_path.as_ref());
        differences.hidden_field("secret_path", secret_path.as_ref(), path);
        differences.field("state_parameter", state, observed.map(|function| &function.state));
        // Once the configuration names a parameter, what was inherited no longer matters.
        if inherited_state.is_some() {
            let observed = observed.map(|function| &function.inherited_state);
            differences.field("inherited_state", inherited_state, observed);
        }
        // A function that does not exist yet has no health to repair.
        if let Some(observed) = observed {
            differences.field("health", health, Some(&observed.health));
        }
        differences.field("retries", retries, observed.map(|function| &function.retries));
        differences.field("concurrency", concurrency, observed.map(|function| &function.concurrency));
        differences.field("logging", logging, observed.map(|function| &function.logging));
        differences.into_vec()
    }

    async fn create(&self, task: &Task<'_>) -> Result<()> {
        self.create_function(task).await?;
        task.has_created(Created::Function, &self.name);
        task.turn.mark_effective();
        tokio::try_join!(self.wait_until_ready(task), self.put_retries(task), self.put_concurrency(task))?;
        Ok(())
    }

    async fn update(&self, observed: &Self, task: &Task<'_>) -> Result<()> {
        if self.concurrency != observed.concurrency {
            self.put_concurrency(task).await?;
        }
        self.revive(&observed.health, task).await?;
        let upload = self.needs_upload(observed);
        // The environment names the state that is taken over: it is cleared only after a tag names it.
        let inherits = self.inherits(observed);
        if inherits {
            self.tag(observed, task).await?;
        }
        let function = async {
            if upload {
                self.update_code(task).await?;
                self.wait_until_ready(task).await?;
            }
            if self.configuration_differs(observed) {
                self.update_configuration(task).await?;
                self.wait_until_ready(task).await?;
            }
            Ok(())
        };
        // The tags contain the hash of the code, so they are valid only once AWS runs exactly that code.
        let tags = async {
            if !inherits && self.tags_differ(observed) { self.tag(observed, task).await } else { Ok(()) }
        };
        tokio::try_join!(function, tags)?;
        if self.retries != observed.retries {
            self.put_retries(task).await?;
        }
        Ok(())
    }

    async fn delete(&self, task: &Task<'_>) -> Result<()> {
        self.delete_function(task).await?;
        task.turn.mark_effective();
        self.wait_until_deleted(task).await
    }
}

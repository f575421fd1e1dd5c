//! Convert Lambda's answers to a function.

use std::collections::BTreeMap;

use aws_sdk_lambda::operation::get_function::GetFunctionOutput;
use plexmon_function::contract::secrets::SecretValue;

use super::binding::Binding;
use super::concurrency::Concurrency;
use super::function::{Function, FunctionDetails, Retries};
use super::health::Health;
use super::logging::Logging;
use crate::error::{Error, Result};
use crate::names::{
    CLOSES_TAG, CODE_TAG, INHERITED_STATE_TAG, NO_SECRET_PATH, OWNER_TAG, ROLE_TAG, SECRET_PATH_TAG,
    STATE_TAG, ZIP_TAG,
};

/// Shown as the code of a function whose code was uploaded by another program.
const CHANGED_CODE: &str = "changed outside plexmon";

impl Function {
    pub(super) fn from_answer(
        name: &str,
        region: &str,
        answer: &GetFunctionOutput,
        retries: Option<Retries>,
    ) -> Result<(Self, FunctionDetails)> {
        if let Some(error) = answer.tags_error().filter(|_| answer.tags().is_none()) {
            return Err(Error::new(format!("could not read the tags of function `{name}`"))
                .cause(error.message())
                .hint("the credentials in use need `lambda:ListTags` on this function"));
        }
        let tag = |key: &str| answer.tags().and_then(|tags| tags.get(key)).cloned();
        let configuration = answer
            .configuration()
            .ok_or_else(|| Error::new(format!("AWS returned no configuration of function `{name}`")))?;
        // Code that another program uploaded has a different hash than the one in our tag.
        let untouched = tag(ZIP_TAG).as_deref() == configuration.code_sha256();
        let code = tag(CODE_TAG).map(|code| if untouched { code } else { CHANGED_CODE.to_owned() });
        let variables: BTreeMap<String, SecretValue> = configuration
            .environment()
            .and_then(|environment| environment.variables())
            .into_iter()
            .flatten()
            .map(|(name, value)| (name.clone(), SecretValue::new(value)))
            .collect();
        let reserved =
            answer.concurrency().and_then(|concurrency| concurrency.reserved_concurrent_executions());
        let function = Self {
            name: name.to_owned(),
            region: region.to_owned(),
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
            account_closes: tag(CLOSES_TAG).and_then(|day| day.parse().ok()),
            secret_path: tag(SECRET_PATH_TAG).filter(|digest| digest != NO_SECRET_PATH),
            state: tag(STATE_TAG),
            inherited_state: tag(INHERITED_STATE_TAG),
            health: Health::of(answer),
            retries,
            concurrency: Some(Concurrency::new(reserved)),
            logging: configuration.logging_config().map(Logging::of),
        };
        let code_sha256 = configuration.code_sha256().map(str::to_owned);
        Ok((function, FunctionDetails { role_id: tag(ROLE_TAG), code_sha256, variables }))
    }
}

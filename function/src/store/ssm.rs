//! The store in AWS: parameters in SSM. State and history are Strings, in several parameters if needed; the secrets are
//! one SecureString.
//!
//! The client is built from Lambda's environment variables, over the shared HTTP client: the SDK's own credential
//! providers would add a megabyte and some start-up time.

use std::fmt::Debug;
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_sdk_ssm::Client;
use aws_sdk_ssm::config::{BehaviorVersion, Builder, Region};
use aws_sdk_ssm::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_ssm::operation::get_parameter::GetParameterError;
use aws_sdk_ssm::types::{Parameter, ParameterTier, ParameterType};
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;

use super::{Store, StoreError, Stored};
use crate::contract::history::Place;
use crate::contract::parts::parameter;
use crate::contract::secrets::Secrets;
use crate::http::Http;
use crate::text::single_line;

// A slow SSM must not use up the run's time: failures are reported, and the next run compensates for them.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(2);
const OPERATION_TIMEOUT: Duration = Duration::from_secs(4);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
const ATTEMPTS: u32 = 2;
const BACKOFF: Duration = Duration::from_millis(200);

const MAX_WHY_CHARS: usize = 300;

/// The parameters of one deployment.
#[derive(Debug, Clone)]
pub struct SsmStore {
    client: Client,
    state_parameter: String,
    secrets_parameter: Option<String>,
}

impl SsmStore {
    /// Create a store with region, credentials and endpoint from `env`, under the names that all AWS tools use.
    pub fn from_env(
        http: &Http,
        state_parameter: &str,
        secrets_parameter: Option<&str>,
        env: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, StoreError> {
        let required = |name: &str| {
            env(name).ok_or_else(|| StoreError::new(format!("the environment variable {name} is not set")))
        };
        let credentials = Credentials::new(
            required("AWS_ACCESS_KEY_ID")?,
            required("AWS_SECRET_ACCESS_KEY")?,
            env("AWS_SESSION_TOKEN"),
            None,
            "environment",
        );
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .operation_attempt_timeout(ATTEMPT_TIMEOUT)
            .operation_timeout(OPERATION_TIMEOUT)
            .build();
        let mut config = Builder::new()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(required("AWS_REGION").or_else(|_| required("AWS_DEFAULT_REGION"))?))
            .credentials_provider(credentials)
            .http_client(http.clone())
            .timeout_config(timeouts)
            .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS).with_initial_backoff(BACKOFF));
        config.set_endpoint_url(env("AWS_ENDPOINT_URL_SSM").or_else(|| env("AWS_ENDPOINT_URL")));
        Ok(Self {
            client: Client::from_conf(config.build()),
            state_parameter: state_parameter.to_owned(),
            secrets_parameter: secrets_parameter.map(str::to_owned),
        })
    }
}

impl SsmStore {
    async fn load(&self, name: &str) -> Result<Option<Stored>, StoreError> {
        let found = match self.client.get_parameter().name(name).send().await {
            Ok(found) => found.parameter,
            Err(why) if why.as_service_error().is_some_and(is_missing) => None,
            Err(why) => return Err(describe("ssm:GetParameter", name, &why)),
        };
        let stored =
            |found: Parameter| Some(Stored { version: known_version(found.version), text: found.value? });
        Ok(found.and_then(stored))
    }

    async fn save(&self, name: &str, text: &str) -> Result<Option<u64>, StoreError> {
        let saved = self
            .client
            .put_parameter()
            .name(name)
            .value(text)
            .r#type(ParameterType::String)
            .tier(ParameterTier::Standard)
            .overwrite(true)
            .send()
            .await
            .map_err(|why| describe("ssm:PutParameter", name, &why))?;
        Ok(known_version(saved.version))
    }
}

fn is_missing(why: &GetParameterError) -> bool {
    why.is_parameter_not_found() || why.is_parameter_version_not_found()
}

/// Return the version, unless the store has none: it then returns 0, while versions begin at 1.
fn known_version(version: i64) -> Option<u64> {
    u64::try_from(version).ok().filter(|version| *version > 0)
}

impl Store for SsmStore {
    async fn load_state(&self, part: usize) -> Result<Option<Stored>, StoreError> {
        self.load(&parameter(&self.state_parameter, part)).await
    }

    async fn load_version(&self, part: usize, version: u64) -> Result<Option<Stored>, StoreError> {
        self.load(&format!("{}:{version}", parameter(&self.state_parameter, part))).await
    }

    async fn save_state(&self, part: usize, text: &str) -> Result<Option<u64>, StoreError> {
        self.save(&parameter(&self.state_parameter, part), text).await
    }

    async fn load_history(&self, place: Place) -> Result<Option<Stored>, StoreError> {
        self.load(&place.parameter(&self.state_parameter)).await
    }

    async fn save_history(&self, place: Place, text: &str) -> Result<Option<u64>, StoreError> {
        self.save(&place.parameter(&self.state_parameter), text).await
    }

    async fn load_secrets(&self) -> Result<Secrets, StoreError> {
        let Some(name) = &self.secrets_parameter else { return Ok(Secrets::default()) };
        let found = self.client.get_parameter().name(name).with_decryption(true).send().await;
        let found = found.map_err(|why| describe("ssm:GetParameter", name, &why))?;
        let text = found.parameter.and_then(|parameter| parameter.value).unwrap_or_default();
        // serde_json's message could quote a secret, so only the position is reported.
        serde_json::from_str(&text).map_err(|why| {
            StoreError::new(format!(
                "{name} does not contain valid secrets (line {}, column {})",
                why.line(),
                why.column()
            ))
        })
    }
}

/// Explain an error with AWS's code and message. The SDK's own text is only "service error".
fn describe<E, R>(action: &str, parameter: &str, why: &SdkError<E, R>) -> StoreError
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
    R: Debug,
{
    let reason = match why {
        SdkError::TimeoutError(_) => "no answer in time".to_owned(),
        SdkError::DispatchFailure(failure) if failure.is_timeout() => "no answer in time".to_owned(),
        SdkError::DispatchFailure(_) => "no connection, or an invalid response".to_owned(),
        SdkError::ServiceError(_) => {
            format!("{}: {}", why.code().unwrap_or("refused"), why.message().unwrap_or("no message"))
        }
        _ => "the response is invalid".to_owned(),
    };
    let error =
        StoreError::new(single_line(&format!("{action} of {parameter} failed ({reason})"), MAX_WHY_CHARS));
    if why.code().is_some_and(|code| code.starts_with("AccessDenied")) { error.denied() } else { error }
}

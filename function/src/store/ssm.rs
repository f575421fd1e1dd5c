//! The store in AWS: parameters in SSM. State and history are Strings, in several parameters if needed; the secrets are
//! one SecureString.
//!
//! The client is built from Lambda's environment variables, over the shared HTTP client: the SDK's own credential
//! providers would add a megabyte and some start-up time.

mod client;
mod reader;

use aws_sdk_ssm::Client;
use aws_sdk_ssm::operation::get_parameter::GetParameterError;
use aws_sdk_ssm::types::{Parameter, ParameterTier, ParameterType};

use self::client::{client, describe};
pub use self::reader::{NAMES_A_CALL, ParameterSource, SsmReader};
use super::{Store, StoreError, Stored};
use crate::contract::history::Place;
use crate::contract::parts::parameter;
use crate::contract::secrets::Secrets;
use crate::http::Http;

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
        Ok(Self {
            client: client(http, None, env)?,
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

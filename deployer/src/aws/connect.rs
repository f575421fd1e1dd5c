//! From profile, region and environment to clients.

use std::time::Duration;

use aws_config::meta::region::ProvideRegion;
use aws_config::profile::{ProfileFileCredentialsProvider, ProfileFileRegionProvider};
use aws_config::provider_config::ProviderConfig;
use aws_config::{BehaviorVersion, Region};
use aws_credential_types::Credentials;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;

use super::{Aws, CallLog};
use crate::error::{Context, Error, Result};

/// One attempt of one call, the upload of the function's code included.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(60);

/// How to reach AWS, as far as the user said.
#[derive(Debug, Clone, Default)]
pub struct Connection {
    pub profile: Option<String>,
    pub region: Option<String>,
    /// An emulator of our own: the environment then has no say, neither in the address nor in the keys.
    pub emulator: Option<(String, Credentials)>,
}

impl Connection {
    /// Builds the clients. No call is made yet.
    pub async fn open(self, call_log: CallLog) -> Result<Aws> {
        let Some(region) = self.region().await else {
            return Err(Error::usage("no AWS region was given").hint(
                "name one with --region, `region = \"us-east-1\"` in the configuration, AWS_REGION or the profile",
            ));
        };
        let http_client = http_client()?;
        let mut loader = aws_config::defaults(BehaviorVersion::latest())
            .region(Region::new(region.clone()))
            .http_client(http_client.clone())
            // Never less than the SDK's own three: a new account is throttled soon.
            .retry_config(
                RetryConfig::standard().with_max_attempts(5).with_initial_backoff(Duration::from_millis(200)),
            )
            .timeout_config(TimeoutConfig::builder().operation_attempt_timeout(ATTEMPT_TIMEOUT).build());
        if let Some(profile) = &self.profile {
            // As with the AWS CLI, a profile that is named beats keys in the environment; the SDK has it otherwise.
            let provider = ProviderConfig::without_region()
                .with_region(Some(Region::new(region.clone())))
                .with_http_client(http_client);
            let named =
                ProfileFileCredentialsProvider::builder().configure(&provider).profile_name(profile).build();
            loader = loader.profile_name(profile).credentials_provider(named);
        }
        if let Some((endpoint, credentials)) = &self.emulator {
            loader = loader.endpoint_url(endpoint).credentials_provider(credentials.clone());
        }
        let config = loader.load().await;
        let profile = self.profile.or_else(|| std::env::var("AWS_PROFILE").ok());
        Ok(Aws::new(&config, region, profile, call_log))
    }

    /// The SDK's own chain would go on to ask the metadata service of a cloud machine, which takes seconds at home.
    async fn region(&self) -> Option<String> {
        if let Some(region) = &self.region {
            return Some(region.clone());
        }
        for variable in ["AWS_REGION", "AWS_DEFAULT_REGION"] {
            if let Some(region) = std::env::var(variable).ok().filter(|value| !value.trim().is_empty()) {
                return Some(region.trim().to_owned());
            }
        }
        let mut profile = ProfileFileRegionProvider::builder();
        if let Some(name) = &self.profile {
            profile = profile.profile_name(name);
        }
        profile.build().region().await.map(|region| region.to_string())
    }
}

/// rustls on ring, the system's certificates and, as with every AWS tool, those in `AWS_CA_BUNDLE`.
fn http_client() -> Result<aws_smithy_runtime_api::client::http::SharedHttpClient> {
    let mut trust = TrustStore::default();
    if let Some(path) = std::env::var_os("AWS_CA_BUNDLE").filter(|path| !path.is_empty()) {
        let pem = std::fs::read(&path)
            .context(|| format!("could not read AWS_CA_BUNDLE at `{}`", path.display()))
            .map_err(|error| error.hint("correct the variable or unset it"))?;
        trust.add_pem_certificate(pem);
    }
    let context = TlsContext::builder()
        .with_trust_store(trust)
        .build()
        .context(|| "could not load the certificates for AWS")?;
    Ok(aws_smithy_http_client::Builder::new()
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .tls_context(context)
        .build_https())
}

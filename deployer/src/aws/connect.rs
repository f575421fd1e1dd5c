//! Create the clients from profile, region and environment.

use std::time::Duration;

use aws_config::ecs::EcsCredentialsProvider;
use aws_config::identity::IdentityCache;
use aws_config::imds::credentials::ImdsCredentialsProvider;
use aws_config::meta::credentials::CredentialsProviderChain;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::web_identity_token::WebIdentityTokenCredentialsProvider;
use aws_config::{BehaviorVersion, ConfigLoader, Region};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;

use super::credentials_failure::Explained;
use super::endpoints;
use super::environment::Environment;
use super::http_client::http_client;
use super::profiles::{Profiles, encoded};
use super::proxy::Proxies;
use super::settings::AwsSettings;
use super::source::{Base, CredentialSource, Selected};
use super::trust::Trust;
use super::{Aws, CallLog};
use crate::error::{Error, Result};

/// One attempt of one call, the upload of the function's code included.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(60);

/// The time to get credentials. A `credential_process` may ask its user first.
const CREDENTIALS_TIMEOUT: Duration = Duration::from_secs(120);

/// How to reach AWS, as the user configured it.
#[derive(Debug, Clone, Default)]
pub struct Connection {
    pub profile: Option<String>,
    pub region: Option<String>,
    /// Our own emulator with its credentials. Environment and profiles are then ignored for address, proxy and credentials.
    pub emulator: Option<(String, Credentials)>,
}

impl Connection {
    /// Create the clients, without calling AWS yet.
    pub async fn open(self, call_log: CallLog) -> Result<Aws> {
        let environment = Environment::of_process();
        match self.emulator {
            Some((endpoint, credentials)) => {
                let region = required(self.region)?;
                Ok(emulator(&endpoint, credentials, region, call_log).await)
            }
            None => aws(self.profile.as_deref(), self.region, &environment, call_log).await,
        }
    }
}

async fn emulator(endpoint: &str, credentials: Credentials, region: String, call_log: CallLog) -> Aws {
    let no_files = EnvConfigFiles::builder().with_contents(EnvConfigFileKind::Config, "").build();
    let config = loader(&region)
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .profile_files(no_files)
        .profile_name("default")
        .use_fips(false)
        .use_dual_stack(false)
        .endpoint_url(endpoint)
        .credentials_provider(credentials)
        .load()
        .await;
    Aws::new(&config, region, None, call_log)
}

async fn aws(
    profile: Option<&str>,
    region: Option<String>,
    environment: &Environment,
    call_log: CallLog,
) -> Result<Aws> {
    let profiles = Profiles::read(environment)?;
    let selected = Selected::choose(profile, environment, &profiles)?;
    let settings = AwsSettings { environment, profiles: &profiles, selected: &selected };
    let region = required(choose_region(region, &settings)?)?;
    let source = CredentialSource::of(&profiles, &selected, environment)?;
    endpoints::check(&settings, &source)?;
    let http_client = http_client(&Trust::read(&settings)?, Proxies::read(environment)?)?;
    let provider_config = ProviderConfig::without_region()
        .with_region(Some(Region::new(region.clone())))
        .with_http_client(http_client.clone())
        .with_use_fips(settings.flag("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint"))
        .with_use_dual_stack(settings.flag("AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint"));
    let credentials = Explained {
        inner: provider(&settings, &source, &provider_config),
        source: source.clone(),
        region: region.clone(),
    };
    let config = loader(&region)
        .http_client(http_client)
        .profile_files(profiles.for_sdk())
        .profile_name(encoded(&selected.name))
        .credentials_provider(credentials)
        .identity_cache(IdentityCache::lazy().load_timeout(CREDENTIALS_TIMEOUT).build())
        .load()
        .await;
    let mut aws = Aws::new(&config, region, source.shown(&selected), call_log);
    aws.warnings = source.warnings();
    Ok(aws)
}

fn loader(region: &str) -> ConfigLoader {
    aws_config::defaults(BehaviorVersion::latest())
        .region(Region::new(region.to_owned()))
        // More than the SDK's default of three: a new account is throttled quickly.
        .retry_config(
            RetryConfig::standard().with_max_attempts(5).with_initial_backoff(Duration::from_millis(200)),
        )
        .timeout_config(TimeoutConfig::builder().operation_attempt_timeout(ATTEMPT_TIMEOUT).build())
}

/// The provider that the settings select. The SDK's own chain has a different order than the AWS CLI, and tries the next
/// provider where the CLI reports an error.
fn provider(
    settings: &AwsSettings<'_>,
    source: &CredentialSource,
    config: &ProviderConfig,
) -> SharedCredentialsProvider {
    match &source.base {
        // Without whitespace that was pasted with them.
        Base::EnvironmentKeys => {
            let value = |name| settings.environment.get(name).map(str::to_owned);
            let key = value("AWS_ACCESS_KEY_ID").unwrap_or_default();
            let secret = value("AWS_SECRET_ACCESS_KEY").or(value("SECRET_ACCESS_KEY")).unwrap_or_default();
            let token = value("AWS_SESSION_TOKEN");
            SharedCredentialsProvider::new(Credentials::new(key, secret, token, None, "environment"))
        }
        Base::WebIdentity { profile: None, .. } => SharedCredentialsProvider::new(
            WebIdentityTokenCredentialsProvider::builder().configure(config).build(),
        ),
        Base::Machine { .. } => {
            let container = EcsCredentialsProvider::builder().configure(config).build();
            let machine = ImdsCredentialsProvider::builder().configure(config).build();
            SharedCredentialsProvider::new(
                CredentialsProviderChain::first_try("EcsContainer", container)
                    .or_else("Ec2InstanceMetadata", machine),
            )
        }
        _ => SharedCredentialsProvider::new(
            ProfileFileCredentialsProvider::builder()
                .configure(config)
                .profile_files(settings.profiles.for_sdk())
                .profile_name(encoded(&settings.selected.name))
                .build(),
        ),
    }
}

/// Choose the region. The SDK's own chain would query the metadata service of a cloud machine, which takes seconds at home.
fn choose_region(given: Option<String>, settings: &AwsSettings<'_>) -> Result<Option<String>> {
    if let Some(region) = given {
        return endpoints::region(&region, "--region or the configuration").map(Some);
    }
    let setting = settings.variable("AWS_REGION").or_else(|| settings.get("AWS_DEFAULT_REGION", "region"));
    setting.map(|region| endpoints::region(region.value, &region.named_by)).transpose()
}

fn required(region: Option<String>) -> Result<String> {
    region.ok_or_else(|| {
        Error::usage("no AWS region is set").hint(
            "set one with --region, `region = \"us-east-1\"` in the configuration, AWS_REGION or the profile",
        )
    })
}

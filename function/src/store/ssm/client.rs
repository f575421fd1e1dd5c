//! The client of SSM, and what its errors say.

use std::fmt::Debug;
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_sdk_ssm::Client;
use aws_sdk_ssm::config::{BehaviorVersion, Builder, Region};
use aws_sdk_ssm::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;

use crate::http::Http;
use crate::store::StoreError;
use crate::text::single_line;

// A slow SSM must not use up the run's time: failures are reported, and the next run compensates for them.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(2);
const OPERATION_TIMEOUT: Duration = Duration::from_secs(4);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
const ATTEMPTS: u32 = 2;
const BACKOFF: Duration = Duration::from_millis(200);

const MAX_WHY_CHARS: usize = 300;

/// Create a client with credentials and endpoint from `env`, under the names that all AWS tools use; and with the region
/// from there too, unless it is given.
pub(super) fn client(
    http: &Http,
    region: Option<&str>,
    env: impl Fn(&str) -> Option<String>,
) -> Result<Client, StoreError> {
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
    let region = match region {
        Some(region) => region.to_owned(),
        None => required("AWS_REGION").or_else(|_| required("AWS_DEFAULT_REGION"))?,
    };
    let mut config = Builder::new()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(region))
        .credentials_provider(credentials)
        .http_client(http.clone())
        .timeout_config(timeouts)
        .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS).with_initial_backoff(BACKOFF));
    config.set_endpoint_url(env("AWS_ENDPOINT_URL_SSM").or_else(|| env("AWS_ENDPOINT_URL")));
    Ok(Client::from_conf(config.build()))
}

/// Explain an error with AWS's code and message. The SDK's own text is only "service error".
pub(super) fn describe<E, R>(action: &str, parameter: &str, why: &SdkError<E, R>) -> StoreError
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

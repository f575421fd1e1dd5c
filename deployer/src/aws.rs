//! The AWS clients, and the only place where an SDK error becomes a [`CallError`].

pub mod answer;
mod call_error;
mod causes;
mod connect;
mod connection_problem;
mod credentials_failure;
mod denied;
mod endpoints;
mod environment;
mod http_client;
mod identity;
mod ini;
mod profiles;
mod proxy;
mod settings;
mod source;
mod trust;

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_smithy_types::retry::RetryConfig;

pub use answer::{Created, Existence, Meaning, Wait};
pub use call_error::{CallError, Reason};
pub use connect::Connection;

/// An operation by its IAM name: `iam`, `CreateRole`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Operation {
    pub service: &'static str,
    pub name: &'static str,
}

impl fmt::Display for Operation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.service, self.name)
    }
}

/// Called after each call to AWS.
pub type CallLog = Arc<dyn Fn(Operation, Duration, Option<&CallError>) + Send + Sync>;

/// One client for each service, all of one region; all share connections and credentials.
#[derive(Clone)]
pub struct Aws {
    pub iam: aws_sdk_iam::Client,
    pub lambda: aws_sdk_lambda::Client,
    pub events: aws_sdk_eventbridge::Client,
    pub ssm: aws_sdk_ssm::Client,
    pub logs: aws_sdk_cloudwatchlogs::Client,
    pub sts: aws_sdk_sts::Client,
    pub region: String,
    /// Whether AWS is an emulator on this machine.
    pub is_local: bool,
    /// Whose credentials sign the calls, if a profile is involved: `profile work`, `keys from the environment`.
    pub identity: Option<String>,
    /// Warnings about the credentials.
    pub warnings: Vec<String>,
    config: aws_config::SdkConfig,
    call_log: CallLog,
}

impl fmt::Debug for Aws {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Aws").field("region", &self.region).finish_non_exhaustive()
    }
}

impl Aws {
    /// Create the clients with one configuration.
    pub fn new(
        config: &aws_config::SdkConfig,
        region: String,
        identity: Option<String>,
        call_log: CallLog,
    ) -> Self {
        Self {
            iam: aws_sdk_iam::Client::new(config),
            lambda: aws_sdk_lambda::Client::new(config),
            events: aws_sdk_eventbridge::Client::new(config),
            ssm: aws_sdk_ssm::Client::new(config),
            logs: aws_sdk_cloudwatchlogs::Client::new(config),
            sts: aws_sdk_sts::Client::new(config),
            region,
            is_local: config.endpoint_url().is_some_and(crate::config::is_loopback),
            identity,
            warnings: Vec::new(),
            config: config.clone(),
            call_log,
        }
    }

    /// Return the address of the emulator on this machine, if AWS is one.
    pub fn local_endpoint(&self) -> Option<&str> {
        self.config.endpoint_url().filter(|_| self.is_local)
    }

    /// Return clients with the same connections and credentials in another region.
    #[must_use]
    pub fn in_region(&self, region: &str) -> Self {
        if region == self.region {
            return self.clone();
        }
        let config = self.config.to_builder().region(aws_config::Region::new(region.to_owned())).build();
        Self {
            lambda: aws_sdk_lambda::Client::new(&config),
            events: aws_sdk_eventbridge::Client::new(&config),
            ssm: aws_sdk_ssm::Client::new(&config),
            logs: aws_sdk_cloudwatchlogs::Client::new(&config),
            region: region.to_owned(),
            config,
            // IAM is the same in all regions.
            ..self.clone()
        }
    }

    /// Return a client for the account's plan, which is read in one region of the partition, `home`. Its calls are not
    /// repeated, because nothing depends on them.
    pub fn freetier(&self, home: &'static str) -> aws_sdk_freetier::Client {
        let config = aws_sdk_freetier::config::Builder::from(&self.config)
            .region(aws_config::Region::new(home))
            .retry_config(RetryConfig::disabled());
        aws_sdk_freetier::Client::from_conf(config.build())
    }

    /// Await one call, log it, and convert its error.
    ///
    /// The SDK's futures are large and many of them run concurrently, so each is on the heap and not on a stack of 1 MB.
    pub fn call<'a, T, E>(
        &'a self,
        service: &'static str,
        name: &'static str,
        sent: impl Future<Output = Result<T, SdkError<E, HttpResponse>>> + 'a,
    ) -> Pin<Box<dyn Future<Output = Result<T, CallError>> + 'a>>
    where
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    {
        let operation = Operation { service, name };
        Box::pin(async move {
            let started = Instant::now();
            let result = sent.await.map_err(|error| CallError {
                region: Some(self.region.clone()),
                ..CallError::new(operation, error)
            });
            (self.call_log)(operation, started.elapsed(), result.as_ref().err());
            result
        })
    }
}

/// Return `None` if AWS says that the resource does not exist.
pub fn present<T>(result: Result<T, CallError>) -> Result<Option<T>, CallError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.is_missing() => Ok(None),
        Err(error) => Err(error),
    }
}

/// Count the deletion of a resource that does not exist as a success.
pub fn gone<T>(result: Result<T, CallError>) -> Result<(), CallError> {
    present(result).map(|_| ())
}

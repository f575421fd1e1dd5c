//! The client settings for `Invoke`, which runs a function.

use std::time::Duration;

use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;

/// The time for Lambda to start the function, and for the network.
const MARGIN: Duration = Duration::from_secs(30);
/// The deployed function may have a longer time limit than this configuration.
const SHORTEST_TIMEOUT: Duration = Duration::from_secs(120);

/// For `Invoke`: one attempt that outlasts the function. The SDK's own repetition would start a second run in parallel to
/// the first.
pub fn one_attempt(timeout_s: i32) -> aws_sdk_lambda::config::Builder {
    let run = Duration::from_secs(timeout_s.unsigned_abs().into()) + MARGIN;
    let timeout = TimeoutConfig::builder().operation_attempt_timeout(run.max(SHORTEST_TIMEOUT)).build();
    aws_sdk_lambda::Config::builder().retry_config(RetryConfig::disabled()).timeout_config(timeout)
}

//! What Lambda writes into a function's log, and where.

use aws_sdk_lambda::types::{ApplicationLogLevel, LogFormat, LoggingConfig, SystemLogLevel};
use serde::Serialize;

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Logging {
    pub format: String,
    /// The least severe lines of the function that are kept; `None` with plain text, which is kept whole.
    pub application_level: Option<String>,
    /// The same for the lines of Lambda itself, about the start and end of each run.
    pub system_level: Option<String>,
    pub group: String,
}

impl Logging {
    /// Return the settings of a function that writes nothing as long as it works: one line for each request would cost
    /// more than the requests.
    pub fn warnings(group: &str) -> Self {
        Self {
            format: LogFormat::Json.as_str().to_owned(),
            application_level: Some(ApplicationLogLevel::Warn.as_str().to_owned()),
            system_level: Some(SystemLogLevel::Warn.as_str().to_owned()),
            group: group.to_owned(),
        }
    }

    pub(super) fn of(config: &LoggingConfig) -> Self {
        Self {
            format: config.log_format().map_or("Text", |format| format.as_str()).to_owned(),
            application_level: config.application_log_level().map(|level| level.as_str().to_owned()),
            system_level: config.system_log_level().map(|level| level.as_str().to_owned()),
            group: config.log_group().unwrap_or_default().to_owned(),
        }
    }

    pub(super) fn request(&self) -> LoggingConfig {
        LoggingConfig::builder()
            .log_format(LogFormat::from(self.format.as_str()))
            .set_application_log_level(self.application_level.as_deref().map(Into::into))
            .set_system_log_level(self.system_level.as_deref().map(Into::into))
            .log_group(&self.group)
            .build()
    }
}

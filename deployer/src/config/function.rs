//! `[function]`: the settings of the Lambda function.

use plexmon_function::contract::settings::ChannelSettings;
use serde::{Deserialize, Serialize};

use super::reader::Table;
use crate::error::Result;

/// The time that a run needs besides its probes: to read, save and notify, each with its own short limit.
pub const RESERVED_S: u32 = 15;

/// The retention periods that CloudWatch Logs accepts, in days.
const RETENTION_DAYS: [u32; 22] =
    [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

/// The `[function]` table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionConfig {
    pub architecture: Architecture,
    pub memory_mb: u32,
    pub timeout_s: u32,
    pub log_retention_days: u32,
    /// ARN of the role's permissions boundary.
    pub permissions_boundary: Option<String>,
}

/// The processor that Lambda runs the function on. Never inferred from the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Architecture {
    X86_64,
    Arm64,
}

impl Architecture {
    /// The name that Lambda uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::X86_64 => "x86_64",
            Self::Arm64 => "arm64",
        }
    }
}

/// How long a run may take by default.
const TIMEOUT_S: u32 = 30;

/// The default with a channel for mails or Signal: mail servers delay their greeting on purpose, and a message gets 20 s
/// after two attempts at each target.
const TIMEOUT_IF_SLOW_S: u32 = 45;

/// `[function]`, with the defaults where it sets nothing.
pub fn read(table: Option<Table<'_>>, channels: &[ChannelSettings]) -> Result<FunctionConfig> {
    let is_slow = channels.iter().any(|channel| channel.kind.is_slow());
    let mut function = FunctionConfig {
        architecture: Architecture::X86_64,
        memory_mb: 128,
        timeout_s: if is_slow { TIMEOUT_IF_SLOW_S } else { TIMEOUT_S },
        log_retention_days: 14,
        permissions_boundary: None,
    };
    let Some(table) = table else { return Ok(function) };
    if let Some(value) = table.get("architecture") {
        function.architecture = match value.string()? {
            "x86_64" => Architecture::X86_64,
            "arm64" => Architecture::Arm64,
            other => return Err(value.error(format!("is \"{other}\", but must be \"x86_64\" or \"arm64\""))),
        };
    }
    if let Some(value) = table.get("memory_mb") {
        function.memory_mb = value.integer(128..=10_240)?;
    }
    if let Some(value) = table.get("timeout_s") {
        function.timeout_s = value.integer(RESERVED_S + 1..=900)?;
    }
    if let Some(value) = table.get("log_retention_days") {
        function.log_retention_days = value.integer(1..=3653)?;
        if !RETENTION_DAYS.contains(&function.log_retention_days) {
            let days = RETENTION_DAYS.map(|days| days.to_string()).join(", ");
            return Err(value.error(format!("must be one of {days}")));
        }
    }
    if let Some(value) = table.get("permissions_boundary") {
        let arn = value.string()?;
        if !(arn.starts_with("arn:") && arn.contains(":policy/")) {
            return Err(value.error(
                "must be the ARN of an IAM policy, such as \"arn:aws:iam::123456789012:policy/NAME\"",
            ));
        }
        function.permissions_boundary = Some(arn.to_owned());
    }
    table.finish()?;
    Ok(function)
}

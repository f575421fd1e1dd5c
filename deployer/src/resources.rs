//! One file per kind of resource; each implements [`crate::resource::Resource`]. The calls of larger ones are in a second file.

pub mod binding;
pub mod concurrency;
mod concurrency_calls;
pub mod function;
mod function_answer;
mod function_calls;
mod function_desired;
pub mod function_url;
pub mod function_url_calls;
pub mod health;
pub mod invoke_call;
pub mod log_group;
pub mod logging;
pub mod parameter;
mod parameter_calls;
pub mod permission;
mod permission_calls;
pub mod role;
mod role_calls;
pub mod role_policy;
pub mod role_regions;
pub mod rules;
pub mod schedule;
pub mod schedule_calls;
pub mod secret;

pub use binding::Binding;
pub use concurrency::Concurrency;
pub use function::Function;
pub use function_url::FunctionUrl;
pub use health::Health;
pub use log_group::LogGroup;
pub use logging::Logging;
pub use parameter::Parameter;
pub use permission::Permission;
pub use role::Role;
pub use role_regions::Regions;
pub use schedule::Schedule;
pub use secret::{Content, Decrypt, Secret};

use crate::account_plan;
use crate::resource::Actions;

/// The IAM actions of all resources, and of the account.
pub const ACTIONS: [&[Actions]; 9] = [
    role::ACTIONS,
    function::ACTIONS,
    function_url::ACTIONS,
    schedule::ACTIONS,
    rules::ACTIONS,
    parameter::ACTIONS,
    secret::ACTIONS,
    log_group::ACTIONS,
    account_plan::ACTIONS,
];

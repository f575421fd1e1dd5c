//! One file for each thing that is managed, all of the one shape of [`crate::resource::Resource`].

pub mod function;
mod function_calls;
pub mod health;
pub mod log_group;
pub mod parameter;
pub mod role;
pub mod role_policy;
pub mod rules;
pub mod schedule;
mod schedule_calls;
pub mod secret;

pub use function::{Binding, Function};
pub use health::Health;
pub use log_group::LogGroup;
pub use parameter::Parameter;
pub use role::Role;
pub use schedule::Schedule;
pub use secret::{Content, Secret};

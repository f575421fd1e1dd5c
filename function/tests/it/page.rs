//! The status page: what visitors may know, in every format, and how requests are answered.

mod apps;
mod events;
pub mod examples;
mod feed;
pub mod fixtures;
mod freshness;
mod hidden;
mod hostile;
mod html;
#[cfg(target_os = "linux")]
mod load;
#[cfg(target_os = "linux")]
pub mod past;
mod program;
mod random;
mod reading;
mod requests;
mod secret;
mod ssm;
mod status_json;

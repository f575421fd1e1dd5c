//! The status page: what visitors may know, in every format, and how requests are answered.

mod apps;
mod events;
mod examples;
mod feed;
mod fixtures;
mod freshness;
mod hidden;
mod hostile;
mod html;
mod program;
mod random;
mod reading;
mod requests;
mod secret;
mod ssm;
mod status_json;

//! Support for the tests: the real binary in a clean environment, the emulator that it talks to, stand-ins for a Plex
//! server and a phone, a configuration, and another AWS client.

mod aws;
mod bootstrap;
mod client;
mod deploy;
mod fixture;
mod gate;
pub mod history;
mod machine;
mod parallel;
mod snapshot;
mod webhook_server;

pub use aws::{AwsStandIn, NO_RESPONSE, Request as AwsRequest, refused as refused_by_aws};
pub use bootstrap::{bootstrap, cargo_environment};
pub use client::Caller;
pub use deploy::{Deploy, Ran};
pub use fixture::{
    Fixture, HISTORY, LOG_GROUP, NAME, REGION, ROLE, RULE, SECRETS, STATE, TOKEN, USER, until,
};
pub use gate::Gate;
pub use machine::{cache, emulator, python, runtime};
pub use parallel::in_parallel;
pub use snapshot::filters;
pub(crate) use snapshot::snapshot;
pub use webhook_server::WebhookServer;

//! plexmon's Lambda function: each run probes all targets, compares the results with the state of the previous run, and
//! notifies about changes.
//!
//! # A run
//!
//! [`run`] is one run from start to end: load the state and probe the targets concurrently, decide, save the state with
//! its outbox, send the notifications, save the results. [`decide`] is pure: it gets observations and a state, and
//! returns the next state. Code that does I/O makes no decisions.
//!
//! No change is lost as long as the store accepts writes. A message is repeated only if a run dies, or a response is
//! lost, between the channel's acceptance and the second save; the message then says that it may be a repeat.
//!
//! # Modules
//!
//! - [`contract`]: the formats that both crates and stored states share: settings, secrets, state, notifications, requests
//!   and replies.
//! - [`startup`] reads the settings; [`lambda`] connects Lambda with [`run`], or with [`page`].
//! - [`probe`] probes one target and always returns a [`probe::Observation`], never an error.
//! - [`decide`] derives the next state and the notifications; [`message`] renders notifications as text.
//! - [`notify`] sends messages: one file for each kind of channel. [`heartbeat`] reports each run to a dead man's switch.
//! - [`page`] serves the status page, as a second function of the same program.
//! - [`store`] loads and saves the state and the secrets: in SSM, or in memory for tests.
//! - [`http`] is the HTTP client of channels, heartbeat and SSM, on top of [`connect`]; [`endpoint`] parses their URLs, and
//!   [`unexpected_body`] recognizes responses that are not theirs. [`fetch`] asks public services with it.
//! - [`text`], [`time`], [`local_time`], [`log`] and [`user_agent`] are small helpers.
//!
//! # Where additions go
//!
//! - A channel: a file in [`notify`] with its description and sender, and a variant of
//!   [`contract::settings::ChannelKind`].
//! - A condition of a target: a file in [`probe::condition`].
//! - A firewall or login page that answers instead of the app: an entry in the table of `probe/firewall.rs` or
//!   `probe/login_wall/known.rs`.
//! - A cause of failure: a variant of [`probe::Cause`], which says whether it means down or unknown.
//! - A request of the deployer: a variant of [`contract::request::Request`].
//! - A setting: a field in [`contract::settings`], with a default for the settings of earlier releases.
//! - A preset is the deployer's alone: see `deployer/src/config/preset.rs`.
//!
//! `.github/CONTRIBUTING.md` lists the files of each addition, step by step.

pub mod connect;
pub mod contract;
pub mod decide;
pub mod endpoint;
pub mod fetch;
pub mod heartbeat;
pub mod http;
pub mod lambda;
pub mod local_time;
pub mod log;
pub mod message;
pub mod notify;
pub mod page;
pub mod probe;
pub mod run;
pub mod startup;
pub mod store;
pub mod text;
pub mod time;
pub mod unexpected_body;
pub mod user_agent;

//! plexmon's function: one Lambda run asks every target, remembers what it found, and tells about changes.
//!
//! A run is a straight line, told in [`run`]: load the state and probe the targets at the same time, decide,
//! save, tell, save again. What decides does no I/O ([`decide`]), and what does I/O decides nothing.
//!
//! - [`contract`] is what both crates and the state share: settings, secrets, state, notifications, request, reply.
//! - [`probe`] asks one target and returns an [`probe::Observation`], never an error.
//! - [`notify`] has one file per channel; [`message`] renders notifications.
//! - [`store`] keeps the state and the secrets: in SSM, or in memory for tests. [`secret_cache`] fetches secrets once.
//! - [`heartbeat`] pings somebody after each run, who notices when there are none.
//!
//! The promise: no change is lost while the store takes writes. A message can repeat only when a run dies, or a reply
//! is lost, between the channel's acceptance and the second save; it then says so.

pub mod connect;
pub mod contract;
pub mod decide;
pub mod endpoint;
pub mod heartbeat;
pub mod http;
pub mod log;
pub mod message;
pub mod notify;
pub mod probe;
pub mod run;
pub mod startup;
pub mod store;
pub mod text;
pub mod time;
pub mod unexpected_body;
pub mod user_agent;

//! plexmon's function: one Lambda run asks every target, remembers what it found, and tells about changes.
//!
//! A run is a straight line, told in [`handler`]: load the state and probe the targets at the same time, decide,
//! save, tell, save again. What decides does no I/O ([`decide`]), and what does I/O decides nothing.
//!
//! - [`settings`] and [`secrets`] are what the deployer writes and this crate reads.
//! - [`probe`] asks one target and returns an [`probe::Observation`], never an error.
//! - [`state`] is the JSON that is kept in SSM between runs, in [`parts`] where there is much; [`outbox`] is the part of it that is still to be told.
//! - [`notify`] has one file per channel; [`message`] puts an outbox entry into words.
//! - [`store`] keeps the state and the secrets: in SSM, or in memory for tests. [`vault`] fetches secrets once.
//! - [`heartbeat`] pings somebody after each run, who notices when there are none.
//! - [`reply`] is what an invocation answers.
//!
//! The promise: no change is lost while the store takes writes. A message can repeat only when a run dies, or a reply
//! is lost, between the channel's acceptance and the second save; it then says so.

pub mod connect;
pub mod decide;
pub mod endpoint;
pub mod handler;
pub mod heartbeat;
pub mod http;
pub mod log;
pub mod message;
pub mod notify;
pub mod outbox;
pub mod page;
pub mod parts;
pub mod probe;
pub mod reply;
pub mod secrets;
pub mod settings;
pub mod startup;
pub mod state;
pub mod store;
pub mod text;
pub mod time;
pub mod vault;

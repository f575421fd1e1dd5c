//! The function's tests, in one crate, so that they are linked once.

#![expect(clippy::unwrap_used, clippy::panic, reason = "in a test, a panic is the message")]

#[cfg(target_os = "linux")]
mod browser;
mod certificates;
mod channels;
mod conditions;
mod connect;
mod decide;
mod encodings;
mod end_to_end;
mod faults;
mod fixtures;
mod heartbeat;
mod history;
mod home;
mod hostile;
mod inside;
mod mail_server;
mod page;
mod parsing;
#[cfg(target_os = "linux")]
mod peak_memory;
mod probe;
mod pushover;
mod refusers;
mod run;
mod scale;
mod server;
mod sizes;
mod ssm;
mod startup;
mod state;
mod synapse;
mod time_limits;
mod trust;
mod upgrades;

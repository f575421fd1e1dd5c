//! What both crates and the state share: formats that are written by one release and read by another.
//!
//! - [`settings`] and [`secrets`] are written by the deployer and read by the function.
//! - [`state`] is saved in SSM between runs, in several [`parts`] where it is large; [`notification`] is its outbox.
//! - [`schedule`] is how often it runs.
//! - [`history`] is what has become of the checks of 90 days, in parameters of its own.
//! - [`announcement`] is what the owner announces on the status page.
//! - [`description`] describes what a configuration may contain, for the deployer and the documentation.
//! - [`request`] is what an invocation asks for, [`reply`] what it returns, with each [`problem`] and each [`delivery`].

pub mod announcement;
pub mod delivery;
pub mod description;
pub mod history;
pub mod notification;
pub mod parts;
pub mod problem;
pub mod reply;
pub mod request;
pub mod schedule;
pub mod secrets;
pub mod settings;
pub mod state;

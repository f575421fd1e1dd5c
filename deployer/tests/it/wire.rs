//! The real resources against AWS's own words, at HTTP level and in virtual time.

mod answers;
mod deletion;
mod fake;
mod looking;
mod lost_replies;
mod ownership;
mod permission;
mod refusals;
mod retention;
pub mod rig;
mod rounds;
mod transit;
mod waits;

//! The real resources against AWS's own words, at HTTP level and in virtual time.

mod adoption;
mod answers;
mod deletion;
mod fake;
mod health;
mod in_flight;
mod invoking;
mod just_made;
mod looking;
mod lost_replies;
mod ownership;
mod pace;
mod pausing;
mod permission;
mod recorded;
mod refusals;
mod regions;
mod retention;
pub mod rig;
mod rounds;
mod targets;
mod transit;
mod waits;

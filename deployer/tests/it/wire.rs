//! The real SDK clients against recorded and scripted responses of AWS, at HTTP level and in virtual time.

mod account_plan;
mod adoption;
mod announcements;
pub mod answers;
mod deletion;
mod fake;
mod health;
mod history;
mod in_flight;
mod invoking;
mod just_created;
mod lost_replies;
mod ownership;
mod pace;
mod pausing;
mod permission;
mod reading;
mod recorded;
mod refusals;
mod regions;
mod retention;
pub mod rig;
mod rounds;
mod secret_path;
mod targets;
mod transit;
mod waits;

//! One test crate for the deployer: compiled and linked once, run in parallel.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that fails panics")]

mod cli;
mod config;
mod convergence;
mod cost;
mod docs;
mod embedding;
mod emulator;
mod faults;
mod import;
mod layout;
mod plan;
mod support;
mod wire;
mod workflows;

//! Deploys plexmon to an AWS account, and removes it again.
//!
//! One idea carries it: a [`stack::Stack`] is a plain value. `up` wants a full one, `down` wants an empty
//! one, AWS holds some third, and a [`plan::Plan`] is what lies between. There is no state file.
//!
//! ```text
//! config.toml -> Config -> Stack::desired ┐
//!                                         ├ plan() -> Plan -> shown, asked, applied wave by wave
//! AWS -> observe() -> Stack ──────────────┘
//! ```
//!
//! - [`config`] reads `config.toml` and has every message about it; [`names`] computes every name and ARN.
//! - [`import`] makes a `config.toml` from a home's own Compose and Terraform files.
//! - [`stack`] has the desired stack, the empty one, and the observed one: all reads at once.
//! - [`plan`] compares two stacks. It is pure and not async: its signature is the proof.
//! - [`apply`] runs the steps on a [`apply::Cloud`], which is AWS or, in tests, a stack in memory.
//! - [`resources`] has a file for each managed thing, all of the shape in [`resource`].
//! - [`retry`] is the only place that waits; [`aws`] the only one that knows SDK errors.
//! - [`artifact`] knows what code should run without building it, and builds it when it must be uploaded.
//! - [`commands`] has a short file per command, all of one shape: a [`context::Context`] and options in, an exit code out.
//! - [`invocation`] runs the deployed function, [`local_probe`] probes from this machine.
//! - [`sandbox`] has what the sandbox plays on: a local emulator, a stand-in for Plex and one for Pushover.
//! - [`report`] has events as data, [`terminal`] draws them, [`text`] lays out what commands print, [`print`](mod@print)
//!   writes it.

#![expect(
    missing_docs,
    reason = "a library only for its own binary and tests; what is not obvious is documented"
)]

pub mod apply;
pub mod artifact;
pub mod aws;
pub mod cli;
pub mod commands;
pub mod config;
pub mod context;
pub mod error;
pub mod import;
pub mod interrupt;
pub mod invocation;
pub mod local_probe;
pub mod names;
pub mod output;
pub mod plan;
pub mod print;
pub mod report;
pub mod resource;
pub mod resources;
pub mod retry;
pub mod sandbox;
pub mod session;
pub mod stack;
pub mod terminal;
pub mod text;

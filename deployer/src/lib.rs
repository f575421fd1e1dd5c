//! Deploy plexmon to an AWS account, and remove it again.
//!
//! The central idea: a [`stack::Stack`] is a plain value. `up` wants a full one, `down` wants an empty one, AWS has a
//! third one, and a [`plan::Plan`] is the difference. There is no state file.
//!
//! ```text
//! config.toml -> Config -> Stack::desired ┐
//!                                         ├ plan() -> Plan -> show, ask, apply each step after those that it needs
//! AWS -> observe() -> Stack ──────────────┘
//! ```
//!
//! - [`config`] reads and validates `config.toml`; [`names`] computes every name and ARN.
//! - [`import`] creates a `config.toml` from the Compose, proxy and Terraform files of a home.
//! - [`stack`] has the desired stack, the empty one, and the observed one, which is read concurrently.
//! - [`plan`] compares two stacks. It is pure: it is not async and has no access to AWS.
//! - [`cost`] estimates what a stack costs a month; it is pure as well.
//! - [`apply`] runs the steps on an [`apply::Cloud`], which is AWS or, in tests, a stack in memory.
//! - [`resources`] has one file per kind of resource; each implements the trait in [`resource`].
//! - [`retry`] repeats calls and waits for AWS; [`aws`] is the only module that knows SDK errors.
//! - [`account_plan`] is what AWS says about the account itself: a free plan ends, and the account with it.
//! - [`artifact`] identifies the code that should run without building it, and builds it for an upload.
//! - [`as_function`] runs this program as the Lambda function, for the sandbox.
//! - [`commands`] has a short file for each command, all of one shape: a [`context::Context`] and options in, an exit code out.
//! - [`invocation`] runs the deployed function, [`local_probe`] probes from this machine.
//! - [`announcements`] are the notices on the status page, which this program writes.
//! - [`page_address`] is where the status page is, and [`publication`] what it makes public.
//! - [`history`] is the past of each target, as the function has counted it.
//! - [`sandbox`] provides the environment of the `sandbox` command: a local emulator, and stand-ins for Plex and Pushover.
//! - [`process_group`] ends programs with everything that they have started.
//! - [`files`] writes files completely or not at all.
//! - [`report`] defines progress events, [`terminal`] draws them, [`text`] lays out the output of commands, and
//!   [`print`](mod@print) writes it. [`version`] is what `--version` shows.

#![expect(
    missing_docs,
    reason = "a library only for its own binary and tests; anything that is not obvious is documented"
)]

pub mod account_plan;
pub mod announcements;
pub mod apply;
pub mod artifact;
pub mod as_function;
pub mod aws;
pub mod cli;
pub mod commands;
pub mod config;
pub mod context;
pub mod cost;
pub mod error;
pub mod files;
pub mod history;
pub mod import;
pub mod interrupt;
pub mod invocation;
pub mod local_probe;
pub mod names;
pub mod output;
pub mod page_address;
pub mod page_limits;
pub mod plan;
pub mod print;
pub mod process_group;
pub mod publication;
pub mod report;
pub mod resource;
pub mod resources;
pub mod retry;
pub mod sandbox;
pub mod session;
pub mod stack;
pub mod terminal;
pub mod text;
pub mod version;

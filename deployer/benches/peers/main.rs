//! Compares the deployer with other tools: time, calls, rounds and memory for each verb, against one emulator.
//!
//! ```text
//! cargo bench -p plexmon-deploy --bench peers                     # everything; about a quarter of an hour
//! cargo bench -p plexmon-deploy --bench peers -- --only plexmon-deploy --runs 3
//! ```
//!
//! A proxy in front of the emulator delays each call by 0, 80 or 200 ms and records it. The benchmark needs Linux (it
//! reads memory from `/proc`), Python 3.10, `bash` and `zip` for the shell steps, and `npm` for Claudia; the other
//! tools are installed below the target directory from pinned packages. Tools that cannot be installed or run are
//! skipped, with the reason.
#![cfg_attr(
    target_os = "linux",
    expect(clippy::print_stdout, clippy::print_stderr, reason = "it is a report")
)]

#[cfg(target_os = "linux")]
mod calls;
#[cfg(target_os = "linux")]
mod claudia;
#[cfg(target_os = "linux")]
mod goals;
#[cfg(target_os = "linux")]
mod measure;
#[cfg(target_os = "linux")]
mod others;
#[cfg(target_os = "linux")]
mod ours;
#[cfg(target_os = "linux")]
mod peer;
#[cfg(target_os = "linux")]
mod proxy;
#[cfg(target_os = "linux")]
mod report;
#[cfg(target_os = "linux")]
mod results;
#[cfg(target_os = "linux")]
mod session;
#[cfg(target_os = "linux")]
mod startup;
#[cfg(target_os = "linux")]
mod tools;

/// Errors are part of the report.
#[cfg(target_os = "linux")]
type BenchResult<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

#[cfg(target_os = "linux")]
#[tokio::main]
async fn main() {
    if let Err(error) = session::run().await {
        eprintln!("error: {error}");
    }
}

#[cfg(not(target_os = "linux"))]
fn main() {}

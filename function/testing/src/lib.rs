//! What the tests and benchmarks of both crates share. Both have it as a dev-dependency, so none of it is deployed.
//!
//! - [`rng`] draws test cases from a seed.
//! - [`certificates`] creates certificate authorities and certificates for one test.
//! - [`debian`] provides programs that tests need, such as nginx.
//! - [`browser`] starts a headless Chromium, and checks what it shows.
//! - [`python`] provides those that are on PyPI.
//! - [`generated`] compares the generated parts of the documentation with the code.
//! - [`aws_operation`] names the operation of an AWS request.
//! - [`bench`] starts the function under stand-ins for Lambda and AWS, and measures it.

#![expect(clippy::unwrap_used, clippy::panic, reason = "in a test, a panic is the message")]

pub mod aws_operation;
#[cfg(target_os = "linux")]
pub mod bench;
#[cfg(target_os = "linux")]
pub mod browser;
pub mod certificates;
pub mod debian;
pub mod generated;
pub mod python;
pub mod rng;

//! Starts the function under stand-ins for Lambda, SSM, the target and the channel, and measures it.
//!
//! [`Backends`] are the stand-ins, a [`Subject`] is a program to measure, [`Started`] is a running one.

mod backends;
mod build;
pub mod http;
mod process;
mod runtime;
mod sizes;
mod subject;
mod table;

pub use self::backends::{Backends, Calls, Delays, STATE_PARAMETER};
pub use self::build::{build, run_tool};
pub use self::http::{Request, Server, pause, response};
pub use self::process::{Cost, Process, Started, is_running};
pub use self::sizes::{gzip_size, highest_glibc, size};
pub use self::subject::Subject;
pub use self::table::{print_table, three_digits};

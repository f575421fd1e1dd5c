//! How many runs of a function may take place at the same time.

use serde::{Serialize, Serializer};

use crate::error::Error;

/// What is reserved for a function. A reservation is also a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Concurrency {
    Reserved(i32),
    /// It shares what the account has left, without a limit of its own.
    Unreserved,
}

impl Concurrency {
    pub fn new(reserved: Option<i32>) -> Self {
        reserved.map_or(Self::Unreserved, Self::Reserved)
    }
}

impl Serialize for Concurrency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Reserved(number) => serializer.serialize_i32(*number),
            Self::Unreserved => serializer.serialize_str("unreserved"),
        }
    }
}

/// What to do if the account cannot reserve anything for the status page.
const HINT: &str = "set `region` in [page] to another region, where visitors cannot take runs away from the monitor; or set \
     `concurrency = \"unreserved\"` there to serve the page without a limit";

/// Complete an error that says that the account cannot reserve what the status page shall have.
pub fn cannot_reserve(error: Error, reserved: i32, region: &str) -> Error {
    let runs = if reserved == 1 { "run" } else { "concurrent runs" };
    error
        .context(format!("the account cannot reserve {reserved} {runs} for the status page in {region}"))
        .hint(HINT)
}

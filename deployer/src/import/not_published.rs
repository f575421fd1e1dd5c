//! Containers and host names that are not monitored.

/// A container or host name that is not monitored, with the reason.
#[derive(Debug)]
pub struct NotPublished {
    pub name: String,
    pub reason: String,
}

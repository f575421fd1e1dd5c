//! The role that a function was created with, compared with the one that has the role's name now.

use serde::Serialize;

/// Whether the function was created with the role that has the role's name now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Binding {
    Current,
    /// The role was recreated since, or does not exist: Lambda's grants belong to the previous one.
    Stale,
    /// The function has no tag with the id of its role.
    Unknown,
}

impl Binding {
    /// Compare the id of the role with `tagged`, the id with which the function was created.
    pub fn of(tagged: Option<&str>, role_id: Option<&str>) -> Self {
        match (tagged, role_id) {
            (_, None) => Self::Stale,
            (Some(tagged), Some(id)) if tagged == id => Self::Current,
            (Some(_), Some(_)) => Self::Stale,
            (None, Some(_)) => Self::Unknown,
        }
    }
}

//! Parameters that are deleted together: Parameter Store accepts ten names in one call, and few calls a second.

use tokio::sync::OnceCell;

use crate::error::Result;

/// A plan's deletions of parameters in groups, each with its outcome.
#[derive(Default)]
pub struct Batch(Vec<Group>);

/// Parameters of one region that may be deleted at the same time.
pub struct Group {
    pub region: String,
    pub names: Vec<String>,
    /// The first step makes the call; the others share its outcome.
    pub outcome: OnceCell<Result<()>>,
}

impl Batch {
    /// Create a batch from regions with the names to delete there.
    pub fn new(groups: impl IntoIterator<Item = (String, Vec<String>)>) -> Self {
        let group = |(region, names)| Group { region, names, outcome: OnceCell::new() };
        Self(groups.into_iter().map(group).collect())
    }

    /// Find the group that contains a parameter.
    pub fn group(&self, region: &str, name: &str) -> Option<&Group> {
        self.0.iter().find(|group| group.region == region && group.names.iter().any(|known| known == name))
    }
}

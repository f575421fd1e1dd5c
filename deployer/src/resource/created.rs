//! The resources that this run has created so far. For a while, AWS may answer calls about them with "not found".

use std::collections::BTreeSet;
use std::sync::Mutex;

use crate::aws::Created;

/// The resources that were created, by kind, region and name.
#[derive(Default)]
pub struct CreatedHere(Mutex<BTreeSet<(Created, String, String)>>);

impl CreatedHere {
    /// Record that it was created.
    pub fn add(&self, kind: Created, region: &str, name: &str) {
        if let Ok(mut all) = self.0.lock() {
            all.insert((kind, region.to_owned(), name.to_owned()));
        }
    }

    /// Whether one of these was created.
    pub fn includes(&self, kind: Created, region: &str, names: &[&str]) -> bool {
        self.0.lock().is_ok_and(|all| {
            names.iter().any(|name| all.contains(&(kind, region.to_owned(), (*name).to_owned())))
        })
    }
}

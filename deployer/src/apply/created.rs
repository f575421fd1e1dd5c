//! What this run has created so far: for a while, AWS may answer calls about it with "not found".

use std::sync::Mutex;

use crate::aws::Created;

/// The kinds of resources that were created.
#[derive(Default)]
pub struct CreatedHere(Mutex<Vec<Created>>);

impl CreatedHere {
    /// Notes that one was created.
    pub fn add(&self, created: Created) {
        if let Ok(mut all) = self.0.lock() {
            all.push(created);
        }
    }

    /// Whether a call to this service may be about something that was created.
    pub fn includes(&self, service: &str) -> bool {
        let created = Created::of(service);
        self.0.lock().is_ok_and(|all| created.is_some_and(|created| all.contains(&created)))
    }
}

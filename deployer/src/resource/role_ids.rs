//! The unique ids of roles, which change when a role is recreated under the same name.

use std::collections::BTreeMap;
use std::sync::Mutex;

/// Ids by the role's ARN, recorded when a role is read or created. Each function has that of its own role in a tag.
#[derive(Debug, Default)]
pub struct RoleIds(Mutex<BTreeMap<String, String>>);

impl RoleIds {
    pub fn new(ids: BTreeMap<String, String>) -> Self {
        Self(Mutex::new(ids))
    }

    pub fn set(&self, arn: String, id: String) {
        if let Ok(mut all) = self.0.lock() {
            all.insert(arn, id);
        }
    }

    pub fn get(&self, arn: &str) -> Option<String> {
        self.0.lock().ok().and_then(|all| all.get(arn).cloned())
    }
}

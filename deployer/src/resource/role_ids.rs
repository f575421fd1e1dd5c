//! The unique ids of roles, which change when a role is recreated under the same name.

use std::collections::BTreeMap;
use std::sync::Mutex;

/// Ids by the role's ARN, as they are read or created. Each function remembers that of its own role.
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

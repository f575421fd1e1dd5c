//! Another step that a step waits for, as a plan shows it.

use serde::Serialize;

use super::Action;
use crate::resource::{Blocks, Dependency, ResourceKind, Until};

/// Another step that a step waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Need {
    /// Position of the other step in the plan.
    pub step: usize,
    pub action: Action,
    pub kind: ResourceKind,
    pub name: String,
    pub region: String,
    pub until: Until,
    #[serde(skip_serializing_if = "is_start")]
    pub blocks: Blocks,
}

fn is_start(blocks: &Blocks) -> bool {
    *blocks == Blocks::Start
}

impl Need {
    pub fn dependency(&self) -> Dependency {
        Dependency { step: self.step, until: self.until, blocks: self.blocks }
    }
}

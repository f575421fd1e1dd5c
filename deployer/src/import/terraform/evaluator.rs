//! The state of an evaluation: the definitions of all modules, and a bound on the work.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use hcl::Body;

use super::context::ModuleInstance;
use super::file_system::FileSystem;
use super::folder::{Definition, Definitions, Folders};
use super::value::Unknown;

/// The maximum depth of nested expressions, including those behind references.
const MAX_DEPTH: usize = 150;
/// The maximum number of steps for one set of files, far more than any home needs.
const MAX_STEPS: usize = 1_000_000;
/// The maximum depth of nested modules.
pub const MAX_MODULE_DEPTH: usize = 12;

/// Evaluates expressions. Other modules of this folder add its methods.
pub struct Evaluator<'a> {
    pub folders: &'a Folders,
    pub definitions: BTreeMap<&'a Path, Definitions<'a>>,
    pub files: &'a dyn FileSystem,
    steps: Cell<usize>,
}

impl<'a> Evaluator<'a> {
    pub fn new(folders: &'a Folders, files: &'a dyn FileSystem) -> Self {
        let definitions =
            folders.bodies.iter().map(|(folder, body)| (folder.as_path(), Definitions::of(body))).collect();
        Self { folders, definitions, files, steps: Cell::new(0) }
    }

    /// Count steps, and fail if there were too many.
    pub fn charge(&self, amount: usize, depth: usize) -> Result<(), Rc<Unknown>> {
        let steps = self.steps.get().saturating_add(amount);
        self.steps.set(steps);
        if depth > MAX_DEPTH || steps > MAX_STEPS {
            return Err(Unknown::limit_exceeded("an expression"));
        }
        Ok(())
    }

    /// Return a folder with the lifetime of the whole configuration.
    pub fn folder(&self, path: &Path) -> Option<(&'a Path, &'a Body)> {
        self.folders
            .bodies
            .get_key_value(path)
            .map(|(folder, body): (&PathBuf, &Body)| (folder.as_path(), body))
    }

    pub fn find(&self, instance: &ModuleInstance<'a>, address: &str) -> Option<Definition<'a>> {
        self.definitions.get(instance.folder)?.get(address)
    }
}

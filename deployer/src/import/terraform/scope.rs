//! Where an expression is: in which copy of which module, with which names bound around it.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use hcl::Body;

use super::files::Files;
use super::folder::{Definition, Definitions, Folders, attribute};
use super::inputs::Inputs;
use super::types;
use super::value::{Unknown, Value};
use crate::import::missing::Reason;

/// Expressions within expressions end here, wherever they lead.
const DEEPEST: usize = 150;
/// Work that one set of files may cause in all; far more than any home needs.
const MOST_STEPS: usize = 1_000_000;
/// Modules within modules.
pub const DEEPEST_MODULE: usize = 12;

/// All that is needed to evaluate.
pub struct Scope<'a> {
    pub folders: &'a Folders,
    pub definitions: BTreeMap<&'a Path, Definitions<'a>>,
    pub files: &'a dyn Files,
    steps: Cell<usize>,
}

/// One copy of a module, with its inputs. The folder to start from is one, too.
pub struct Instance<'a> {
    pub folder: &'a Path,
    /// Empty, or `module.tunnel.`: what the addresses in it begin with.
    pub address: String,
    pub root: &'a Path,
    pub depth: usize,
    pub inputs: Inputs<'a>,
    memo: RefCell<BTreeMap<String, Memo>>,
    pub children: RefCell<BTreeMap<String, Rc<Self>>>,
}

enum Memo {
    Running,
    Done(Value),
}

/// Where an expression is: an instance, and names that loops bind.
#[derive(Clone)]
pub struct Place<'a> {
    pub instance: Rc<Instance<'a>>,
    bound: Option<Rc<Bound>>,
    pub depth: usize,
}

struct Bound {
    name: String,
    value: Value,
    outer: Option<Rc<Self>>,
}

impl<'a> Place<'a> {
    pub fn new(instance: &Rc<Instance<'a>>, depth: usize) -> Self {
        Self { instance: instance.clone(), bound: None, depth }
    }

    pub fn with(&self, name: &str, value: Value) -> Self {
        let bound = Bound { name: name.to_owned(), value, outer: self.bound.clone() };
        Self { instance: self.instance.clone(), bound: Some(Rc::new(bound)), depth: self.depth }
    }

    /// With `each.key` and `each.value`, or those of a dynamic block.
    pub fn with_pair(&self, name: &str, key: Value, value: Value) -> Self {
        let pair = [("key".to_owned(), key), ("value".to_owned(), value)];
        self.with(name, pair.into_iter().collect())
    }

    pub fn bound(&self, name: &str) -> Option<Value> {
        let mut bound = self.bound.as_ref();
        while let Some(one) = bound {
            if one.name == name {
                return Some(one.value.clone());
            }
            bound = one.outer.as_ref();
        }
        None
    }

    pub fn deeper(&self) -> Self {
        Self { depth: self.depth + 1, ..self.clone() }
    }
}

impl<'a> Instance<'a> {
    pub fn new(
        folder: &'a Path,
        root: &'a Path,
        address: String,
        depth: usize,
        inputs: Inputs<'a>,
    ) -> Rc<Self> {
        let (memo, children) = Default::default();
        Rc::new(Self { folder, address, root, depth, inputs, memo, children })
    }

    /// Lets go of the modules within, which lead back here by their inputs.
    pub fn forget(&self) {
        let children = self.children.take();
        children.values().for_each(|child| child.forget());
    }
}

impl<'a> Scope<'a> {
    pub fn new(folders: &'a Folders, files: &'a dyn Files) -> Self {
        let definitions =
            folders.bodies.iter().map(|(folder, body)| (folder.as_path(), Definitions::of(body))).collect();
        Self { folders, definitions, files, steps: Cell::new(0) }
    }

    /// Counts work; an error when there was too much of it.
    pub fn charge(&self, amount: usize, depth: usize) -> Result<(), Rc<Unknown>> {
        let steps = self.steps.get().saturating_add(amount);
        self.steps.set(steps);
        if depth > DEEPEST || steps > MOST_STEPS {
            return Err(Unknown::endless("an expression"));
        }
        Ok(())
    }

    /// The folder of the configuration, as long as all the values live.
    pub fn folder(&self, path: &Path) -> Option<(&'a Path, &'a Body)> {
        self.folders
            .bodies
            .get_key_value(path)
            .map(|(folder, body): (&PathBuf, &Body)| (folder.as_path(), body))
    }

    pub fn find(&self, instance: &Instance<'a>, address: &str) -> Option<Definition<'a>> {
        self.definitions.get(instance.folder)?.get(address)
    }

    /// The value of `var.x`, `local.x` or `output.x`, evaluated once.
    pub fn defined(&self, address: &str, place: &Place<'a>) -> Value {
        let instance = &place.instance;
        match instance.memo.borrow().get(address) {
            Some(Memo::Done(value)) => return value.clone(),
            Some(Memo::Running) => return Unknown::endless(address).into(),
            None => {}
        }
        instance.memo.borrow_mut().insert(address.to_owned(), Memo::Running);
        let there = Place::new(instance, place.depth);
        let value = match (address.strip_prefix("var."), self.find(instance, address)) {
            (Some(name), definition) => self.variable(name, definition, &there),
            (None, Some(Definition::Value(expression))) => self.value(expression, &there),
            (None, _) => Unknown::new(address, Reason::Undefined).into(),
        };
        instance.memo.borrow_mut().insert(address.to_owned(), Memo::Done(value.clone()));
        value
    }

    /// What was given for a variable, or its default, as its type has it.
    fn variable(&self, name: &str, definition: Option<Definition<'a>>, there: &Place<'a>) -> Value {
        let body = if let Some(Definition::Block(body)) = definition { Some(body) } else { None };
        let default = body.and_then(|body| attribute(body, "default"));
        let given = there.instance.inputs.get(name, there.instance.folder).map(|given| match given {
            Ok((expression, Some(caller))) => {
                self.value(expression, &Place { depth: there.depth, ..caller.clone() })
            }
            Ok((expression, None)) => self.value(expression, there),
            Err(missing) => missing.into(),
        });
        let nullable = body
            .and_then(|body| attribute(body, "nullable"))
            .is_none_or(|nullable| self.value(nullable, there).into_bool().unwrap_or(true));
        let given = given.filter(|given| nullable || default.is_none() || !matches!(given, Value::Null));
        let value = given.or_else(|| Some(self.value(default?, there)));
        let Some(value) = value else {
            // Only what sets a module up can say it; for the folder to start from, that is its owner.
            return Unknown::new(format!("{}var.{name}", there.instance.address), Reason::Variable).into();
        };
        match body.and_then(|body| attribute(body, "type")) {
            Some(kind) => types::convert(self, value, kind, there),
            None => value,
        }
    }
}

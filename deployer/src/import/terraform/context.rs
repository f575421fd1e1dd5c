//! The context of an expression: the copy of the module that it is in, and the names that loops bind around it.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::rc::Rc;

use hcl::Body;

use super::file::TerraformFile;
use super::value::Value;

/// A copy of a module with its inputs. The root module is one, too.
pub struct ModuleInstance<'a> {
    pub folder: &'a Path,
    /// The prefix of its addresses: empty for the root module, or `module.tunnel.`.
    pub address: String,
    pub root: &'a Path,
    pub depth: usize,
    pub inputs: Inputs<'a>,
    pub memo: RefCell<BTreeMap<String, Memo>>,
    pub children: RefCell<BTreeMap<String, Rc<Self>>>,
}

pub enum Memo {
    Running,
    Done(Value),
}

/// The context of an expression: a module instance, and the names that loops bind.
#[derive(Clone)]
pub struct EvalContext<'a> {
    pub instance: Rc<ModuleInstance<'a>>,
    bound: Option<Rc<Bound>>,
    pub depth: usize,
}

struct Bound {
    name: String,
    value: Value,
    outer: Option<Rc<Self>>,
}

impl<'a> EvalContext<'a> {
    pub fn new(instance: &Rc<ModuleInstance<'a>>, depth: usize) -> Self {
        Self { instance: instance.clone(), bound: None, depth }
    }

    pub fn with(&self, name: &str, value: Value) -> Self {
        let bound = Bound { name: name.to_owned(), value, outer: self.bound.clone() };
        Self { instance: self.instance.clone(), bound: Some(Rc::new(bound)), depth: self.depth }
    }

    /// Bind `each.key` and `each.value`, or those of a dynamic block.
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
        self.at_depth(self.depth + 1)
    }

    pub fn at_depth(&self, depth: usize) -> Self {
        Self { depth, ..self.clone() }
    }
}

impl<'a> ModuleInstance<'a> {
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

    /// Drop the child modules, which refer back here by their inputs.
    pub fn forget(&self) {
        let children = self.children.take();
        children.values().for_each(|child| child.forget());
    }
}

/// The source of a module's variables.
pub enum Inputs<'a> {
    /// For the root module: the files with values, and the folders that have Terraform files.
    Files(&'a [TerraformFile], &'a BTreeSet<&'a Path>),
    /// For a child module: the block that calls it, and the context of that block.
    Call(&'a Body, EvalContext<'a>),
}

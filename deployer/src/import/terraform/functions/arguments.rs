//! The arguments of a function call.

use std::rc::Rc;

use crate::import::terraform::value::{Evaluated, List, Map, Unknown, Value};

/// The name of the function, and its arguments.
pub struct Arguments<'c> {
    pub name: &'c str,
    pub values: Vec<Value>,
}

impl Arguments<'_> {
    /// An error for a call that Terraform would reject.
    pub fn invalid(&self) -> Rc<Unknown> {
        Unknown::invalid(format!("{}()", self.name))
    }

    /// Return a known argument. Its parts may be unknown.
    pub fn value(&self, index: usize) -> Evaluated {
        self.values.get(index).cloned().ok_or_else(|| self.invalid())?.known()
    }

    pub fn text(&self, index: usize) -> Evaluated<Rc<str>> {
        self.value(index)?.into_text()
    }

    pub fn number(&self, index: usize) -> Evaluated<f64> {
        self.value(index)?.into_number()
    }

    pub fn list(&self, index: usize) -> Evaluated<Rc<List>> {
        if let Value::List(list) = self.value(index)? { Ok(list) } else { Err(self.invalid()) }
    }

    pub fn map(&self, index: usize) -> Evaluated<Rc<Map>> {
        if let Value::Map(map) = self.value(index)? { Ok(map) } else { Err(self.invalid()) }
    }

    /// Return a list without unknown elements at its end.
    pub fn complete(&self, index: usize) -> Evaluated<Rc<List>> {
        let list = self.list(index)?;
        match &list.rest {
            Some(missing) => Err(Unknown::new(&missing.what, missing.reason.clone())),
            None => Ok(list),
        }
    }

    /// Return all arguments as numbers, or the elements of a single list.
    pub fn numbers(&self) -> Evaluated<Vec<f64>> {
        let values = match self.values.as_slice() {
            [Value::List(_)] => self.complete(0)?.items.clone(),
            values => values.to_vec(),
        };
        values.into_iter().map(Value::into_number).collect()
    }
}

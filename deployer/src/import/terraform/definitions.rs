//! Values of variables, locals and outputs, each evaluated once.

use super::context::{EvalContext, Memo};
use super::evaluator::Evaluator;
use super::folder::{Definition, attribute};
use super::types;
use super::value::{Unknown, Value};
use crate::import::missing_value::MissingReason;

impl<'a> Evaluator<'a> {
    /// Return the value of `var.x`, `local.x` or `output.x`, which is evaluated once.
    pub fn defined(&self, address: &str, context: &EvalContext<'a>) -> Value {
        let instance = &context.instance;
        match instance.memo.borrow().get(address) {
            Some(Memo::Done(value)) => return value.clone(),
            Some(Memo::Running) => return Unknown::limit_exceeded(address).into(),
            None => {}
        }
        instance.memo.borrow_mut().insert(address.to_owned(), Memo::Running);
        let there = EvalContext::new(instance, context.depth);
        let value = match (address.strip_prefix("var."), self.find(instance, address)) {
            (Some(name), definition) => self.variable(name, definition, &there),
            (None, Some(Definition::Value(expression))) => self.value(expression, &there),
            (None, _) => Unknown::new(address, MissingReason::Undefined).into(),
        };
        instance.memo.borrow_mut().insert(address.to_owned(), Memo::Done(value.clone()));
        value
    }

    /// Return the given value of a variable or its default, converted to its type.
    fn variable(&self, name: &str, definition: Option<Definition<'a>>, there: &EvalContext<'a>) -> Value {
        let body = if let Some(Definition::Block(body)) = definition { Some(body) } else { None };
        let default = body.and_then(|body| attribute(body, "default"));
        let given = there.instance.inputs.get(name, there.instance.folder).map(|given| match given {
            Ok((expression, Some(caller))) => self.value(expression, &caller.at_depth(there.depth)),
            Ok((expression, None)) => self.value(expression, there),
            Err(missing) => missing.into(),
        });
        let nullable = body
            .and_then(|body| attribute(body, "nullable"))
            .is_none_or(|nullable| self.value(nullable, there).into_bool().unwrap_or(true));
        let given = given.filter(|given| nullable || default.is_none() || !matches!(given, Value::Null));
        let value = given.or_else(|| Some(self.value(default?, there)));
        let Some(value) = value else {
            // Its value can only come from the call of the module or, for the root module, from the user.
            return Unknown::new(format!("{}var.{name}", there.instance.address), MissingReason::Variable)
                .into();
        };
        match body.and_then(|body| attribute(body, "type")) {
            Some(kind) => types::convert(self, value, kind, there),
            None => value,
        }
    }
}

//! Evaluates references such as `var.zone` or `module.sonarr["uhd"].hostname`.

use hcl::expr::{Expression, Traversal, TraversalOperator};

use super::context::EvalContext;
use super::evaluator::Evaluator;
use super::functions::relative;
use super::value::{List, Unknown, Value};
use crate::import::missing_value::MissingReason;

impl<'a> Evaluator<'a> {
    pub fn traversal(&self, traversal: &Traversal, context: &EvalContext<'a>) -> Value {
        match &traversal.expr {
            Expression::Variable(root) => self.named(root.as_str(), &traversal.operators, context),
            inner => self.walk(self.value(inner, context), &traversal.operators, context),
        }
    }

    /// Evaluate `var.zone`, `each.value.host`, `cloudflare_access_policy.service.id`.
    pub fn named(&self, root: &str, operators: &[TraversalOperator], context: &EvalContext<'a>) -> Value {
        if let Some(value) = context.bound(root) {
            return self.walk(value, operators, context);
        }
        let names: Vec<&str> = operators.iter().map_while(attribute).collect();
        let written = [&[root], names.as_slice()].concat().join(".");
        match (root, names.as_slice()) {
            ("var" | "local", [name, ..]) => {
                let value = self.defined(&format!("{root}.{name}"), context);
                self.walk(value, &operators[1..], context)
            }
            ("module", [name, ..]) => self.module(name, &operators[1..], context),
            ("path", ["module"]) => Value::from(relative(context.instance.root, context.instance.folder)),
            ("path", ["root" | "cwd"]) => Value::from("."),
            ("terraform", ["workspace"]) => Value::from("default"),
            ("each" | "count" | "self", _) | (_, []) => Unknown::invalid(written).into(),
            ("data", [kind, name, ..]) => {
                self.resource(&format!("data.{kind}.{name}"), &operators[2..], &written, context)
            }
            (kind, [name, ..]) => {
                self.resource(&format!("{kind}.{name}"), &operators[1..], &written, context)
            }
        }
    }

    pub fn walk(&self, value: Value, operators: &[TraversalOperator], context: &EvalContext<'a>) -> Value {
        let Some((operator, rest)) = operators.split_first() else { return value };
        if let Err(exceeded) = self.charge(1, context.depth) {
            return exceeded.into();
        }
        if let Value::Unknown(unknown) = value {
            return unknown.then(|likely| self.walk(likely, operators, context));
        }
        let found = match operator {
            TraversalOperator::GetAttr(name) => value.get(name.as_str()),
            TraversalOperator::AttrSplat => {
                let own = rest.iter().take_while(|operator| attribute(operator).is_some()).count();
                let (inner, rest) = rest.split_at(own);
                return self.walk(self.splat(value, inner, context), rest, context);
            }
            TraversalOperator::FullSplat => return self.splat(value, rest, context),
            TraversalOperator::Index(index) => match self.value(index, context) {
                Value::Unknown(unknown) => {
                    Some(unknown.then(|likely| at(&value, &likely).unwrap_or(Value::Null)))
                }
                index => at(&value, &index),
            },
            TraversalOperator::LegacyIndex(index) => at(&value, &Value::Number(*index as f64)),
        };
        match found {
            Some(found) => self.walk(found, rest, context),
            None => Unknown::invalid(described(operator)).into(),
        }
    }

    /// Apply the rest of the reference to each element.
    fn splat(&self, value: Value, operators: &[TraversalOperator], context: &EvalContext<'a>) -> Value {
        match value {
            Value::Null => Value::list(Vec::new(), None),
            Value::List(list) => {
                let items = list.items.iter().map(|item| self.walk(item.clone(), operators, context));
                Value::list(items.collect(), list.rest.clone())
            }
            Value::Unknown(unknown) => unknown.then(|likely| self.splat(likely, operators, context)),
            single => Value::list(vec![self.walk(single, operators, context)], None),
        }
    }
}

fn attribute(operator: &TraversalOperator) -> Option<&str> {
    if let TraversalOperator::GetAttr(name) = operator { Some(name.as_str()) } else { None }
}

fn described(operator: &TraversalOperator) -> String {
    match operator {
        TraversalOperator::GetAttr(name) => format!(".{name}"),
        _ => "an element".to_owned(),
    }
}

/// Return the element at an index or key.
pub fn at(value: &Value, index: &Value) -> Option<Value> {
    match value {
        Value::List(list) => {
            let index =
                index.clone().into_number().ok().filter(|index| *index >= 0.0 && index.fract() == 0.0)?;
            item(list, index as usize)
        }
        other => other.get(&index.clone().into_text().ok()?),
    }
}

/// Return an element of a list. If the list has unknown elements, so may be this one.
fn item(list: &List, index: usize) -> Option<Value> {
    match (&list.rest, list.items.get(index)) {
        (None, found) => found.cloned(),
        (Some(missing), found) => Some(Value::Unknown(std::rc::Rc::new(Unknown {
            missing: missing.clone(),
            likely: found.cloned().map(Value::likely).filter(|likely| !matches!(likely, Value::Unknown(_))),
        }))),
    }
}

/// Evaluate a reference to a resource that is not in the files.
pub fn external(written: &str, address: &str, prefix: &str) -> Value {
    if written.strip_prefix(address) == Some(".id") {
        return Value::Id(format!("{prefix}{address}").into());
    }
    Unknown::new(written, MissingReason::Provider).into()
}

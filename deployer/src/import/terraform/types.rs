//! Converts values to the types of their variables; optional attributes get their defaults.

use hcl::expr::{Expression, FuncCall, ObjectKey};

use super::context::EvalContext;
use super::evaluator::Evaluator;
use super::value::Value;

/// Types are not nested deeper than the parser allows.
const MAX_DEPTH: usize = 64;

/// Convert a value. If it does not match the type, it stays as it is; its use will report it.
pub fn convert<'a>(
    evaluator: &Evaluator<'a>,
    value: Value,
    kind: &Expression,
    context: &EvalContext<'a>,
) -> Value {
    Converter { evaluator, context }.convert(value, kind, MAX_DEPTH)
}

/// Converts values, evaluating defaults in a context.
struct Converter<'e, 'a> {
    evaluator: &'e Evaluator<'a>,
    context: &'e EvalContext<'a>,
}

impl Converter<'_, '_> {
    fn convert(&self, value: Value, kind: &Expression, depth: usize) -> Value {
        if depth == 0
            || self.evaluator.charge(1, self.context.depth).is_err()
            || matches!(value, Value::Null | Value::Unknown(_))
        {
            return value;
        }
        match kind {
            Expression::Variable(name) => primitive(value, name.as_str()),
            Expression::Parenthesis(inner) => self.convert(value, inner, depth - 1),
            Expression::FuncCall(call) => self.constructed(value, call, depth - 1),
            _ => value,
        }
    }

    /// Convert to a type that has a constructor, such as `list(string)`.
    fn constructed(&self, value: Value, call: &FuncCall, depth: usize) -> Value {
        let inner = |value: &Value, kind: &Expression| self.convert(value.clone(), kind, depth);
        match (call.name.name.as_str(), call.args.first(), value) {
            ("object", Some(Expression::Object(attributes)), Value::Map(map)) => {
                let entries = attributes.iter().filter_map(|(key, kind)| {
                    let key = name_of(key)?;
                    let (kind, default) = optional(kind);
                    let value = match (map.get(&key), default) {
                        (None | Some(Value::Null), Some(Some(default))) => {
                            self.evaluator.value(default, self.context)
                        }
                        (value, _) => value.unwrap_or(Value::Null),
                    };
                    Some((key, inner(&value, kind)))
                });
                Value::map(entries.collect(), None)
            }
            ("map", Some(kind), Value::Map(map)) => {
                let entries = map.entries.iter().map(|(key, value)| (key.clone(), inner(value, kind)));
                let unnamed = map.unnamed.iter().map(|(key, value)| (key.clone(), inner(value, kind)));
                Value::partly_named(entries.collect(), unnamed.collect(), map.rest.clone())
            }
            ("list", Some(kind), Value::List(list)) => {
                let items = list.items.iter().map(|item| inner(item, kind));
                Value::list(items.collect(), list.rest.clone())
            }
            ("set", Some(kind), Value::List(list)) => {
                let items = list.items.iter().map(|item| inner(item, kind));
                Value::set(items.collect(), list.rest.clone())
            }
            ("tuple", Some(Expression::Array(kinds)), Value::List(list)) => {
                let items = list.items.iter().enumerate().map(|(index, item)| {
                    kinds.get(index).map_or_else(|| item.clone(), |kind| inner(item, kind))
                });
                Value::list(items.collect(), list.rest.clone())
            }
            (.., value) => value,
        }
    }
}

fn primitive(value: Value, name: &str) -> Value {
    let converted = match name {
        "string" => value.clone().into_text().map(Value::Text),
        "number" => value.clone().into_number().map(Value::Number),
        "bool" => value.clone().into_bool().map(Value::Bool),
        "set" => return super::functions::to_set(value),
        _ => return value,
    };
    converted.unwrap_or(value)
}

/// Return the type of an attribute and, if it is optional, its default.
fn optional(kind: &Expression) -> (&Expression, Option<Option<&Expression>>) {
    match kind {
        Expression::FuncCall(call) if call.name.name.as_str() == "optional" => {
            let FuncCall { args, .. } = call.as_ref();
            (args.first().unwrap_or(kind), Some(args.get(1)))
        }
        _ => (kind, None),
    }
}

fn name_of(key: &ObjectKey) -> Option<String> {
    match key {
        ObjectKey::Identifier(name) => Some(name.to_string()),
        ObjectKey::Expression(Expression::String(name)) => Some(name.clone()),
        ObjectKey::Expression(Expression::Variable(name)) => Some(name.to_string()),
        _ => None,
    }
}

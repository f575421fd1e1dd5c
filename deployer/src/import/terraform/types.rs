//! Converts values to the types of their variables; optional attributes get their defaults.

use std::collections::BTreeMap;

use hcl::expr::{Expression, FuncCall, ObjectKey};

use super::context::EvalContext;
use super::evaluator::Evaluator;
use super::value::Value;

/// Types are not nested deeper than the parser allows.
const DEEPEST: usize = 64;

/// Convert a value. If it does not match the type, it stays as it is; its use will report it.
pub fn convert<'a>(
    evaluator: &Evaluator<'a>,
    value: Value,
    kind: &Expression,
    context: &EvalContext<'a>,
) -> Value {
    convert_to(evaluator, value, kind, context, DEEPEST)
}

fn convert_to<'a>(
    evaluator: &Evaluator<'a>,
    value: Value,
    kind: &Expression,
    context: &EvalContext<'a>,
    depth: usize,
) -> Value {
    if depth == 0
        || evaluator.charge(1, context.depth).is_err()
        || matches!(value, Value::Null | Value::Unknown(_))
    {
        return value;
    }
    match kind {
        Expression::Variable(name) => primitive(value, name.as_str()),
        Expression::Parenthesis(inner) => convert_to(evaluator, value, inner, context, depth - 1),
        Expression::FuncCall(call) => {
            let inner =
                |value: Value, kind: &Expression| convert_to(evaluator, value, kind, context, depth - 1);
            match (call.name.name.as_str(), call.args.first(), value) {
                ("object", Some(Expression::Object(attributes)), Value::Map(map)) => {
                    let attribute = |(key, kind): (&ObjectKey, &Expression)| {
                        let key = name_of(key)?;
                        let (kind, default) = optional(kind);
                        let value = match (map.get(&key), default) {
                            (None | Some(Value::Null), Some(Some(default))) => {
                                evaluator.value(default, context)
                            }
                            (value, _) => value.unwrap_or(Value::Null),
                        };
                        Some((key, inner(value, kind)))
                    };
                    let entries: BTreeMap<String, Value> = attributes.iter().filter_map(attribute).collect();
                    Value::map(entries, None)
                }
                ("map", Some(kind), Value::Map(map)) => {
                    let entries =
                        map.entries.iter().map(|(key, value)| (key.clone(), inner(value.clone(), kind)));
                    Value::partly_named(
                        entries.collect(),
                        map.unnamed
                            .iter()
                            .map(|(key, value)| (key.clone(), inner(value.clone(), kind)))
                            .collect(),
                        map.rest.clone(),
                    )
                }
                ("list", Some(kind), Value::List(list)) => {
                    let items = list.items.iter().map(|item| inner(item.clone(), kind));
                    Value::list(items.collect(), list.rest.clone())
                }
                ("set", Some(kind), Value::List(list)) => {
                    let items = list.items.iter().map(|item| inner(item.clone(), kind));
                    Value::set(items.collect(), list.rest.clone())
                }
                ("tuple", Some(Expression::Array(kinds)), Value::List(list)) => {
                    let items = list.items.iter().enumerate().map(|(index, item)| {
                        kinds.get(index).map_or_else(|| item.clone(), |kind| inner(item.clone(), kind))
                    });
                    Value::list(items.collect(), list.rest.clone())
                }
                (.., value) => value,
            }
        }
        _ => value,
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

//! Terraform's JSON syntax, converted to blocks and attributes. Strings are templates.

use hcl::expr::{Expression, Object, ObjectKey, TemplateExpr};
use hcl::{Attribute, Block, Body, Identifier, Structure};
use serde_json::Value;

/// Convert a JSON document to a body.
pub fn body(document: &Value) -> Body {
    let mut structures = Vec::new();
    for (kind, contents) in members(document) {
        let labels = match kind {
            "resource" | "data" => 2,
            "variable" | "module" | "output" | "provider" => 1,
            _ => 0,
        };
        blocks(kind, labels, &mut Vec::new(), contents, &mut structures);
    }
    Body::from(structures)
}

/// Convert a `*.tfvars.json` to a body of attributes, in which strings are not templates.
pub fn values(document: &Value) -> Body {
    let literal = |(key, value): (&str, &Value)| {
        Structure::Attribute(Attribute::new(Identifier::sanitized(key), literal(value)))
    };
    Body::from(members(document).into_iter().map(literal).collect::<Vec<_>>())
}

fn literal(value: &Value) -> Expression {
    match value {
        Value::String(text) => Expression::String(text.clone()),
        Value::Array(items) => Expression::Array(items.iter().map(literal).collect()),
        Value::Object(object) => {
            let pairs = object
                .iter()
                .map(|(key, value)| (ObjectKey::Expression(Expression::String(key.clone())), literal(value)));
            Expression::Object(pairs.collect::<Object<ObjectKey, Expression>>())
        }
        value => expression(value),
    }
}

/// Return the members of an object, or of each object in a list.
fn members(value: &Value) -> Vec<(&str, &Value)> {
    match value {
        Value::Object(object) => object.iter().map(|(key, value)| (key.as_str(), value)).collect(),
        Value::Array(items) => items.iter().flat_map(members).collect(),
        _ => Vec::new(),
    }
}

fn blocks<'v>(
    kind: &str,
    labels: usize,
    path: &mut Vec<&'v str>,
    contents: &'v Value,
    into: &mut Vec<Structure>,
) {
    if path.len() < labels {
        for (label, inner) in members(contents) {
            path.push(label);
            blocks(kind, labels, path, inner, into);
            path.pop();
        }
        return;
    }
    let each: Vec<&Value> =
        if let Value::Array(items) = contents { items.iter().collect() } else { vec![contents] };
    for contents in each {
        let block = Block::builder(Identifier::sanitized(kind))
            .add_labels(path.iter().map(|label| (*label).to_owned()));
        into.push(Structure::Block(block.add_structures(inside(kind, contents)).build()));
    }
}

/// Return the contents of a block. Nested objects may be read as attributes instead of blocks, unless they contain a
/// `dynamic` block.
fn inside(kind: &str, contents: &Value) -> Vec<Structure> {
    let mut structures = Vec::new();
    for (key, value) in members(contents) {
        if key == "dynamic" && kind != "locals" {
            blocks("dynamic", 1, &mut Vec::new(), value, &mut structures);
        } else if has_dynamic(value) && kind != "locals" {
            blocks(key, 0, &mut Vec::new(), value, &mut structures);
        } else if key != "//" {
            // The type of a variable and the name of an iterator are expressions written as strings.
            let expression = match value {
                Value::String(text)
                    if kind == "variable" && key == "type" || kind == "dynamic" && key == "iterator" =>
                {
                    text.parse().unwrap_or(Expression::Null)
                }
                value => expression(value),
            };
            structures.push(Structure::Attribute(Attribute::new(Identifier::sanitized(key), expression)));
        }
    }
    structures
}

fn has_dynamic(value: &Value) -> bool {
    match value {
        Value::Object(object) => object.contains_key("dynamic") || object.values().any(has_dynamic),
        Value::Array(items) => items.iter().any(has_dynamic),
        _ => false,
    }
}

fn expression(value: &Value) -> Expression {
    match value {
        Value::Null => Expression::Null,
        Value::Bool(value) => Expression::Bool(*value),
        Value::Number(number) => {
            number.as_f64().and_then(hcl::Number::from_f64).map_or(Expression::Null, Expression::Number)
        }
        Value::String(text) => template(text),
        Value::Array(items) => Expression::Array(items.iter().map(expression).collect()),
        Value::Object(object) => {
            let pairs =
                object.iter().map(|(key, value)| (ObjectKey::Expression(template(key)), expression(value)));
            Expression::Object(pairs.collect::<Object<ObjectKey, Expression>>())
        }
    }
}

fn template(text: &str) -> Expression {
    if text.contains("${") || text.contains("%{") {
        Expression::TemplateExpr(Box::new(TemplateExpr::from(text)))
    } else {
        Expression::String(text.to_owned())
    }
}

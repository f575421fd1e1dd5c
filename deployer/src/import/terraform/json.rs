//! Terraform in JSON: the same blocks and attributes, written as objects; every text is a template.

use hcl::expr::{Expression, Object, ObjectKey, TemplateExpr};
use hcl::{Attribute, Block, Body, Identifier, Structure};
use serde_json::Value;

/// The body that a JSON document is another way to write.
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

/// The body of a `*.tfvars.json`: attributes only, and no text in them is a template.
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

/// The members of an object, or of each object in a list.
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

/// What is within a block. Whether an object is a block or an attribute makes no difference where it is read, unless
/// there is a `dynamic` block in it.
fn inside(kind: &str, contents: &Value) -> Vec<Structure> {
    let mut structures = Vec::new();
    for (key, value) in members(contents) {
        if key == "dynamic" && kind != "locals" {
            blocks("dynamic", 1, &mut Vec::new(), value, &mut structures);
        } else if has_dynamic(value) && kind != "locals" {
            blocks(key, 0, &mut Vec::new(), value, &mut structures);
        } else if key != "//" {
            // The type of a variable is an expression written as text; so is the name of an iterator.
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

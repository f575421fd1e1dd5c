//! The configuration of cloudflared within another resource: a config map, the values of a chart, a local file.

use super::functions::yaml;
use super::ingress::Ingress;
use super::value::{Unknown, Value};
use crate::import::missing_value::{MissingReason, MissingValue};

/// Resources that may contain such a configuration.
pub const KINDS: [&str; 10] = [
    "docker_config",
    "helm_release",
    "kubectl_manifest",
    "kubernetes_config_map",
    "kubernetes_config_map_v1",
    "kubernetes_manifest",
    "kubernetes_secret",
    "kubernetes_secret_v1",
    "local_file",
    "local_sensitive_file",
];

/// The maximum depth of the search.
const MAX_DEPTH: usize = 8;

/// Read the rules in a resource, if there are any.
pub fn read(resource: &Value, address: &str, into: &mut Ingress) {
    search(resource, address, MAX_DEPTH, into);
}

fn search(value: &Value, address: &str, depth: usize, into: &mut Ingress) {
    match value {
        Value::Text(text) if is_file(text) => rules(yaml::read(text), address, depth, into),
        Value::Unknown(unknown) => match &unknown.likely {
            Some(Value::Text(text)) if is_file(text) => {
                let document = yaml::read(text).map(|document| with_unknowns(document, &unknown.missing));
                rules(document, address, depth, into);
            }
            _ => {}
        },
        Value::List(list) if depth > 0 => {
            list.items.iter().for_each(|item| search(item, address, depth - 1, into));
        }
        Value::Map(map) if depth > 0 => {
            for (key, item) in &map.entries {
                search(item, address, depth - 1, into);
                report_unknown_file(key, item, address, into);
            }
        }
        _ => {}
    }
}

/// Report that the configuration is not known, if the names suggest that this is one.
fn report_unknown_file(key: &str, value: &Value, address: &str, into: &mut Ingress) {
    let is_tunnel = address.contains("cloudflared") || address.contains("tunnel");
    if let Value::Unknown(unknown) = value
        && unknown.likely.is_none()
        && is_tunnel
        && (key.contains("config") || key == "content")
    {
        into.report_missing(Some(&unknown.missing), address);
    }
}

fn is_file(text: &str) -> bool {
    text.contains("ingress") && text.contains("hostname") && text.contains("service")
}

/// Find `ingress` in a document at any depth, since charts nest it.
fn rules(document: Option<Value>, address: &str, depth: usize, into: &mut Ingress) {
    let Some(Value::Map(map)) = document else { return };
    for (key, value) in &map.entries {
        match value {
            Value::List(list) if key == "ingress" => {
                let is_rule =
                    |item: &Value| matches!(item, Value::Map(map) if map.entries.contains_key("service"));
                if list.items.iter().any(is_rule) {
                    into.rules(value, address);
                }
            }
            value if depth > 0 => {
                search(value, address, depth - 1, into);
                rules(Some(value.clone()), address, depth - 1, into);
            }
            _ => {}
        }
    }
}

/// Mark texts with a placeholder for a missing value as unknown again.
fn with_unknowns(value: Value, missing: &MissingValue) -> Value {
    match value {
        Value::Text(text) => match text.split_once("${").and_then(|(_, rest)| rest.split_once('}')) {
            Some((what, _)) => {
                let missing = if what == missing.what {
                    missing.clone()
                } else {
                    let is_variable = what.starts_with("var.") || what.contains(".var.");
                    MissingValue::new(
                        what,
                        if is_variable { MissingReason::Variable } else { MissingReason::Provider },
                    )
                };
                Value::Unknown(std::rc::Rc::new(Unknown { missing, likely: Some(Value::Text(text)) }))
            }
            None => Value::Text(text),
        },
        Value::List(list) => list.items.iter().map(|item| with_unknowns(item.clone(), missing)).collect(),
        Value::Map(map) => map
            .entries
            .iter()
            .map(|(key, item)| (key.clone(), with_unknowns(item.clone(), missing)))
            .collect(),
        other => other,
    }
}

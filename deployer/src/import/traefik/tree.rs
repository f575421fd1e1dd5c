//! Converts labels, arguments, variables and TOML to the tree that YAML is parsed into.

use std::rc::Rc;

use crate::import::yaml::Node;

/// Traefik's configuration is not nested deeper.
const MAX_DEPTH: usize = 16;

/// Return the value at these keys, ignoring case.
pub fn at<'a>(node: &'a Node, keys: &[&str]) -> Option<&'a Node> {
    keys.iter().try_fold(node, |node, key| {
        let mut entries = node.entries().iter();
        entries.find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, node)| node)
    })
}

/// Return the text at these keys.
pub fn text<'a>(node: &'a Node, keys: &[&str]) -> Option<&'a str> {
    at(node, keys).and_then(Node::text)
}

/// Return the list at these keys; labels and arguments have it as one text with commas.
pub fn list(node: &Node, keys: &[&str]) -> Vec<String> {
    let texts = at(node, keys).map(Node::texts).unwrap_or_default();
    let parts = texts.into_iter().flat_map(|text| text.split(','));
    parts.map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
}

/// Whether an option is enabled at these keys.
pub fn is_enabled(node: &Node, keys: &[&str]) -> bool {
    match at(node, keys) {
        Some(Node::Text(text)) => !text.eq_ignore_ascii_case("false") && text.as_ref() != "~",
        Some(_) => true,
        None => false,
    }
}

/// Convert `traefik.http.routers.x.rule=...` and the like, without the first key.
pub fn of_labels(labels: &[(String, String)]) -> Node {
    let own = labels.iter().filter_map(|(key, value)| {
        let keys = key.trim().to_ascii_lowercase();
        Some((keys.strip_prefix("traefik.")?.split('.').map(str::to_owned).collect(), value.clone()))
    });
    tree(own.collect())
}

/// Convert `--entryPoints.web.address=:80` and the like; an option without a value is enabled.
pub fn of_arguments(arguments: &[String]) -> Node {
    let mut pairs = Vec::new();
    let mut rest = arguments.iter().peekable();
    while let Some(argument) = rest.next() {
        let Some(option) = argument.strip_prefix("--") else { continue };
        let (key, value) = match option.split_once('=') {
            Some((key, value)) => (key, value.to_owned()),
            None => {
                (option, rest.next_if(|next| !next.starts_with("--")).cloned().unwrap_or("true".to_owned()))
            }
        };
        pairs.push((key.to_ascii_lowercase().split('.').map(str::to_owned).collect(), value));
    }
    tree(pairs)
}

/// Convert `TRAEFIK_ENTRYPOINTS_WEB_ADDRESS=:80` and the like.
pub fn of_variables(variables: &[(String, String)]) -> Node {
    let own = variables.iter().filter_map(|(key, value)| {
        let keys = key.to_ascii_lowercase();
        Some((keys.strip_prefix("traefik_")?.split('_').map(str::to_owned).collect(), value.clone()))
    });
    tree(own.collect())
}

/// Convert a TOML file.
pub fn of_toml(value: &toml::Value) -> Node {
    match value {
        toml::Value::String(text) => Node::Text(text.as_str().into()),
        toml::Value::Array(items) => Node::List(items.iter().map(of_toml).collect()),
        toml::Value::Table(table) => {
            Node::Map(table.iter().map(|(key, value)| (Rc::from(key.as_str()), of_toml(value))).collect())
        }
        other => Node::Text(other.to_string().into()),
    }
}

fn tree(pairs: Vec<(Vec<String>, String)>) -> Node {
    node(pairs.iter().map(|(keys, value)| (keys.as_slice(), value.as_str())).collect(), 0)
}

/// The remaining keys, and the value.
type Pair<'a> = (&'a [String], &'a str);

/// Group entries with the same first key.
fn node(pairs: Vec<Pair<'_>>, depth: usize) -> Node {
    let mut entries: Vec<(&str, Vec<Pair<'_>>)> = Vec::new();
    for (keys, value) in pairs {
        let Some((first, rest)) = keys.split_first() else { continue };
        match entries.iter_mut().find(|(name, _)| name == first) {
            Some((_, below)) => below.push((rest, value)),
            None => entries.push((first, vec![(rest, value)])),
        }
    }
    let entry = |(name, below): (&str, Vec<Pair<'_>>)| {
        let value = match below.last() {
            // Of `--providers.docker` and `--providers.docker.network=x`, the more specific one counts.
            Some((keys, value)) if keys.is_empty() && below.len() == 1 => Node::Text((*value).into()),
            _ if depth < MAX_DEPTH => node(below, depth + 1),
            _ => Node::Map(Rc::from([])),
        };
        (Rc::from(name), value)
    };
    Node::Map(entries.into_iter().map(entry).collect())
}

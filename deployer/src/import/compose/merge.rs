//! Merges services as Compose does.

use std::rc::Rc;

use super::super::yaml::Node;

/// Levels below a service that are merged; settings that matter here are not deeper.
const MAX_DEPTH: usize = 3;

/// Merge a service over an earlier one; `None` if `over` removes it.
pub fn service(base: &Node, over: &Node) -> Option<Node> {
    merged("", base, over, MAX_DEPTH)
}

/// Merge the value of `key`.
fn merged(key: &str, base: &Node, over: &Node, depth: usize) -> Option<Node> {
    match over {
        Node::Reset => return None,
        Node::Override(inner) => return Some(inner.as_ref().clone()),
        _ if is_null(over) => return Some(base.clone()),
        _ => {}
    }
    Some(match key {
        "command" | "entrypoint" => over.clone(),
        "labels" | "environment" | "annotations" | "extra_hosts" | "sysctls" | "networks" | "depends_on" => {
            maps(&keyed(base), &keyed(over), depth)
        }
        "env_file" | "label_file" | "profiles" => listed(base, over),
        _ if base.is_map() && over.is_map() => maps(base, over, depth),
        _ if matches!((base, over), (Node::List(_), Node::List(_))) => listed(base, over),
        _ => over.clone(),
    })
}

fn maps(base: &Node, over: &Node, depth: usize) -> Node {
    if depth == 0 {
        return over.clone();
    }
    let mut entries: Vec<(Rc<str>, Node)> = base.entries().to_vec();
    for (key, value) in over.entries() {
        let at = entries.iter().position(|(name, _)| name == key);
        match at {
            None => entries.push((key.clone(), value.clone())),
            Some(at) => match merged(key, &entries[at].1, value, depth - 1) {
                Some(value) => entries[at].1 = value,
                None => drop(entries.remove(at)),
            },
        }
    }
    Node::Map(entries.into())
}

/// Convert a list of `key=value` to a map.
fn keyed(node: &Node) -> Node {
    if node.is_map() {
        return node.clone();
    }
    let pair = |item: &Node| {
        let text = item.text()?;
        let (key, value) = match text.split_once('=') {
            Some((key, value)) => (key, Node::Text(Rc::from(value))),
            None => (text, Node::List(Rc::from([]))),
        };
        Some((Rc::from(key.trim()), value))
    };
    Node::Map(node.items().iter().filter_map(pair).collect::<Vec<_>>().into())
}

fn listed(base: &Node, over: &Node) -> Node {
    let items =
        |node: &Node| if node.items().is_empty() { vec![node.clone()] } else { node.items().to_vec() };
    let mut all = items(base);
    all.extend(items(over));
    Node::List(all.into())
}

fn is_null(node: &Node) -> bool {
    matches!(node, Node::Text(text) if matches!(text.as_ref(), "" | "~" | "null"))
}

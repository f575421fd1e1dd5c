//! `json`: values in the body, selected by a JSONPath, are as expected.

mod cost;
mod document;
mod place;
mod value;

use serde_json::Value;
use serde_json_path::JsonPath;

use super::judgement::Judgement;
use super::keys::{LABEL, MAX, MIN, NEWER_THAN, SEVERITY};
use super::limits::Compared;
use crate::contract::description::{Checked, Literal, Need, Setting, Type, any};
use crate::contract::settings::JsonCondition;
use crate::probe::finding::Level;
use crate::text::bounded;

pub(in crate::probe) use self::document::read;

/// A name in messages is at most this long, so that the value has room.
const MAX_NAME_CHARS: usize = 80;

/// How it is configured.
pub const SETTING: Setting = Setting {
    key: "json",
    kind: Type::Other("table, or list"),
    need: Need::Optional,
    example: "[{ path = \"$[?@.path=='/data'].freeSpace\", min = \"50 GB\", label = \"Disk /data\" }]",
    about: "conditions on values in a JSON body of up to 512 KiB; each value that a condition selects must meet it, and \
            there must be one",
};

/// The keys of one condition.
pub const KEYS: &[Setting] = &[
    Setting {
        key: "path",
        kind: Type::Text(any),
        need: Need::Required,
        example: "\"$.freeSpace\"",
        about: "the [JSONPath](https://www.rfc-editor.org/rfc/rfc9535) of the values",
    },
    MIN,
    MAX,
    Setting {
        key: "equals",
        kind: Type::Other("text, number, `true` or `false`"),
        need: Need::Optional,
        example: "\"ok\"",
        about: "the value; instead of limits",
    },
    NEWER_THAN,
    Setting {
        key: "exists",
        kind: Type::Flag,
        need: Need::Default(Literal::Flag(true)),
        example: "false",
        about: "whether there must be a value; `false`: there must be none",
    },
    LABEL,
    SEVERITY,
];

/// Check a path of the configuration.
pub fn check(path: &str) -> Checked {
    cost::check(path)?;
    match JsonPath::parse(path) {
        Ok(_) => Ok(()),
        Err(why) => {
            Err(format!("it is not a JSONPath: {} at character {}", why.message(), why.position() + 1))
        }
    }
}

/// Judge a condition on the values of a body, which is read once for all of them.
pub(super) fn judge(condition: &JsonCondition, body: &Result<Value, Judgement>, now: u64) -> Judgement {
    let root = match body {
        Ok(root) => root,
        Err(unreadable) => return unreadable.clone(),
    };
    let name = match &condition.label {
        Some(label) => label.clone(),
        None => format!("`{}`", bounded(&condition.path, MAX_NAME_CHARS)),
    };
    let Ok(path) = JsonPath::parse(&condition.path) else {
        return Judgement::unknown(format!("{name}: not a JSONPath"));
    };
    let nodes = path.query(root);
    match condition.exists {
        Some(false) if nodes.is_empty() => return Judgement::met(format!("{name}: absent, as it must be")),
        Some(false) => return Judgement::not_met(format!("{name}: present, but must not be")),
        Some(true) | None if nodes.is_empty() => {
            return Judgement::not_met(format!("{name}: not in the body"));
        }
        Some(true) | None => {}
    }
    let count = nodes.len();
    let which = |node: &Value, is_worst: bool| match place::of(node, root).filter(|_| count > 1) {
        Some(place) => format!(" ({place}, {} of {count})", if is_worst { "the worst" } else { "one" }),
        None => String::new(),
    };
    let mut worst: Option<(Compared<'_>, &Value)> = None;
    for node in nodes {
        match value::compare(condition, node, now) {
            Ok(Some(compared)) if worst.as_ref().is_none_or(|(worst, _)| compared.is_worse_than(worst)) => {
                worst = Some((compared, node));
            }
            Ok(_) => {}
            Err(why) => return Judgement::not_met(format!("{name}: {why}{}", which(node, false))),
        }
    }
    match worst {
        Some((worst, node)) if worst.level == Level::NotMet => {
            let judgement = worst.judgement(&name);
            Judgement { why: judgement.why + &which(node, true), ..judgement }
        }
        Some((worst, _)) => worst.judgement(&name),
        None => Judgement::met(format!("{name}: as expected")).with_proof(),
    }
}

//! States as other releases write them.

use serde_json::{Value, json};

fn rewritten(text: &str, change: impl Fn(&mut serde_json::Map<String, Value>)) -> String {
    let Ok(Value::Object(mut state)) = serde_json::from_str(text) else { return text.to_owned() };
    change(&mut state);
    Value::Object(state).to_string()
}

fn each(
    state: &mut serde_json::Map<String, Value>,
    list: &str,
    change: impl Fn(&mut serde_json::Map<String, Value>),
) {
    let items = state.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten();
    items.filter_map(Value::as_object_mut).for_each(change);
}

/// As a later release writes it, with values and fields that this one does not know.
pub fn later(text: &str) -> String {
    rewritten(text, |state| {
        state.insert("regions".to_owned(), json!({ "eu-west-1": { "ts": 5 } }));
        each(state, "targets", |target| {
            target.insert("cause".to_owned(), json!("disk_full"));
            target.insert("scope".to_owned(), json!({ "region": "eu-west-1" }));
            target.insert("votes".to_owned(), json!([1, 2]));
        });
        each(state, "outbox", |entry| {
            entry.insert("scope".to_owned(), json!("partial"));
            entry.insert("severity".to_owned(), json!("warn"));
        });
    })
}

/// As an earlier release writes it, without later fields.
pub fn earlier(text: &str) -> String {
    rewritten(text, |state| {
        for name in ["lease", "tick", "commanded", "begin_at", "history", "uncounted"] {
            state.remove(name);
        }
        each(state, "targets", |target| {
            for name in ["tally", "events", "closed", "closed_events"] {
                target.remove(name);
            }
        });
        each(state, "outbox", |entry| {
            entry.remove("sent");
            entry.remove("next");
        });
    })
}

//! What each condition costs on a body of 64 KiB, more than a target without conditions.
//!
//! The page of such a target is examined for login walls and firewalls. A condition that proves who answered saves that,
//! so that a cheap one may cost less than nothing.

use std::fs;
use std::path::Path;
use std::time::Duration;

use plexmon_testing::bench::{Backends, Delays, Server, Subject, print_table, response, three_digits};
use serde_json::{Value, json};

use crate::callgrind::{counted, tmp};

const BODY_BYTES: usize = 64 * 1024;
const WARM_RUNS: u32 = 5;

/// About 5 ms at full speed, with 2.5 instructions per cycle at 3 GHz.
const LIMIT: f64 = 40.0;

/// For regular expressions that are made to be slow. Others would never end with these.
const CATASTROPHIC_LIMIT: f64 = 120.0;

/// A condition that is met only after all of the body was searched.
struct Measured {
    name: &'static str,
    /// A target's settings.
    condition: Value,
    /// What the body consists of.
    element: &'static str,
}

/// Print a table, and return whether all conditions are within the limit.
pub fn measure(bootstrap: &Path) -> bool {
    let page = "<div class=\"x\">some words = here</div>\n";
    let value =
        "{\"path\":\"/data\",\"label\":\"media\",\"freeSpace\":38000000000,\"totalSpace\":7999400000000},";
    let series =
        "node_filesystem_avail_bytes{device=\"/dev/sda1\",fstype=\"ext4\",mountpoint=\"/\"} 6.12e+10\n";
    let rows = [
        ("`contains`", json!({ "contains": "the end" }), page),
        ("`lacks`", json!({ "lacks": [{ "text": "Fatal error" }] }), page),
        ("`matches`, a word and a number", json!({ "matches": [{ "text": "end \\d+" }] }), page),
        ("`matches`, `(a*)*1`", json!({ "matches": [{ "text": "(a*)*1" }] }), page),
        ("`matches`, `(.*.*.*)~.*`", json!({ "matches": [{ "text": "(.*.*.*)~.*|end" }] }), page),
        (
            "`json`, a filter",
            json!({ "json": [{ "path": "$[?@.path=='/data'].freeSpace", "limits": { "min": "1 GB" } }] }),
            value,
        ),
        (
            "`json`, all values",
            json!({ "json": [{ "path": "$..freeSpace", "limits": { "min": "1 GB" } }] }),
            value,
        ),
        (
            "`metrics`, all series",
            json!({ "metrics": [{ "name": "node_filesystem_avail_bytes", "limits": { "min": "1 GB" } }] }),
            series,
        ),
        (
            "`metrics`, the last one",
            json!({ "metrics": [{ "name": "last", "limits": { "max": "1" } }] }),
            series,
        ),
    ];
    let cost = |name, condition, element| cost(bootstrap, &Measured { name, condition, element });
    let none = cost("nothing", json!({}), page);
    let mut table =
        vec![["a condition on 64 KiB, million instructions", "is", "limit", ""].map(str::to_owned).to_vec()];
    let mut are_within = true;
    for (name, condition, element) in rows {
        let is = cost(name, condition, element) - none;
        let limit = if name.contains('*') { CATASTROPHIC_LIMIT } else { LIMIT };
        let verdict = if is <= limit { "met" } else { "MISSED" };
        are_within &= is <= limit;
        table.push(vec![name.to_owned(), three_digits(is), format!("<= {limit}"), verdict.to_owned()]);
    }
    print_table(&table);
    are_within
}

/// Count a warm run with this condition, in million instructions.
fn cost(bootstrap: &Path, measured: &Measured) -> f64 {
    let Measured { name, condition, element } = measured;
    let count = (BODY_BYTES - 100) / element.len();
    let body = match element.as_bytes().first() {
        Some(b'{') => format!("[{}{{}}]", element.repeat(count)),
        _ => format!("{}last 1\nthe end 1\n", element.repeat(count)),
    };
    let target = Server::start(None, Duration::ZERO, move |_| Some(response("200 OK", "", &body)));
    let backends = Backends::start_without_tls(Delays::default());
    let subject = Subject::plexmon(bootstrap, &backends, 1, tmp());
    let mut settings = backends.settings(1);
    let plexmon = &mut settings["targets"][0];
    plexmon["url"] = format!("http://{}/", target.address).into();
    plexmon["contains"] = Value::Null;
    for (key, value) in condition.as_object().into_iter().flatten() {
        plexmon[key] = value.clone();
    }
    fs::write(subject.directory().join("plexmon.json"), settings.to_string()).unwrap();
    let name: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    counted(&subject, WARM_RUNS, &format!("condition-{name}-")).1
}

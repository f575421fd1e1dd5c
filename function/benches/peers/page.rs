//! The status page beside the empty handler.

#[path = "../../tests/it/page/past.rs"]
mod past;

use std::time::{Duration, SystemTime};

use plexmon_testing::bench::{Backends, Cost, Delays, Started, Subject, print_table, three_digits};
use serde_json::{Value, json};

use crate::measure::{Plan, measure};
use crate::options::Options;
use crate::sections::Bench;
use crate::tmp;

const TARGETS: usize = 20;
const REQUESTS: usize = 2_000;

/// What visitors request, most of them in vain.
const PATHS: [(&str, &str); 3] =
    [("the page", "/"), ("status.json", "/status.json"), ("an unknown path", "/login")];

/// The costs of many requests of one kind, and the size of the answer's body.
struct Answers {
    wall: Vec<Duration>,
    cpu: Vec<Duration>,
    bytes: usize,
}

/// Print how long answers of the page take, beside an empty handler.
pub fn page(bench: &Bench, options: &Options) {
    println!(
        "The status page with {TARGETS} targets and 90 days, checked five minutes ago; {REQUESTS} requests each, one after\n\
         another. It reads from SSM every ten seconds. Init + first request: medians of {} starts.\n",
        options.starts
    );
    let backends = Backends::start_without_tls(Delays::default());
    let settings = past::settings(TARGETS);
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    for (name, value) in past::stored(&settings, now) {
        backends.store(&name, &value);
    }
    let settings = serde_json::to_value(&settings).unwrap();
    let page = Subject::page(&bench.bootstrap, &backends, &settings, tmp());
    let empty = Subject::new("empty handler", vec![bench.empty.clone()], &backends, tmp());
    let head = ["", "of the empty handler", "page", "empty handler", "body"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];

    let plan = Plan { starts: options.starts, runs: 0, throttled: false };
    let [cold, empty_cold] = [&page, &empty].map(|subject| measure(subject, plan));
    rows.push(row("init + first request, wall", cold.cold.wall, empty_cold.cold.wall, None));
    rows.push(row("init + first request, CPU", cold.cold.cpu, empty_cold.cold.cpu, None));
    let [page, empty] = [&page, &empty].map(|subject| Started::new(subject, &[]));
    for (name, path) in PATHS {
        let event = event(path);
        let [ours, nothing] = [&page, &empty].map(|started| requests(started, &event));
        let bytes = Some(ours.bytes);
        rows.push(row(&format!("{name}, wall, p50"), at(&ours.wall, 50), at(&nothing.wall, 50), bytes));
        rows.push(row(&format!("{name}, wall, p99"), at(&ours.wall, 99), at(&nothing.wall, 99), None));
        rows.push(row(&format!("{name}, CPU, p50"), at(&ours.cpu, 50), at(&nothing.cpu, 50), None));
    }
    print_table(&rows);
    let memory = page.process.peak_memory() as f64 / 1e6;
    println!("\nPeak memory of the page: {} MB.", three_digits(memory));
}

fn event(path: &str) -> String {
    let http = json!({ "method": "GET", "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.9" });
    let headers = json!({ "accept-language": "en-US,en;q=0.9", "user-agent": "benchmark" });
    json!({ "version": "2.0", "rawPath": path, "headers": headers, "requestContext": { "http": http } })
        .to_string()
}

fn requests(started: &Started, event: &str) -> Answers {
    let (mut wall, mut cpu, mut bytes) = (Vec::new(), Vec::new(), 0);
    for _ in 0..REQUESTS {
        let (Cost { wall: passed, cpu: used }, answer) = started.respond(event);
        let answer: Value = serde_json::from_str(&answer).unwrap();
        bytes = answer["body"].as_str().map_or(0, str::len);
        wall.push(passed);
        cpu.push(used);
    }
    wall.sort_unstable();
    cpu.sort_unstable();
    Answers { wall, cpu, bytes }
}

/// The percentile of sorted durations.
fn at(sorted: &[Duration], percentile: usize) -> Duration {
    sorted[(sorted.len() * percentile / 100).min(sorted.len() - 1)]
}

fn row(what: &str, ours: Duration, empty: Duration, bytes: Option<usize>) -> Vec<String> {
    let ms = |duration: Duration| format!("{} ms", three_digits(duration.as_secs_f64() * 1e3));
    let ratio = three_digits(ours.as_secs_f64() / empty.as_secs_f64());
    let bytes = bytes.map_or_else(|| "-".to_owned(), |bytes| format!("{bytes} bytes"));
    vec![what.to_owned(), ratio, ms(ours), ms(empty), bytes]
}

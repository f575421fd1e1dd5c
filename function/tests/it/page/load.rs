//! The real program serves the page to a flood of visitors.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use plexmon_testing::bench::{Backends, Delays, Started, Subject};
use serde_json::Value;

use super::{fixtures, past};

const TARGETS: usize = 20;
const REQUESTS: usize = 2_000;

/// When memory is first looked at: every kind of request was answered many times.
const WARM: usize = 200;

/// What the allocator may keep because blocks of other sizes come in between: 145 bytes for each request.
const MARGIN: u64 = 256 * 1024;

/// How often the page may read: the state with the announcements, and the history of twenty targets.
const CALLS_A_REFRESH: u64 = 1 + 2;
const REFRESH: Duration = Duration::from_secs(10);

type Headers = &'static [(&'static str, &'static str)];

/// Requests in turn, with the status and a part of the answer.
const KINDS: [(&str, &str, Headers, u64, &str); 10] = [
    ("GET", "/", &[("accept-language", "en")], 200, "<main data-overall=\"outage\""),
    ("GET", "/", &[("accept-language", "de-AT,de;q=0.9")], 200, "lang=\"de\""),
    ("HEAD", "/", &[], 200, ""),
    ("GET", "/status.json", &[], 200, "major_outage"),
    ("GET", "/feed.atom", &[], 200, "<feed xmlns="),
    ("GET", "/badge/app-0.svg", &[], 200, "App number 0"),
    ("GET", "/badge/app-7.json", &[], 200, "\"schemaVersion\":1"),
    ("GET", "/badge/unknown.svg", &[], 404, "not found"),
    ("GET", "/wp-login.php", &[("user-agent", "scanner")], 404, "not found"),
    ("POST", "/", &[], 405, "method not allowed"),
];

#[test]
fn a_flood_is_answered_with_few_reads_and_without_more_memory() {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    let (settings, backends) = (past::settings(TARGETS), Backends::start_without_tls(Delays::default()));
    for (name, value) in past::stored(&settings, now) {
        backends.store(&name, &value);
    }
    let bootstrap = Path::new(env!("CARGO_BIN_EXE_bootstrap"));
    let written = serde_json::to_value(&settings).unwrap();
    let subject = Subject::page(bootstrap, &backends, &written, Path::new(env!("CARGO_TARGET_TMPDIR")));
    let begin = Instant::now();
    let page = Started::new(&subject, &[]);
    let (mut warm, mut known, mut unchanged) = (0, BTreeMap::<usize, String>::new(), 0);
    for number in 0..REQUESTS {
        let kind = number % KINDS.len();
        let (method, path, headers, status, part) = KINDS[kind];
        let tag = known.get(&kind).map(|tag| ("if-none-match", tag.as_str()));
        // Every other time, the visitor has been there before.
        let tag = tag.filter(|_| number / KINDS.len() % 2 == 1);
        let headers: Vec<_> = headers.iter().copied().chain(tag).collect();
        let (_, answer) = page.respond(&fixtures::event(method, path, &headers).to_string());
        let answer: Value = serde_json::from_str(&answer).unwrap();
        let body = answer["body"].as_str().unwrap();
        if tag.is_some() && answer["statusCode"] == 304 {
            unchanged += 1;
            assert_eq!(body, "", "{method} {path}");
        } else {
            assert_eq!(answer["statusCode"], status, "{method} {path}: {body}");
            assert!(body.contains(part), "{method} {path}: {body}");
            assert_eq!(body.is_empty(), method == "HEAD", "{method} {path}: {body}");
        }
        if let Some(tag) = answer["headers"]["etag"].as_str() {
            known.insert(kind, tag.to_owned());
        }
        if number + 1 == WARM {
            warm = page.process.memory();
        }
    }
    let (grown, reads) = (page.process.memory().saturating_sub(warm), backends.calls().ssm_reads);
    assert!(grown <= MARGIN, "{grown} bytes more than the {warm} after {WARM} requests");
    let refreshes = begin.elapsed().as_secs() / REFRESH.as_secs() + 1;
    assert!((CALLS_A_REFRESH..=refreshes * CALLS_A_REFRESH).contains(&reads), "{reads} reads");
    assert!(unchanged > REQUESTS / 4, "{unchanged} answers said that nothing has changed");
    assert_eq!(backends.calls().ssm_writes, 0);
}

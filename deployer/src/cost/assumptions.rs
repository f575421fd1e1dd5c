//! What is assumed about a run where the configuration does not say it. `deployer/docs/aws.md` states each of these.

use plexmon_function::contract::reply::{Reply, TargetReply};
use plexmon_function::contract::settings::Target;
use plexmon_function::contract::state::Status;
use plexmon_function::run::{Phases, Run};

/// How long a run takes with one target, in milliseconds, including the start of a new environment, which AWS bills as
/// well. Most of it is waiting: for the target, and for SSM.
pub const RUN_MS: u64 = 1000;

/// How much longer it takes with each further target: they are probed at the same time, but each TLS handshake takes
/// this long on the share of a processor that comes with 128 MB.
pub const FURTHER_TARGET_MS: u64 = 20;

/// How long it takes to read and to write one parameter of the history, in milliseconds: SSM accepts three writes a
/// second.
pub const HISTORY_MS: u64 = 350;

/// Lambda replaces an environment at least this often, in seconds. A new one reads the secrets that its checks need.
pub const ENVIRONMENT_S: u64 = 3600;

/// How many times a month the secrets are read for another reason: to send notifications, and by `plan` and `up`, which
/// compare them.
pub const OTHER_SECRET_READS: u64 = 30;

/// What Lambda itself logs about a run (its start, its end and its report), in bytes.
pub const LAMBDA_LOG_BYTES: u64 = 500;

/// What CloudWatch adds to each event, in bytes, and how many events a run has.
pub const EVENT_BYTES: u64 = 26;
pub const EVENTS: u64 = 4;

/// What a probe or a ping sends, in bytes: handshakes, the request, and the headers of all packets.
pub const PROBE_BYTES: u64 = 2000;

/// How many requests the status page has in a month: about thirty a day.
pub const PAGE_REQUESTS: u64 = 1000;

/// How long the page takes for one of them, in milliseconds, including the start of a new environment, and how much
/// longer with each call that reads parameters: few visitors find an environment that has read them recently.
pub const PAGE_MS: u64 = 500;
pub const PAGE_CALL_MS: u64 = 50;

/// What an answer of the page sends in addition to its content, in bytes: a handshake and the headers of the response; and
/// for the headers of packets, one byte for each this many bytes of content.
pub const ANSWER_BYTES: u64 = 6000;
pub const BYTES_A_HEADER_BYTE: u64 = 25;

/// How many requests a second Lambda accepts for each concurrent run of a function with a URL.
pub const REQUESTS_A_SECOND: u64 = 10;

/// The size of the line that the page logs when it cannot read.
pub const PAGE_WARNING_BYTES: u64 = 500;

/// Return how long the page takes for a request that reads parameters with that many calls, in milliseconds.
pub fn page_ms(calls: u64) -> u64 {
    PAGE_MS + PAGE_CALL_MS * calls
}

/// Return how many bytes an answer with that much content sends.
pub fn answer_bytes(content: u64) -> u64 {
    content + content.div_ceil(BYTES_A_HEADER_BYTE) + ANSWER_BYTES
}

/// Return how long a run takes, in milliseconds.
pub fn run_ms(targets: usize) -> u64 {
    RUN_MS + FURTHER_TARGET_MS * (targets as u64).saturating_sub(1)
}

/// Return how many bytes a run logs: Lambda's own lines, and the line of a run that finds every target up.
pub fn log_bytes(targets: &[Target]) -> u64 {
    let line = serde_json::to_string(&uneventful(targets)).map_or(0, |line| line.len() as u64 + 1);
    line + LAMBDA_LOG_BYTES + EVENT_BYTES * EVENTS
}

/// A run with nothing to report. Its numbers have as many digits as those of most runs.
fn uneventful(targets: &[Target]) -> Run {
    let up = |target: &Target| TargetReply {
        name: target.name.clone(),
        status: Status::Up,
        since: 1_800_000_000,
        http: 200,
        failed: None,
        cause: None,
        detail: None,
        why: None,
        warnings: Vec::new(),
        unclear: Vec::new(),
        ms: Some(1234.5),
    };
    Run {
        reply: Reply {
            previous: Status::Up,
            current: Status::Up,
            http: 200,
            targets: targets.iter().map(up).collect(),
            ..Reply::default()
        },
        dead_letters: 0,
        phases: Phases { load_ms: 100, probe_ms: 1000, save_ms: 100, notify_ms: 100 },
        fault: None,
    }
}

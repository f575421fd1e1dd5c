//! `cargo bench --profile dev -p plexmon-function --bench instructions`: count the instructions of the function's first
//! run, of a warm run and of each condition, and measure its size and the version of the C library that it needs. Fails
//! above the limits.
//!
//! Valgrind's callgrind counts the instructions, so the numbers hardly vary, whatever else the machine does. Where
//! valgrind is not installed, it is unpacked from Debian's package below target/. Its profiles stay in target/tmp/.

#![expect(clippy::unwrap_used, reason = "where the harness fails, the panic is the message")]

mod callgrind;
mod conditions;

use std::path::Path;
use std::process::ExitCode;

use plexmon_testing::bench::{
    Backends, Delays, Subject, build, gzip_size, highest_glibc, print_table, size, three_digits,
};

use self::callgrind::{MILLION, counted, tmp};

/// How many warm runs are counted together.
const WARM_RUNS: u32 = 20;

fn main() -> ExitCode {
    // `cargo test --all-targets` starts it too, without this argument, and only checks that it builds.
    if !std::env::args().any(|argument| argument == "--bench") {
        return ExitCode::SUCCESS;
    }
    let bootstrap = build("bootstrap", &[], tmp());
    let (cold, warm) = counted_with(&bootstrap, &Backends::start(Delays::default()), "");
    let (_, plain) = counted_with(&bootstrap, &Backends::start_without_tls(Delays::default()), "plain-");
    let mb = |bytes: u64| bytes as f64 / MILLION;
    // The goals, and the limits above which this fails: see deployer/docs/benchmarks.md.
    let checks = [
        ("init and first run, million instructions", cold, 8.0, 6.5),
        ("warm run without TLS to the target", plain, 1.1, 1.3),
        ("warm run with its full TLS handshake", warm, 1.1, 4.2),
        ("binary, MB", mb(size(&bootstrap)), 6.0, 6.0),
        ("gzip -9, MB", mb(gzip_size(&bootstrap)), 2.65, 2.65),
        ("highest symbol of glibc 2", f64::from(highest_glibc(&bootstrap).unwrap_or(u32::MAX)), 34.0, 34.0),
    ];
    let mut rows = vec![["", "is", "goal", "", "limit", ""].map(str::to_owned).to_vec()];
    for (what, is, goal, limit) in checks {
        let met = |most: f64| if is <= most { "met" } else { "MISSED" }.to_owned();
        let most = |most: f64| format!("<= {most}");
        rows.push(vec![what.to_owned(), three_digits(is), most(goal), met(goal), most(limit), met(limit)]);
    }
    print_table(&rows);
    let are_fast = conditions::measure(&bootstrap);
    if are_fast && checks.iter().all(|(_, is, _, limit)| is <= limit) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Count init with the first run, and a warm run, in million instructions.
fn counted_with(bootstrap: &Path, backends: &Backends, name: &str) -> (f64, f64) {
    counted(&Subject::plexmon(bootstrap, backends, 1, tmp()), WARM_RUNS, name)
}

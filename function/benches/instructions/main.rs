//! `cargo bench --profile dev -p plexmon-function --bench instructions`: count the instructions of the function's first
//! run and of a warm run, and measure its size and the version of the C library that it needs. Fails above the limits.
//!
//! Valgrind's callgrind counts the instructions, so the numbers hardly vary, whatever else the machine does. Where
//! valgrind is not installed, it is unpacked from Debian's package below target/. Its profiles stay in target/tmp/.

#![expect(clippy::unwrap_used, reason = "where the harness fails, the panic is the message")]

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use plexmon_testing::bench::{
    Backends, Delays, Started, Subject, build, gzip_size, highest_glibc, print_table, size, three_digits,
};
use plexmon_testing::debian;

/// How many warm runs are counted together.
const WARM_RUNS: u32 = 20;
const MILLION: f64 = 1e6;

fn tmp() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
}

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
        ("binary, MB", mb(size(&bootstrap)), 5.5, 5.5),
        ("gzip -9, MB", mb(gzip_size(&bootstrap)), 2.4, 2.4),
        ("highest symbol of glibc 2", f64::from(highest_glibc(&bootstrap).unwrap_or(u32::MAX)), 34.0, 34.0),
    ];
    let mut rows = vec![["", "is", "goal", "", "limit", ""].map(str::to_owned).to_vec()];
    for (what, is, goal, limit) in checks {
        let met = |most: f64| if is <= most { "met" } else { "MISSED" }.to_owned();
        let most = |most: f64| format!("<= {most}");
        rows.push(vec![what.to_owned(), three_digits(is), most(goal), met(goal), most(limit), met(limit)]);
    }
    print_table(&rows);
    if checks.iter().all(|(_, is, _, limit)| is <= limit) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Count init with the first run, and a warm run, in million instructions.
fn counted_with(bootstrap: &Path, backends: &Backends, name: &str) -> (f64, f64) {
    let subject = Subject::plexmon(bootstrap, backends, 1, tmp());
    // Leaves a state as this function writes it.
    Started::new(&subject, &[]).run();
    let cold = counted(&subject, 0, name);
    let warm = (counted(&subject, WARM_RUNS, name) - cold) / f64::from(WARM_RUNS);
    (cold / MILLION, warm / MILLION)
}

/// Count all instructions of one environment: start, first run, and this number of warm runs.
fn counted(subject: &Subject, warm_runs: u32, name: &str) -> f64 {
    // Kept for `callgrind_annotate`.
    let file = tmp().join(format!("callgrind-{name}{warm_runs}-warm.out"));
    let valgrind = debian::program("valgrind", tmp());
    let program = Path::new(valgrind.get_program());
    let mut wrapper = Vec::new();
    // Unpacked, it would look for its tools where Debian installs them.
    let tools = program.parent().unwrap().join("../libexec/valgrind");
    if tools.is_dir() {
        wrapper.extend(["/usr/bin/env".to_owned(), format!("VALGRIND_LIB={}", tools.display())]);
    }
    wrapper.push(program.display().to_string());
    wrapper.extend(["--tool=callgrind", "--quiet"].map(str::to_owned));
    wrapper.push(format!("--callgrind-out-file={}", file.display()));
    let started = Started::new(subject, &wrapper);
    for _ in 0..=warm_runs {
        started.run();
    }
    started.process.terminate();
    let written = fs::read_to_string(&file).unwrap();
    let total = written.lines().find_map(|line| line.strip_prefix("totals: ")).unwrap();
    total.trim().parse().unwrap()
}

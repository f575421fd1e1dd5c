//! Counts the instructions of the function with valgrind's callgrind.

use std::fs;
use std::path::Path;

use plexmon_testing::bench::{Started, Subject};
use plexmon_testing::debian;

pub const MILLION: f64 = 1e6;

pub fn tmp() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
}

/// Count init with the first run, and a warm run, in million instructions.
pub fn counted(subject: &Subject, warm_runs: u32, name: &str) -> (f64, f64) {
    // Leaves a state as this function writes it.
    Started::new(subject, &[]).run();
    let cold = total(subject, 0, name);
    let warm = (total(subject, warm_runs, name) - cold) / f64::from(warm_runs);
    (cold / MILLION, warm / MILLION)
}

/// Count all instructions of one environment: start, first run, and this number of warm runs.
fn total(subject: &Subject, warm_runs: u32, name: &str) -> f64 {
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

//! `cargo bench --profile dev -p plexmon-function --bench instructions`: how many instructions the function takes for
//! its first run and for a warm one, how large it is, and what it asks of the C library. Fails where that is too much.
//!
//! Instructions are counted by valgrind's callgrind, so they hardly vary, whatever else the machine does. Where valgrind
//! is not installed, it is unpacked from Debian's package below target/. Its profiles stay in target/tmp/.

#![expect(clippy::unwrap_used, clippy::panic, reason = "where the harness fails, the panic is the message")]
#![expect(clippy::print_stdout, reason = "the table is what it is for")]
#![expect(dead_code, reason = "not all that the other benchmark needs is needed here")]

#[path = "../peers/builds.rs"]
mod builds;
#[path = "../../tests/it/debian.rs"]
mod debian;
#[path = "../peers/http.rs"]
mod http;
#[path = "../peers/process.rs"]
mod process;
#[path = "../peers/report.rs"]
mod report;
#[path = "../peers/runtime.rs"]
mod runtime;
#[path = "../peers/sizes.rs"]
mod sizes;
#[path = "../peers/subject.rs"]
mod subject;
#[path = "../peers/world.rs"]
mod world;

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use self::process::Started;
use self::subject::Subject;
use self::world::{Slowness, World};

/// So many warm runs are counted together.
const WARM: u32 = 20;
const MILLION: f64 = 1e6;

fn main() -> ExitCode {
    // `cargo test --all-targets` starts it too, without this word, and wants no figures.
    if !std::env::args().any(|word| word == "--bench") {
        return ExitCode::SUCCESS;
    }
    let bootstrap = builds::bootstrap();
    let (cold, warm) = counted_with(&bootstrap, &World::new(Slowness::default()), "");
    let (_, plain) =
        counted_with(&bootstrap, &World::with(Slowness::default(), None, String::new()), "plain-");
    let mb = |bytes: u64| bytes as f64 / MILLION;
    // The goals, and the limits: see deployer/docs/benchmarks.md.
    let checks = [
        ("init and first run, million instructions", cold, 8.0, 6.5),
        ("warm run without TLS to the target", plain, 1.1, 1.3),
        ("warm run with its full TLS handshake", warm, 1.1, 4.2),
        ("binary, MB", mb(sizes::size(&bootstrap)), 5.0, 5.0),
        ("gzip -9, MB", mb(sizes::packed(&bootstrap)), 2.1, 2.1),
        (
            "highest symbol of glibc 2",
            f64::from(sizes::glibc_minor(&bootstrap).unwrap_or(u32::MAX)),
            34.0,
            34.0,
        ),
    ];
    let mut rows = vec![["", "is", "goal", "", "limit", ""].map(str::to_owned).to_vec()];
    for (what, is, goal, limit) in checks {
        let met = |most: f64| if is <= most { "met" } else { "MISSED" }.to_owned();
        let most = |most: f64| format!("<= {most}");
        rows.push(vec![what.to_owned(), report::short(is), most(goal), met(goal), most(limit), met(limit)]);
    }
    report::print(&rows);
    if checks.iter().all(|(_, is, _, limit)| is <= limit) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Init with the first run, and a warm run, in million instructions.
fn counted_with(bootstrap: &Path, world: &World, name: &str) -> (f64, f64) {
    let subject = Subject::ours(bootstrap, world, 1);
    // Leaves a state as this function writes it.
    Started::new(&subject, &[]).run();
    let cold = counted(&subject, 0, name);
    let warm = (counted(&subject, WARM, name) - cold) / f64::from(WARM);
    (cold / MILLION, warm / MILLION)
}

/// All instructions of one environment's life: start, first run, so many warm ones.
fn counted(subject: &Subject, warm: u32, name: &str) -> f64 {
    // It stays there for `callgrind_annotate`.
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("callgrind-{name}{warm}-warm.out"));
    let valgrind = debian::program("valgrind");
    let program = Path::new(valgrind.get_program());
    let mut wrapper = Vec::new();
    // An unpacked one would look for its tools where Debian installs them.
    let tools = program.parent().unwrap().join("../libexec/valgrind");
    if tools.is_dir() {
        wrapper.extend(["/usr/bin/env".to_owned(), format!("VALGRIND_LIB={}", tools.display())]);
    }
    wrapper.push(program.display().to_string());
    wrapper.extend(["--tool=callgrind", "--quiet"].map(str::to_owned));
    wrapper.push(format!("--callgrind-out-file={}", file.display()));
    let started = Started::new(subject, &wrapper);
    for _ in 0..=warm {
        started.run();
    }
    started.process.terminate();
    let written = fs::read_to_string(&file).unwrap();
    let total = written.lines().find_map(|line| line.strip_prefix("totals: ")).unwrap();
    total.trim().parse().unwrap()
}

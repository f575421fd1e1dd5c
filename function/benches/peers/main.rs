//! `cargo bench -p plexmon-function --bench peers`: compare the function with others that do the same and with one that
//! does nothing, all under the same stand-ins for Lambda, SSM, the target and the channel.
//!
//! Options after `--`: `--starts N`, `--runs N` (warm runs for each start), `--only SECTION` (`free`, `rationed`,
//! `calls`, `sizes`, `latency`, `scale`, `page`). Needs Python 3.10 or newer with venv, gzip, and PyPI the first time.
//!
//! Wall times are measured from handing out an event to receiving its answer. Processor time is the kernel's clock of the
//! process (all threads, user and system), read while all threads sleep. Memory is VmHWM.

#![expect(clippy::unwrap_used, clippy::panic, reason = "where the harness fails, the panic is the message")]
#![expect(clippy::print_stdout, reason = "a benchmark prints its results")]

mod measure;
mod options;
mod page;
mod python;
mod report;
mod sections;
mod throttle;

use std::fs;
use std::path::Path;

use self::options::Options;
use self::sections::Bench;

fn tmp() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
}

fn main() {
    // `cargo test --all-targets` starts it too, without `--bench`, and only checks that it builds.
    let Some(options) = Options::parse(std::env::args().skip(1)) else { return };
    let bench = Bench::prepare();
    println!("{}\n", describe_machine());
    for (name, section) in sections::ALL {
        if options.wants(name) {
            section(&bench, &options);
        }
    }
}

/// The machine on which it runs.
fn describe_machine() -> String {
    let processors = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = processors.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or("unknown");
    let count = std::thread::available_parallelism().map_or(0, usize::from);
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let model = model.trim_start_matches([' ', '\t', ':']);
    format!("{model}, {count} processors, Linux {}", kernel.trim())
}

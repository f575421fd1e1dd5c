//! `cargo bench -p plexmon-function --bench peers`: the function beside others that do the same, and beside one that
//! does nothing, all under the same stand-ins for Lambda, SSM, the target and the channel.
//!
//! Options behind `--`: `--starts N`, `--runs N` (warm runs for each start), `--only SECTION` (`free`, `rationed`,
//! `calls`, `sizes`, `latency`, `scale`). Needs Python 3.10 or newer with venv, gzip, and PyPI at the first time.
//!
//! Times are the harness's own, from handing out an event to receiving its answer. Processor time is the kernel's clock
//! of the process (all threads, user and system), read while all threads sleep. Memory is VmHWM.

#![expect(clippy::unwrap_used, clippy::panic, reason = "where the harness fails, the panic is the message")]
#![expect(clippy::print_stdout, reason = "the tables are what it is for")]

mod builds;
mod http;
mod measure;
mod options;
mod process;
mod report;
mod runtime;
mod sections;
mod sizes;
mod subject;
mod throttle;
mod world;

use std::fs;

use self::options::Options;
use self::sections::Bench;

fn main() {
    // `cargo test --all-targets` starts it too, without this word, and wants no figures.
    let Some(options) = Options::read(std::env::args().skip(1)) else { return };
    let bench = Bench::prepare();
    println!("{}\n", machine());
    for (name, section) in sections::ALL {
        if options.wants(name) {
            section(&bench, &options);
        }
    }
}

/// What it ran on.
fn machine() -> String {
    let processors = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = processors.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or("unknown");
    let count = std::thread::available_parallelism().map_or(0, usize::from);
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let model = model.trim_start_matches([' ', '\t', ':']);
    format!("{model}, {count} processors, Linux {}", kernel.trim())
}

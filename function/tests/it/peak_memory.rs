//! The peak memory of one test, which is played again in a process of its own.

use std::process::Command;

const PRINT: &str = "PLEXMON_PRINT_PEAK";

/// Return the peak memory of this process so far, in KiB.
pub fn of_this_process() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    peak.trim().trim_end_matches(" kB").parse().unwrap()
}

/// Print the peak memory, if [`of_test`] asks for it. To be called at the end of that test.
#[expect(clippy::print_stdout, reason = "the other process reads it")]
pub fn print_if_asked() {
    if std::env::var_os(PRINT).is_some() {
        println!("PEAK {}", of_this_process());
    }
}

/// Play a test in a process of its own, and return its peak memory in KiB.
pub fn of_test(name: &str) -> u64 {
    let mut command = Command::new(std::env::current_exe().unwrap());
    let output = command.args(["--exact", name, "--nocapture"]).env(PRINT, "1").output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let peak = text.lines().find_map(|line| Some(line.split_once("PEAK ")?.1));
    peak.unwrap_or_else(|| panic!("{text}")).parse().unwrap()
}

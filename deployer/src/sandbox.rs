//! The environment of the `sandbox` command: an AWS emulator, and stand-ins for the services that the monitor calls.
//!
//! This module is independent of what is deployed. [`prepare`] installs the emulator, [`Emulator`] runs it, [`PlexStandIn`] is the
//! monitored server, and [`PhoneStandIn`] receives the notifications. All of them listen only on loopback addresses and end
//! with the process that started them, however it ends.

mod emulator;
mod environment;
mod http;
mod interpreter;
mod phone;
mod plex;
mod pushover;
mod python;

pub use emulator::{ACCESS_KEY, ACCOUNT, Emulator, SECRET_KEY};
pub use http::get;
pub use phone::PhoneStandIn;
pub use plex::PlexStandIn;
pub use pushover::Message;
pub use python::{InstallStage, Installed, find, prepare};

/// The last lines of a failed program's output, which usually contain the reason.
fn last_lines(output: &str) -> String {
    const KEPT: usize = 12;
    let lines: Vec<&str> = output.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
    lines[lines.len().saturating_sub(KEPT)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::last_lines;

    #[test]
    fn the_last_lines_are_kept_without_blank_ones() {
        let output: String = (1..=20).map(|number| format!("line {number}\n\n")).collect();
        let kept = last_lines(&output);
        assert_eq!(kept.lines().count(), 12);
        assert!(kept.starts_with("line 9\n") && kept.ends_with("line 20"), "{kept}");
        assert_eq!(last_lines(""), "");
    }
}

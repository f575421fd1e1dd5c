//! The options of `announce`.

use clap::Args;

#[derive(Debug, Args)]
pub struct Announce {
    /// What to announce, in at most 1,000 characters; `-` reads it from standard input. Without it, the current and
    /// planned announcements are listed.
    #[arg(value_name = "TEXT")]
    pub text: Option<String>,
    /// When it begins, by default now: "2026-11-28 22:00" in the `timezone` of the configuration, or 2h for in two hours.
    #[arg(long, value_name = "TIME", requires = "text")]
    pub from: Option<String>,
    /// When it ends, by default seven days after its beginning: a time as for --from, a date (to the end of that
    /// day), or 2h for two hours after its beginning. At most ten years from now.
    #[arg(long, value_name = "TIME", requires = "text")]
    pub until: Option<String>,
    /// End all current announcements and remove the planned ones; with TEXT, it replaces them.
    #[arg(long)]
    pub clear: bool,
    /// Also send the text now, on every channel that takes more than alerts.
    #[arg(long, requires = "text")]
    pub notify: bool,
}

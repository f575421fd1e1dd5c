//! The command line: types and help texts.

mod announce;
mod history;
mod page;
mod permissions;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{
    ArgAction, Args, ColorChoice, CommandFactory as _, FromArgMatches as _, Parser, Subcommand, ValueEnum,
};

pub use self::announce::Announce;
pub use self::history::{History, Since};
pub use self::page::PageArgs;
pub use self::permissions::{Audience, Permissions};
use crate::version;

/// Where the configuration is, unless an option or a variable says otherwise.
pub const DEFAULT_CONFIG: &str = "config.toml";

/// Monitor Plex and your other apps from AWS, and get a notification when one goes down and when it recovers.
#[derive(Debug, Parser)]
#[command(name = "plexmon-deploy", version, long_version = version::long(), arg_required_else_help = true, disable_help_subcommand = true)]
#[command(
    after_help = "Exit codes: 0 success, 1 failure, 2 invalid usage or configuration, 130 interrupted; \
with --exit-code: 3 changes, 4 not deployed."
)]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

impl Cli {
    /// Parse the arguments of the process. Exit after printing help or a usage error.
    pub fn from_command_line() -> Self {
        let mut command = Self::command().color(color_of_help(std::env::args_os()));
        let matches = command.get_matches_mut();
        Self::from_arg_matches(&matches).unwrap_or_else(|error| error.format(&mut command).exit())
    }
}

/// The value of `--color` for help and usage errors, which are printed before parsing ends.
fn color_of_help(args: impl Iterator<Item = OsString>) -> ColorChoice {
    let args: Vec<String> = args.map(|arg| arg.to_string_lossy().into_owned()).collect();
    let separate = args.windows(2).filter(|pair| pair[0] == "--color").map(|pair| pair[1].as_str());
    let joined = args.iter().filter_map(|arg| arg.strip_prefix("--color="));
    match separate.chain(joined).next() {
        Some("always") => ColorChoice::Always,
        Some("never") => ColorChoice::Never,
        _ => ColorChoice::Auto,
    }
}

#[derive(Debug, Clone, Args)]
pub struct Global {
    /// Configuration file.
    #[arg(long, global = true, value_name = "PATH", env = "PLEXMON_CONFIG", default_value = DEFAULT_CONFIG)]
    pub config: PathBuf,
    /// AWS profile; by default AWS_PROFILE or the profile `default`.
    #[arg(long, global = true, value_name = "NAME")]
    pub profile: Option<String>,
    /// AWS region; by default from the configuration, AWS_REGION or the profile.
    #[arg(long, global = true, value_name = "REGION")]
    pub region: Option<String>,
    /// Print one JSON document on stdout and nothing else.
    #[arg(long, global = true)]
    pub json: bool,
    /// Print only results and errors, no progress, notes or warnings.
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Show calls to AWS, their times, and a plan's order.
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub verbose: u8,
    /// When to use color.
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: Color,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Create a commented config.toml to start from.
    Init(Init),
    /// Probe all targets from this machine, without AWS.
    Check(NoOptions),
    /// Show what `up` would change, without changing anything.
    Plan(PlanArgs),
    /// Create or update the deployment.
    Up(Up),
    /// Show what is deployed, whether it has drifted, and the state, uptime and response times of each target.
    Status(Status),
    /// Show the outages of the last 90 days, with their causes and lengths.
    History(History),
    /// Print the address of the status page, open it in a browser, or write it to files.
    Page(PageArgs),
    /// Announce something on the status page, or list what is announced.
    Announce(Announce),
    /// Show the result of each check, from the function's log.
    Logs(Logs),
    /// Run the deployed function now and print its reply.
    Invoke(NoOptions),
    /// Compare the results of the deployed function with those from this machine.
    Doctor(NoOptions),
    /// Send a test message to every channel from the deployed function.
    NotifyTest(NoOptions),
    /// Pause notifications for a while; checks continue.
    Pause(Pause),
    /// Resume notifications now.
    Resume(NoOptions),
    /// Remove everything and verify that nothing is left.
    Down(Down),
    /// Run a complete demonstration on this machine, without an AWS account.
    Sandbox(Sandbox),
    /// Write the zip that `up` would upload to a file.
    Package(PackageArgs),
    /// Print the minimal IAM policy for running this program, or a trust policy for CI.
    Permissions(Permissions),
    /// Print a completion script for a shell.
    Completions(Completions),
    /// Print the manual page, or write one for each command.
    Man(ManArgs),
}

/// No options, for commands that have none of their own.
#[derive(Debug, Args)]
pub struct NoOptions {}

#[derive(Debug, Args)]
pub struct Init {
    /// Address to monitor, for example https://plex.example.com; without it, you are asked on a terminal.
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
    /// Read your Compose and env files, Caddyfile, Terraform files for Cloudflare, files of cloudflared and Traefik, or
    /// folders that contain them, and add a target for each app that they publish.
    #[arg(long, value_name = "PATH", num_args = 1.., conflicts_with = "url")]
    pub from: Vec<PathBuf>,
}

#[derive(Debug, Clone, Args)]
pub struct Source {
    /// Use this compiled function instead of building it.
    #[arg(long, value_name = "PATH")]
    pub bootstrap: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct PlanArgs {
    #[command(flatten)]
    pub source: Source,
    /// Plan to adopt existing resources that have our names but not our tag.
    #[arg(long)]
    pub adopt: bool,
    /// Exit with 3 if there are changes.
    #[arg(long)]
    pub exit_code: bool,
    /// How to print the plan. Markdown is for a comment on a pull request and has at most 60,000 characters.
    #[arg(long, value_name = "FORMAT", default_value = "text", conflicts_with = "json")]
    pub format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Text,
    Markdown,
}

#[derive(Debug, Args)]
pub struct Up {
    #[command(flatten)]
    pub source: Source,
    /// Adopt existing resources that have our names but not our tag.
    #[arg(long)]
    pub adopt: bool,
    /// Do not ask for confirmation. Required without a terminal, unless there is --expect.
    #[arg(short, long)]
    pub yes: bool,
    /// Apply only this plan, without asking: the digest of the plan that was reviewed, or a file that `plan --json`
    /// wrote. Exit with 1 and show the difference if the plan is another one now.
    #[arg(long, value_name = "DIGEST")]
    pub expect: Option<String>,
}

#[derive(Debug, Args)]
pub struct Status {
    #[command(flatten)]
    pub source: Source,
    /// Exit with 3 if the deployment has drifted and with 4 if nothing is deployed.
    #[arg(long)]
    pub exit_code: bool,
}

#[derive(Debug, Args)]
pub struct Logs {
    /// How far back to start, for example 30m, 6h or 2days.
    #[arg(long, value_name = "DURATION", default_value = "1h", value_parser = humantime::parse_duration)]
    pub since: std::time::Duration,
    /// Keep showing new lines until Ctrl-C.
    #[arg(short, long)]
    pub follow: bool,
    /// Show every line as it was logged, including Lambda's own.
    #[arg(long)]
    pub raw: bool,
}

#[derive(Debug, Args)]
pub struct Pause {
    /// How long to pause, for example 30m, 2h or 1day. The pause ends by itself.
    #[arg(long = "for", value_name = "DURATION", default_value = "2h", value_parser = humantime::parse_duration)]
    pub length: std::time::Duration,
}

#[derive(Debug, Args)]
pub struct Down {
    /// Do not ask for confirmation. Required without a terminal.
    #[arg(short, long)]
    pub yes: bool,
    /// Keep the state parameter.
    #[arg(long)]
    pub keep_state: bool,
    /// Keep the log group.
    #[arg(long)]
    pub keep_logs: bool,
    /// Detach policies that others attached to our role.
    #[arg(long)]
    pub force: bool,
    /// Do not wait for a run in progress to end; it may recreate the state parameter.
    #[arg(long)]
    pub no_wait: bool,
}

#[derive(Debug, Args)]
pub struct Sandbox {
    #[command(flatten)]
    pub source: Source,
    /// Run the function as it would be uploaded; building it takes longer.
    #[arg(long, conflicts_with = "bootstrap")]
    pub release: bool,
    /// Monitor this server instead of a stand-in.
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
    /// Keep the monitor running on its schedule until Ctrl-C.
    #[arg(long)]
    pub keep: bool,
}

#[derive(Debug, Args)]
pub struct PackageArgs {
    #[command(flatten)]
    pub source: Source,
    /// The file to write; an existing file is replaced.
    #[arg(short, long, value_name = "FILE")]
    pub out: PathBuf,
}

#[derive(Debug, Args)]
pub struct Completions {
    /// Shell to generate the script for.
    pub shell: clap_complete::Shell,
}

#[derive(Debug, Args)]
pub struct ManArgs {
    /// Write a page for each command into this folder, for example ~/.local/share/man/man1; existing pages are
    /// replaced.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

//! The command line: types and help texts.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{
    ArgAction, Args, ColorChoice, CommandFactory as _, FromArgMatches as _, Parser, Subcommand, ValueEnum,
};

/// Checks your Plex (and your other apps) from AWS and tells your phone when one breaks and when it is back.
#[derive(Debug, Parser)]
#[command(name = "plexmon-deploy", version, arg_required_else_help = true, disable_help_subcommand = true)]
#[command(after_help = "Exit codes: 0 done, 1 failed, 2 wrong usage or configuration, 130 interrupted; \
with --exit-code: 3 changes, 4 not deployed.")]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

impl Cli {
    /// What the program was called with; help and wrong usage end it here.
    pub fn from_command_line() -> Self {
        let mut command = Self::command().color(color_of_help(std::env::args_os()));
        let matches = command.get_matches_mut();
        Self::from_arg_matches(&matches).unwrap_or_else(|error| error.format(&mut command).exit())
    }
}

/// `--color`, for help and wrong usage: those are printed while the command line is still being read.
fn color_of_help(args: impl Iterator<Item = OsString>) -> ColorChoice {
    let args: Vec<String> = args.map(|arg| arg.to_string_lossy().into_owned()).collect();
    let apart = args.windows(2).filter(|pair| pair[0] == "--color").map(|pair| pair[1].as_str());
    let joined = args.iter().filter_map(|arg| arg.strip_prefix("--color="));
    match apart.chain(joined).next() {
        Some("always") => ColorChoice::Always,
        Some("never") => ColorChoice::Never,
        _ => ColorChoice::Auto,
    }
}

#[derive(Debug, Clone, Args)]
pub struct Global {
    /// The configuration file.
    #[arg(long, global = true, value_name = "PATH", env = "PLEXMON_CONFIG", default_value = "config.toml")]
    pub config: PathBuf,
    /// The AWS profile; otherwise AWS_PROFILE or the default one.
    #[arg(long, global = true, value_name = "NAME")]
    pub profile: Option<String>,
    /// The AWS region; otherwise the configuration's, AWS_REGION or the profile's.
    #[arg(long, global = true, value_name = "REGION")]
    pub region: Option<String>,
    /// Print one JSON document on stdout, and nothing else there.
    #[arg(long, global = true)]
    pub json: bool,
    /// No progress and no remarks; errors and results only.
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Show each call to AWS with its time.
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub verbose: u8,
    /// When to use colour.
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
    /// Write a commented config.toml to start from.
    Init(Init),
    /// Probe all targets from here, now, without AWS.
    Check(NoOptions),
    /// Show what `up` would do; change nothing.
    Plan(PlanArgs),
    /// Deploy, or bring what is deployed up to date.
    Up(Up),
    /// Show what is deployed, whether it has drifted, and what the monitor last saw.
    Status(Status),
    /// Show what each check saw, from the function's log.
    Logs(Logs),
    /// Run the deployed function now and print its reply.
    Invoke(NoOptions),
    /// Compare what the deployed function sees with what is seen from here.
    Doctor(NoOptions),
    /// Send a test message on every channel, from the deployed function.
    NotifyTest(NoOptions),
    /// Tell nothing for a while; checks go on.
    Pause(Pause),
    /// End a pause now.
    Resume(NoOptions),
    /// Remove everything and prove that nothing is left.
    Down(Down),
    /// Play the whole story on this machine, without an AWS account.
    Sandbox(Sandbox),
    /// Print the least IAM policy that running this program needs.
    Permissions(Permissions),
    /// Print a completion script for a shell.
    Completions(Completions),
}

/// The options of commands that have none of their own.
#[derive(Debug, Args)]
pub struct NoOptions {}

#[derive(Debug, Args)]
pub struct Init {
    /// The address to watch, for example https://plex.example.com; asked for when left out on a terminal.
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
    /// Read your own Compose and env files, Caddyfile, Cloudflare's *.tf, the files of cloudflared and Traefik, or
    /// folders with them, and write a target for each app that they publish.
    #[arg(long, value_name = "PATH", num_args = 1.., conflicts_with = "url")]
    pub from: Vec<PathBuf>,
}

#[derive(Debug, Clone, Args)]
pub struct Source {
    /// Take this compiled function instead of building it.
    #[arg(long, value_name = "PATH")]
    pub bootstrap: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct PlanArgs {
    #[command(flatten)]
    pub source: Source,
    /// Plan to take over what bears our names but not our tag.
    #[arg(long)]
    pub adopt: bool,
    /// Exit with 3 when there is something to do.
    #[arg(long)]
    pub exit_code: bool,
}

#[derive(Debug, Args)]
pub struct Up {
    #[command(flatten)]
    pub source: Source,
    /// Take over what bears our names but not our tag.
    #[arg(long)]
    pub adopt: bool,
    /// Do not ask. Required without a terminal.
    #[arg(short, long)]
    pub yes: bool,
}

#[derive(Debug, Args)]
pub struct Status {
    #[command(flatten)]
    pub source: Source,
    /// Exit with 3 when it has drifted and with 4 when nothing is deployed.
    #[arg(long)]
    pub exit_code: bool,
}

#[derive(Debug, Args)]
pub struct Logs {
    /// How far back, for example 30m, 6h or 2days.
    #[arg(long, value_name = "DURATION", default_value = "1h", value_parser = humantime::parse_duration)]
    pub since: std::time::Duration,
    /// Go on showing new lines until Ctrl-C.
    #[arg(short, long)]
    pub follow: bool,
    /// Show every line as it was logged, Lambda's own included.
    #[arg(long)]
    pub raw: bool,
}

#[derive(Debug, Args)]
pub struct Pause {
    /// How long, for example 30m, 2h or 1day. It ends by itself.
    #[arg(long = "for", value_name = "DURATION", default_value = "2h", value_parser = humantime::parse_duration)]
    pub length: std::time::Duration,
}

#[derive(Debug, Args)]
pub struct Down {
    /// Do not ask. Required without a terminal.
    #[arg(short, long)]
    pub yes: bool,
    /// Leave the state parameter.
    #[arg(long)]
    pub keep_state: bool,
    /// Leave the log group.
    #[arg(long)]
    pub keep_logs: bool,
    /// Detach from our role what others attached to it.
    #[arg(long)]
    pub force: bool,
    /// Do not wait for a run in flight to end; its state parameter may then come back.
    #[arg(long)]
    pub no_wait: bool,
}

#[derive(Debug, Args)]
pub struct Permissions {
    /// Whom the policy is for: one who changes things, or one who only looks.
    #[arg(long = "for", value_name = "WHOM", default_value = "up")]
    pub audience: Audience,
    /// Recommended: allow making roles only with this permissions boundary (set it in [function], too).
    #[arg(long, value_name = "ARN")]
    pub boundary: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Audience {
    /// plan, up, status, logs, invoke, down
    Up,
    /// plan, status, logs
    Status,
}

#[derive(Debug, Args)]
pub struct Sandbox {
    #[command(flatten)]
    pub source: Source,
    /// Watch this server instead of a stand-in.
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
    /// Leave it running on its schedule until Ctrl-C.
    #[arg(long)]
    pub keep: bool,
}

#[derive(Debug, Args)]
pub struct Completions {
    /// The shell to complete in.
    pub shell: clap_complete::Shell,
}

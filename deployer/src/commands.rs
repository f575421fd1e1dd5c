//! One short file per command; this one only chooses.

mod certificate;
pub mod check;
pub mod doctor;
pub mod down;
pub mod init;
pub mod invoke;
pub mod logs;
pub mod notify_test;
pub mod pause;
pub mod permissions;
pub mod plan;
pub mod sandbox;
pub mod status;
pub mod up;
pub mod verdict;

use clap::CommandFactory as _;

use self::down::{Removal, Runs};
use crate::artifact::Origin;
use crate::cli::{Cli, Command, Source};
use crate::config::Config;
use crate::error::{Exit, Result};
use crate::interrupt::Interrupt;
use crate::output::{Output, stdout};
use crate::plan::Plan;
use crate::session::Session;

/// Runs the command that was given.
pub async fn run(cli: Cli) -> Result<Exit> {
    let output = Output::new(&cli.global);
    let interrupt = Interrupt::listen();
    let session = async |source: Option<&Source>| {
        Session::open(&cli.global, origin(source), output.clone(), interrupt.clone()).await
    };
    match &cli.command {
        Command::Init(args) => init::init(&cli.global.config, args, &output, &interrupt).await,
        Command::Check => check::check(&cli.global.config, &output, &interrupt).await,
        Command::Plan(args) => plan::plan(&session(Some(&args.source)).await?, args).await,
        Command::Up(args) => {
            up::up(&session(Some(&args.source)).await?, args.adopt, args.yes).await.map(|_| Exit::Success)
        }
        Command::Status(args) => status::status(&session(Some(&args.source)).await?, args.exit_code).await,
        Command::Logs(args) => logs::logs(&session(None).await?, args).await,
        Command::Invoke => invoke::invoke(&session(None).await?).await,
        Command::Doctor => doctor::doctor(&session(None).await?).await,
        Command::NotifyTest => notify_test::notify_test(&session(None).await?).await,
        Command::Pause(args) => pause::pause(&session(None).await?, args.length).await,
        Command::Resume => pause::resume(&session(None).await?).await,
        Command::Down(args) => {
            let keep = down::Keep { state: args.keep_state, logs: args.keep_logs };
            let runs = if args.no_wait { Runs::Ignored } else { Runs::MayBeInFlight };
            let removal = Removal { keep, yes: args.yes, force: args.force, runs };
            down::down(&session(None).await?, removal).await
        }
        Command::Sandbox(args) => sandbox::sandbox(args, &output, &interrupt).await,
        Command::Permissions(args) => {
            let config = Config::load(&cli.global.config)?;
            permissions::permissions(&config, args, cli.global.region.as_deref(), &output)
        }
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut Cli::command(), "plexmon-deploy", &mut script);
            stdout(&String::from_utf8_lossy(&script)).map(|()| Exit::Success)
        }
    }
}

fn origin(source: Option<&Source>) -> Origin {
    source.and_then(|source| source.bootstrap.clone()).map_or(Origin::Sources, Origin::File)
}

/// What a plan without steps says all the same: what is kept, and why.
fn remarks(output: &Output, plan: &Plan) -> Result<()> {
    if plan.kept.is_empty() { Ok(()) } else { output.text(plan) }
}

/// `1 step`, `2 steps`.
pub fn plural(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

//! The whole benchmark: builds and installs, runs the verbs of all tools in turn, and prints the report.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Parser as _;
use plexmon_deploy::sandbox::{Emulator, prepare};
use plexmon_release::cargo::Build;

use crate::BenchResult;
use crate::claudia::Claudia;
use crate::measure::measure;
use crate::others::{Chalice, Shell};
use crate::ours::Ours;
use crate::peer::{Peer, Verb, Workspace};
use crate::proxy::Proxy;
use crate::results::{LEAST, MAIN, MOST, Results};
use crate::{report, startup, tools};

#[derive(clap::Parser)]
#[command(about = "Compares plexmon-deploy with other tools", bin_name = "peers")]
struct Options {
    /// Runs at 80 ms; those for the slope, at 0 and 200 ms, are at most three
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,
    /// Only the tools so named, may be repeated
    #[arg(long, value_name = "TOOL")]
    only: Vec<String>,
    /// Another `plexmon-deploy` to measure; otherwise, that of `cargo build --release`
    #[arg(long, value_name = "PATH")]
    binary: Option<PathBuf>,
    /// Passed by cargo
    #[arg(long, hide = true)]
    bench: bool,
}

impl Options {
    fn includes(&self, name: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only == name)
    }
}

pub async fn run() -> BenchResult<()> {
    let options = Options::parse();
    let target = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let bench = target.join("peers");
    std::fs::create_dir_all(&bench)?;
    // Built as `up` builds it, so that no build is measured.
    let bootstrap = build("plexmon-function", "bootstrap", "lambda")?;
    let binary = match &options.binary {
        Some(binary) => binary.clone(),
        None => build("plexmon-deploy", "plexmon-deploy", "release")?,
    };
    let installed = prepare(&target.join("cache/plexmon"), &|stage| eprintln!("{stage}")).await?;
    let emulator = Emulator::start(&installed, &bench).await?;
    let proxy = Proxy::start(emulator.endpoint()).await?;

    let mut peers: Vec<Box<dyn Peer>> = Vec::new();
    let mut skipped = Vec::new();
    if options.includes("plexmon-deploy") {
        peers.push(Box::new(Ours::new(binary.clone(), bootstrap.clone()).await?));
    }
    if ["shell steps", "Chalice", "cargo lambda"].iter().any(|name| options.includes(name)) {
        match tools::install(&bench).await {
            Ok(tools) => {
                let others: [Box<dyn Peer>; 3] = [
                    Box::new(Shell::steps(bootstrap.clone(), tools.clone())),
                    Box::new(Chalice::new(tools.clone())),
                    Box::new(Shell::lambda(bootstrap.clone(), tools)),
                ];
                peers.extend(others.into_iter().filter(|peer| options.includes(peer.name())));
            }
            Err(error) => skipped.push(format!("the tools from PyPI could not be installed: {error}")),
        }
    }

    if options.includes("Claudia") {
        match Claudia::install(&bench).await {
            Ok(claudia) => peers.push(Box::new(claudia)),
            Err(error) => skipped.push(format!("Claudia could not be installed: {error}")),
        }
    }

    let results = compare(&peers, &proxy, options.runs).await;
    report::print(&peers, &results, &skipped, options.runs);
    startup::print(&binary, &proxy, &bench).await?;
    emulator.stop().await?;
    Ok(())
}

/// Run the verbs of each tool in turn, so that changes in the machine's load affect all of them.
async fn compare(peers: &[Box<dyn Peer>], proxy: &Proxy, runs: u32) -> Vec<Results> {
    let mut results: Vec<Results> = peers.iter().map(|_| Results::default()).collect();
    for (latency, runs) in [(MAIN, runs), (LEAST, runs.min(3)), (MOST, runs.min(3))] {
        // The first run fills caches, and does not count.
        let warm_ups = u32::from(latency == MAIN);
        for run in 0..runs + warm_ups {
            for (peer, results) in peers.iter().zip(&mut results) {
                if results.trouble.is_some() {
                    continue;
                }
                let counts = run >= warm_ups;
                let what = if counts { format!("run {}", run + 1 - warm_ups) } else { "warm-up".to_owned() };
                eprintln!("{latency} ms, {what}: {}", peer.name());
                proxy.delay(Duration::from_millis(latency));
                if let Err(error) = cycle(&**peer, proxy, latency, counts.then_some(&mut *results)).await {
                    results.trouble = Some(error.to_string());
                }
            }
        }
    }
    results
}

/// Run all verbs in sequence in an empty account.
async fn cycle(
    peer: &dyn Peer,
    proxy: &Proxy,
    latency: u64,
    mut results: Option<&mut Results>,
) -> BenchResult<()> {
    let workspace = Workspace::new(proxy.url())?;
    peer.prepare(&workspace)?;
    for verb in Verb::ALL {
        let Some(command) = peer.command(verb, &workspace)? else { continue };
        let run = measure(command, proxy).await.map_err(|error| format!("{verb}: {error}"))?;
        // The shell steps end with one that fails if the function never ran.
        if run.code != Some(0) && verb != Verb::Remove {
            return Err(format!("{verb} ended with {:?}: {}", run.code, run.output.trim()).into());
        }
        if let Some(results) = results.as_mut() {
            results.add(verb, latency, run);
        }
    }
    Ok(())
}

/// Build a binary as users have it: that of a benchmark would include the tests' features.
fn build(package: &str, program: &str, profile: &str) -> BenchResult<PathBuf> {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().ok_or("no target directory")?;
    let variables = vec![("CARGO_TARGET_DIR", Some(target.into()))];
    Ok(Build { command: "build", package, program, profile, target: None, variables }.run()?)
}

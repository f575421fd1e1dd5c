//! Measures the start of the program, and checks that it does not use the network before it has to.

use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::process::Command;

use crate::BenchResult;
use crate::goals::{BINARY_MB, HELP_ABOVE_HELLO_MS, verdict};
use crate::measure::measure;
use crate::peer::Workspace;
use crate::proxy::Proxy;
use crate::results::{mean_cpu, median};
use crate::tools::run;

const STARTS: usize = 50;
const HELLO: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/peers/hello.rs");

pub async fn print(binary: &Path, proxy: &Proxy, bench: &Path) -> BenchResult<()> {
    proxy.delay(Duration::ZERO);
    println!("\nStarts, medians of {STARTS}\n");
    println!("| | ms | CPU ms | peak MB | connections |\n| --- | ---: | ---: | ---: | ---: |");
    let hello = row("hello world", &build_hello(bench).await?, &[], proxy).await?;
    let help = row("`--help`", binary, &["--help"], proxy).await?;
    row("`up --help`", binary, &["up", "--help"], proxy).await?;
    row("`--version`", binary, &["--version"], proxy).await?;
    row("`plan` without a configuration", binary, &["plan"], proxy).await?;
    let above = (help.as_secs_f64() - hello.as_secs_f64()) * 1000.0;
    let near = verdict(above <= HELP_ABOVE_HELLO_MS);
    println!("\n`--help` above hello world: {above:.1} ms, goal <= {HELP_ABOVE_HELLO_MS}: {near}");
    let size = std::fs::metadata(binary)?.len() as f64 / 1_000_000.0;
    println!("Binary: {size:.1} MB, goal <= {BINARY_MB}: {}", verdict(size <= BINARY_MB));
    Ok(())
}

async fn row(title: &str, program: &Path, arguments: &[&str], proxy: &Proxy) -> BenchResult<Duration> {
    let workspace = Workspace::new(proxy.url())?;
    let mut runs = Vec::new();
    for _ in 0..STARTS {
        let mut command = workspace.command(program);
        command.args(arguments);
        runs.push(measure(command, proxy).await?);
    }
    let wall = median(runs.iter().map(|run| run.wall).collect()).unwrap_or_default();
    let cpu = mean_cpu(&runs).unwrap_or_default();
    let peak = runs.iter().map(|run| run.peak).max().unwrap_or_default() as f64 / 1_000_000.0;
    let connections: usize = runs.iter().map(|run| run.connections).sum();
    let ms = |time: Duration| time.as_secs_f64() * 1000.0;
    println!("| {title} | {:.1} | {:.1} | {peak:.1} | {connections} |", ms(wall), ms(cpu));
    Ok(wall)
}

async fn build_hello(bench: &Path) -> BenchResult<PathBuf> {
    let hello = bench.join("hello");
    let cargo = std::env::var_os("CARGO").map(PathBuf::from).unwrap_or_default();
    let rustc = Some(cargo.with_file_name("rustc")).filter(|rustc| rustc.is_file());
    let mut compile = Command::new(rustc.unwrap_or_else(|| "rustc".into()));
    run(compile.args(["--edition", "2024", "-O", "-C", "strip=symbols", HELLO, "-o"]).arg(&hello)).await?;
    Ok(hello)
}

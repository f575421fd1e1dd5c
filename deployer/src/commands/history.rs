//! `history`: list the outages of each target, with their causes and lengths, and how much of the time it was up.

mod csv;
mod report;
mod text;

use plexmon_function::time;

use self::csv::csv;
use self::report::Report;
use crate::cli;
use crate::config::Config;
use crate::context::Context;
use crate::error::{Error, Exit, Result};
use crate::history::{Histories, Window};
use crate::print::stdout;
use crate::stack::ReadOptions;

/// Names that are less similar than this are not suggested.
const MIN_SIMILARITY: f64 = 0.7;

pub async fn run(context: &Context, args: &cli::History) -> Result<Exit> {
    // clap does not see this conflict if `--json` comes before the command.
    if args.csv && context.output.is_json() {
        return Err(Error::usage("--csv and --json exclude each other").hint("leave one of them out"));
    }
    let session = &context.session().await?;
    let names = named(&session.config, &args.targets)?;
    let observed = session.observe(ReadOptions::default()).await?;
    if !observed.has_own_monitor() {
        let (name, region) = (session.names.function(), &session.aws.region);
        return Err(Error::new(format!("function `{name}` is not deployed in {region}"))
            .hint("deploy it with `plexmon-deploy up`, or correct --region"));
    }
    let now = time::now();
    let clock = &session.config.clock;
    let window = Window::new(args.since, clock, now);
    if window.begin > now {
        return Err(Error::usage("--since is in the future").hint("for example: --since 30d"));
    }
    let mut problems = Vec::new();
    let state = observed.read_state().unwrap_or_else(|error| {
        problems.push(format!("the state cannot be read: {error}"));
        None
    });
    let targets = &session.config.targets;
    let histories = Histories::read(&observed.history, state.as_ref(), targets, clock, now);
    problems.extend(histories.problems.iter().cloned());
    let chosen = histories.targets.iter().filter(|(name, _)| names.contains(&name.as_str()));
    let report = Report::new(chosen, window, clock, now, problems);
    if !session.output.is_json() {
        session.output.warnings(&report.problems);
    }
    if args.csv {
        stdout(&csv(&report))?;
        return Ok(Exit::Success);
    }
    session.output.document(&report)?;
    session.output.text(report.text(session.output.page()))?;
    Ok(Exit::Success)
}

/// Return the names of the targets to show: all, or those of the command line.
fn named<'a>(config: &'a Config, wanted: &'a [String]) -> Result<Vec<&'a str>> {
    let known = || config.targets.iter().map(|target| target.name.as_str());
    if wanted.is_empty() {
        return Ok(known().collect());
    }
    for name in wanted {
        if !known().any(|known| known == name) {
            let likeness = |known| strsim::jaro_winkler(&name.to_lowercase(), &str::to_lowercase(known));
            let similar = known().map(|known| (likeness(known), known));
            let nearest = similar
                .filter(|(likeness, _)| *likeness > MIN_SIMILARITY)
                .max_by(|left, right| left.0.total_cmp(&right.0));
            let all = known().map(|known| format!("`{known}`")).collect::<Vec<_>>().join(", ");
            let hint = nearest.map_or_else(
                || format!("the targets are: {all}"),
                |(_, nearest)| format!("did you mean `{nearest}`?"),
            );
            return Err(Error::usage(format!("no target is called `{name}`")).hint(hint));
        }
    }
    Ok(wanted.iter().map(String::as_str).collect())
}

#[cfg(test)]
mod tests;

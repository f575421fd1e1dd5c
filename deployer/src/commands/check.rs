//! `check`: the function's own probe, run from here: each link of the chain with its time.

use std::fmt::Write as _;
use std::path::Path;

use futures_util::future::join_all;
use plexmon_function::probe::{Observation, Tls, probe};
use plexmon_function::secrets::Secrets;
use serde::Serialize;

use super::verdict::advice;
use crate::config::{Config, Found};
use crate::error::{Context, Error, Exit, Result};
use crate::interrupt::Interrupt;
use crate::output::Output;

#[derive(Serialize)]
struct Document<'a> {
    targets: &'a [Observation],
}

pub async fn check(path: &Path, output: &Output, interrupt: &Interrupt) -> Result<Exit> {
    let config = Config::load(path)?;
    output.warnings(&config.secrets.warnings());
    let secrets = match config.secrets.resolve()? {
        Found::All(secrets) => secrets,
        Found::NoneConfigured => Secrets::default(),
        Found::Missing(variables) => {
            if !config.secrets.headers.is_empty() {
                output.warning(&format!("{} not set: secret headers are not sent", variables.join(" and ")));
            }
            Secrets::default()
        }
    };
    let tls = Tls::new().context(|| "could not set up TLS")?;
    let none = std::collections::BTreeMap::new();
    let probes = config
        .targets
        .iter()
        .map(|target| probe(target, secrets.headers.get(&target.name).unwrap_or(&none), &tls));
    let observations = tokio::select! {
        observations = join_all(probes) => observations,
        () = interrupt.requested(1) => return Err(Error::interrupted("interrupted")),
    };
    output.document(&Document { targets: &observations })?;
    for observation in &observations {
        output.text(text(observation))?;
    }
    let down = observations.iter().filter(|observation| !observation.ok).count();
    if down > 0 {
        return Err(Error::new(format!("{down} of {} not up, seen from here", observations.len()))
            .hint("mend it, or correct the configuration; `up` would deploy a monitor that says DOWN"));
    }
    Ok(Exit::Success)
}

fn text(observation: &Observation) -> String {
    let verdict = if observation.ok { "up" } else { "down" };
    let mut text = format!("{}: {verdict} ({:.0} ms)", observation.target, observation.total_ms);
    for link in &observation.links {
        let mark = if link.ok { "ok" } else { "FAILED" };
        let _ =
            write!(text, "\n  {:<5} {mark:<6} {:>7.1} ms  {}", link.name.to_string(), link.ms, link.detail);
    }
    if let Some(failure) = &observation.failed {
        let _ = write!(text, "\n  {}", advice(failure.link));
    }
    text
}

//! `status`: what is deployed, whether it has drifted, and what the monitor last saw.

use std::fmt::{self, Display, Write as _};

use plexmon_function::contract::parts::merge;
use plexmon_function::contract::state::{State, Status as Health};
use plexmon_function::time;
use serde::Serialize;

use crate::error::{Exit, Result};
use crate::plan::{Kept, Plan, Step};
use crate::resources::Health as FunctionHealth;
use crate::session::{Session, View};
use crate::stack::{Decrypt, Observed};

/// One value, with a text form and a JSON form.
#[derive(Debug, Serialize)]
pub struct Report {
    deployed: bool,
    in_sync: bool,
    schedule: Option<String>,
    enabled: bool,
    /// Unix seconds.
    last_check: Option<u64>,
    /// Unix seconds; `null` when words are told.
    paused_until: Option<u64>,
    targets: Vec<TargetReport>,
    /// What `up` would do.
    drift: Vec<Step>,
    /// What stays as it is, and why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    kept: Vec<Kept>,
    problems: Vec<String>,
    #[serde(skip)]
    place: String,
    #[serde(skip)]
    now: u64,
}

#[derive(Debug, Serialize)]
struct TargetReport {
    name: String,
    status: String,
    /// Unix seconds.
    since: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
}

pub async fn status(session: &Session, exit_code: bool) -> Result<Exit> {
    let view = session.look(Decrypt::IfAllowed, false).await?;
    let report = report(session, &view);
    session.output.document(&report)?;
    session.output.text(&report)?;
    Ok(match (exit_code, report.deployed, report.in_sync) {
        (true, false, _) => Exit::NotDeployed,
        (true, true, false) => Exit::Changes,
        _ => Exit::Success,
    })
}

/// What `status` shows.
pub fn report(session: &Session, view: &View) -> Report {
    let stack = &view.observed.stack;
    let ours = Some(session.names.deployment.as_str());
    let mut problems = Vec::new();
    let plan = session.plan(&view.desired, stack, false).unwrap_or_else(|error| {
        problems.push(error.message().to_owned());
        Plan::default()
    });
    let (drift, kept) = (plan.steps, plan.kept);
    if let Some(function) =
        stack.function.as_ref().filter(|function| function.health != FunctionHealth::Active)
    {
        problems.push(format!("the function is not able to run as it should ({})", function.health));
    }
    let deployed = stack.function.as_ref().is_some_and(|function| function.owner.as_deref() == ours);
    let state = if deployed { state(&view.observed, &mut problems) } else { None };
    let rule = stack.schedule.as_ref().filter(|_| deployed).and_then(|schedule| schedule.rule.as_ref());
    let now = time::now();
    Report {
        deployed,
        in_sync: deployed && drift.is_empty() && problems.is_empty(),
        schedule: rule.map(|rule| rule.expression.clone()),
        enabled: rule.is_some_and(|rule| rule.enabled),
        last_check: state.as_ref().map(|state| state.ts).filter(|ts| *ts > 0),
        paused_until: state.as_ref().and_then(|state| state.paused_until).filter(|until| *until > now),
        targets: targets(session, state.as_ref()),
        drift: if deployed { drift } else { Vec::new() },
        kept: if deployed { kept } else { Vec::new() },
        problems,
        place: session.place(&view.observed),
        now,
    }
}

/// What the function keeps, put together from its parts.
fn state(observed: &Observed, problems: &mut Vec<String>) -> Option<State> {
    let parts = observed.state.iter().chain(&observed.further_states).map(|text| State::parse(text));
    match parts.collect::<std::result::Result<Vec<_>, _>>() {
        Ok(parts) => Some(merge(parts)).filter(|_| observed.state.is_some()),
        Err(error) => {
            problems.push(format!("the state cannot be read: {error}"));
            None
        }
    }
}

/// The configuration's targets in their order, as far as the state knows them.
fn targets(session: &Session, state: Option<&State>) -> Vec<TargetReport> {
    let Some(state) = state else { return Vec::new() };
    let only = session.config.targets.len() == 1;
    session
        .config
        .targets
        .iter()
        .map(|target| match state.target(&target.name) {
            Some(known) => TargetReport {
                name: target.name.clone(),
                status: known.status.to_string(),
                since: Some(known.since),
                why: known.why.clone(),
            },
            // A value of the function that plexmon replaces tells of its one target without a name.
            None => TargetReport {
                name: target.name.clone(),
                status: if only { state.status } else { Health::Unknown }.to_string(),
                since: None,
                why: None,
            },
        })
        .collect()
}

impl Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "{}", self.place)?;
        let deployed = match (self.deployed, self.in_sync) {
            (false, _) => "no (`plexmon-deploy up` deploys it)".to_owned(),
            (true, true) => "yes, as configured".to_owned(),
            (true, false) => "yes, but not as configured (`plexmon-deploy up` mends it)".to_owned(),
        };
        write!(formatter, "  deployed    {deployed}")?;
        for step in &self.drift {
            let fields: Vec<&str> = step.changes.iter().map(|change| change.field).collect();
            let mut line = format!("{} {} {}", step.action, step.kind, step.name);
            if !fields.is_empty() && step.action == crate::plan::Action::Update {
                let _ = write!(line, " ({})", fields.join(", "));
            }
            write!(formatter, "\n    would {line}")?;
        }
        for kept in &self.kept {
            write!(formatter, "\n    keeps {} {} ({})", kept.kind, kept.name, kept.why)?;
        }
        for problem in &self.problems {
            write!(formatter, "\n  problem     {problem}")?;
        }
        if !self.deployed {
            return Ok(());
        }
        let schedule = match (&self.schedule, self.enabled) {
            (Some(expression), true) => expression.clone(),
            (Some(expression), false) => format!("{expression}, disabled"),
            (None, _) => "none: nothing is checked".to_owned(),
        };
        write!(formatter, "\n  schedule    {schedule}")?;
        let last = self.last_check.map_or_else(
            || "never".to_owned(),
            |ts| format!("{} ago", time::duration(self.now.saturating_sub(ts))),
        );
        write!(formatter, "\n  last check  {last}")?;
        if let Some(until) = self.paused_until {
            let (date, clock) = (time::date(until), time::clock(until));
            write!(formatter, "\n  paused      until {date} {clock} UTC (`plexmon-deploy resume` ends it)")?;
        }
        let widths = self.targets.iter().map(|target| console::measure_text_width(&target.name));
        let width = widths.max().unwrap_or_default().max("last check ".len());
        for target in &self.targets {
            write!(formatter, "\n  {} {}", padded(&target.name, width), target.status)?;
            if let Some(since) = target.since {
                write!(formatter, " since {} {} UTC", time::date(since), time::clock(since))?;
            }
            if let Some(why) = &target.why {
                write!(formatter, ": {why}")?;
            }
        }
        Ok(())
    }
}

/// By what is seen on a terminal, where a letter may be two columns wide.
fn padded(name: &str, width: usize) -> String {
    console::pad_str(name, width, console::Alignment::Left, None).into_owned()
}

//! `status`: show what is deployed, whether it has drifted, and what the monitor last saw.

mod code;
mod history;
mod target;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use plexmon_function::contract::settings::{Clock, Target};
use plexmon_function::contract::state::State;
use plexmon_function::message::advice;
use plexmon_function::probe::Cause;
use plexmon_function::{local_time, time};
use serde::Serialize;

use self::code::Code;
use self::target::TargetReport;
use crate::account_plan::AccountPlan;
use crate::cli;
use crate::context::Context;
use crate::error::{Exit, Result};
use crate::history::Histories;
use crate::page_address::PageAddress;
use crate::plan::{Kept, Plan, Step};
use crate::resources::{Decrypt, Health as FunctionHealth};
use crate::session::{Session, View};
use crate::stack::ReadOptions;
use crate::text::{Page, Paint, padded, plan_notice};

/// The width of `last check` and the space behind it.
const LABEL: usize = 11;

/// The result of `status`, printed as text or JSON.
#[derive(Debug, Serialize)]
pub struct Report {
    deployed: bool,
    in_sync: bool,
    /// Which code AWS runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<Code>,
    schedule: Option<String>,
    enabled: bool,
    /// Unix seconds.
    last_check: Option<u64>,
    /// Unix seconds; `null` when notifications are not paused.
    paused_until: Option<u64>,
    /// `null` if no status page is deployed.
    page: Option<PageReport>,
    targets: Vec<TargetReport>,
    /// What `up` would do.
    drift: Vec<Step>,
    /// What `up` would leave as it is, and why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    kept: Vec<Kept>,
    problems: Vec<String>,
    /// `null` if AWS does not say.
    account_plan: Option<AccountPlan>,
    #[serde(skip)]
    place: String,
    /// Of the monitor.
    #[serde(skip)]
    region: String,
    #[serde(skip)]
    now: u64,
    #[serde(skip)]
    clock: Clock,
}

/// The status page.
#[derive(Debug, Serialize)]
struct PageReport {
    /// Without its secret path, which has no place in a log.
    address: String,
    has_secret_path: bool,
}

impl PageReport {
    fn of(session: &Session, view: &View) -> Result<Option<Self>> {
        let address = PageAddress::of(session, &view.observed)?;
        Ok(address.map(|address| Self { has_secret_path: address.has_secret_path(), address: address.root }))
    }
}

pub async fn run(context: &Context, args: &cli::Status) -> Result<Exit> {
    let session = context.session_with_code(&args.source).await?;
    let report = show(&session).await?;
    Ok(match (args.exit_code, report.deployed, report.in_sync) {
        (true, false, _) => Exit::NotDeployed,
        (true, true, false) => Exit::Changes,
        _ => Exit::Success,
    })
}

/// Read the status and print it.
pub async fn show(session: &Session) -> Result<Report> {
    let view = session.view(ReadOptions { decrypt: Decrypt::IfAllowed, ..ReadOptions::default() }).await?;
    let report = report(session, &view)?;
    session.output.document(&report)?;
    session.output.text(report.text(session.output.page()))?;
    Ok(report)
}

/// Compare what is deployed with the configuration, and read the state.
pub fn report(session: &Session, view: &View) -> Result<Report> {
    let stack = &view.observed.stack;
    let names = &view.observed.names;
    let mut problems = Vec::new();
    let plan = view.plan(false).unwrap_or_else(|error| {
        problems.push(error.message().to_owned());
        Plan::default()
    });
    let (drift, kept) = (plan.steps, plan.kept);
    for function in stack.functions.iter().filter(|function| function.health != FunctionHealth::Active) {
        let is_monitor = function.name == names.function();
        let named = if is_monitor { String::new() } else { format!(" `{}`", function.name) };
        problems.push(format!("the function{named} cannot run ({})", function.health));
    }
    let deployed = view.observed.has_own_monitor();
    let mut state = None;
    if deployed {
        match view.observed.read_state() {
            Ok(read) => state = read,
            Err(error) => problems.push(format!("the state cannot be read: {error}")),
        }
    }
    let rule =
        stack.schedule(&names.monitor).filter(|_| deployed).and_then(|schedule| schedule.rule.as_ref());
    let now = time::now();
    // A history that cannot be read is not drift: `up` has nothing to update.
    let in_sync = deployed && drift.is_empty() && problems.is_empty();
    // Nor is what may be left in an earlier region: the page as configured is not concerned.
    problems.extend(view.observed.unchecked_warnings());
    let (config, parameters) = (&session.config, &view.observed.history);
    let mut histories = Histories::default();
    if deployed {
        histories = Histories::read(parameters, state.as_ref(), &config.targets, &config.clock, now);
        problems.append(&mut histories.problems);
    }
    Ok(Report {
        deployed,
        in_sync,
        code: if deployed { Some(Code::of(session, view)?) } else { None },
        schedule: rule.map(|rule| rule.expression.clone()),
        enabled: rule.is_some_and(|rule| rule.enabled),
        last_check: state.as_ref().map(|state| state.ts).filter(|ts| *ts > 0),
        paused_until: state.as_ref().and_then(|state| state.paused_until).filter(|until| *until > now),
        page: PageReport::of(session, view)?,
        targets: targets(session, state.as_ref(), &histories),
        drift: if deployed { drift } else { Vec::new() },
        kept: if deployed { kept } else { Vec::new() },
        problems,
        account_plan: view.account_plan.clone(),
        place: session.place(&view.observed),
        region: view.observed.account.region.clone(),
        now,
        clock: config.clock.clone(),
    })
}

/// Return the targets in the order of the configuration, with what the state and the history say about them.
fn targets(session: &Session, state: Option<&State>, histories: &Histories) -> Vec<TargetReport> {
    let Some(state) = state else { return Vec::new() };
    let targets = &session.config.targets;
    let only = targets.len() == 1;
    let report = |target: &Target| {
        let report = TargetReport::of(target, state, only);
        match histories.of(&target.name) {
            Some(history) => report.with_history(history, &session.config.clock),
            None => report,
        }
    };
    targets.iter().map(report).collect()
}

impl Report {
    pub fn text(&self, page: Page) -> String {
        let paint = page.paint;
        let mut text = self.place.clone();
        let deployed = match (self.deployed, self.in_sync) {
            (false, _) => "no (`plexmon-deploy up` deploys it)".to_owned(),
            (true, true) => paint.green("yes, as configured"),
            (true, false) => paint.yellow("yes, but not as configured (`plexmon-deploy up` updates it)"),
        };
        let _ = write!(text, "\n  deployed    {deployed}");
        for step in &self.drift {
            let _ = write!(text, "\n    would {}", of_step(step, &self.region, paint));
        }
        for kept in &self.kept {
            let _ = write!(text, "\n    would keep {} {} ({})", kept.kind, kept.name, kept.why);
        }
        for problem in &self.problems {
            let _ = write!(text, "\n  {} {problem}", padded(&paint.red("problem"), LABEL));
        }
        if let Some(code) = &self.code {
            let _ = write!(text, "{code}");
        }
        if let Some(notice) = self.account_plan.as_ref().and_then(|plan| plan_notice(plan, self.now)) {
            let label = if notice.is_urgent { paint.yellow("account") } else { "account".to_owned() };
            let _ = write!(text, "\n  {} {}", padded(&label, LABEL), notice.text);
        }
        if self.deployed {
            self.write_monitor(&mut text, page);
        }
        text
    }

    /// Write the schedule, the last check and the state of each target.
    fn write_monitor(&self, text: &mut String, page: Page) {
        let paint = page.paint;
        let schedule = match (&self.schedule, self.enabled) {
            (Some(expression), true) => expression.clone(),
            (Some(expression), false) => format!("{expression}, disabled"),
            (None, _) => "none: no checks run".to_owned(),
        };
        let last = self.last_check.map_or_else(
            || "never".to_owned(),
            |ts| format!("{} ago", time::duration(self.now.saturating_sub(ts))),
        );
        let _ = write!(text, "\n  schedule    {schedule}\n  last check  {last}");
        if let Some(until) = self.paused_until {
            let until = self.moment(until);
            let _ = write!(text, "\n  paused      until {until} (`plexmon-deploy resume` ends it)");
        }
        if let Some(PageReport { address, has_secret_path }) = &self.page {
            let hint = if *has_secret_path { " (`plexmon-deploy page` prints the full address)" } else { "" };
            let _ = write!(text, "\n  page        {address}{hint}");
        }
        let widths = self.targets.iter().map(|target| console::measure_text_width(&target.name));
        let width = widths.max().unwrap_or_default().max(LABEL);
        let pasts = history::lines(self.targets.iter().map(|target| target.past.as_ref()), &self.clock, page);
        for (target, past) in self.targets.iter().zip(pasts) {
            let _ = write!(text, "\n  {} {}", padded(&target.name, width), paint.state(&target.status));
            if let Some(since) = target.since {
                let _ = write!(text, " since {}", self.moment(since));
            }
            target.write_reasons(text, width);
            for line in past {
                let _ = write!(text, "\n    {line}");
            }
        }
        let causes: BTreeSet<Cause> = self.targets.iter().filter_map(|target| target.cause).collect();
        for cause in causes {
            let _ = write!(text, "\n  {cause}: {}", advice(cause));
        }
    }

    /// Format a time by the owner's clock.
    fn moment(&self, at: u64) -> String {
        format!("{} {}", local_time::date(at, &self.clock), local_time::clock(at, &self.clock))
    }
}

fn of_step(step: &Step, home: &str, paint: Paint) -> String {
    let action = step.action.colored(&step.action.to_string(), paint);
    let mut line = format!("{action} {} {}{}", step.kind, step.name, step.elsewhere(home));
    let fields: Vec<&str> = step.replaced().map(|change| change.field).collect();
    if !fields.is_empty() {
        let _ = write!(line, " ({})", fields.join(", "));
    }
    line
}

#[cfg(test)]
mod tests;

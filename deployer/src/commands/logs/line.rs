//! One event of the log as readable lines.
//!
//! A run of any release is one JSON object. It is read field by field, so values that only a later release knows are shown
//! as they are. Events that are neither runs nor known noise are never hidden.

use console::measure_text_width;
use plexmon_function::contract::notification::NotificationKind;
use serde_json::Value;

use crate::text::notification::{first_subject, subject};
use crate::text::{DEGRADED, Page, Paint, padded, plural};

/// A longer name does not move the columns behind it.
const MAX_NAME: usize = 24;
/// The width of the column of states: that of `degraded`.
const STATE: usize = 8;

/// How lines are laid out.
#[derive(Clone, Copy)]
pub(super) struct Layout {
    /// The width of the column of names.
    name: usize,
    page: Page,
}

impl Layout {
    /// Return the layout for lines about these targets and channels.
    pub(super) fn new<'a>(names: impl Iterator<Item = &'a str>, page: Page) -> Self {
        let labels = ["problem", "failed"].into_iter();
        let longest = names.chain(labels).map(measure_text_width).max().unwrap_or_default();
        Self { name: longest.min(MAX_NAME), page }
    }

    fn paint(&self) -> Paint {
        self.page.paint
    }

    /// Format one line without its time: a name and the text about it.
    fn row(&self, name: &str, text: &str) -> String {
        format!("{} {text}", padded(name, self.name))
    }

    fn failure(&self, text: &str) -> String {
        self.row(&self.paint().red("failed"), &plain(text))
    }
}

/// Return whether an event is only about Lambda's own work: a run began, ended or was billed.
pub(super) fn is_noise(message: &str) -> bool {
    let begins = |words: &[&str]| words.iter().any(|word| message.starts_with(word));
    if begins(&[
        "START RequestId:",
        "END RequestId:",
        "INIT_START ",
        "RESTORE_START ",
        "XRAY TraceId:",
        "EXTENSION\t",
        "LOGS\t",
    ]) {
        return true;
    }
    if is_report(message) {
        // A report with a status is about a run or an initialization that failed.
        return !message.contains("Status: ");
    }
    // With Lambda's JSON logging, the same events are objects.
    match object(message) {
        Some(event) if event.get("record").is_some() => {
            let kind = text(&event, "type").unwrap_or_default();
            let status = event.pointer("/record/status").and_then(Value::as_str);
            kind.starts_with("platform.") && matches!(status, None | Some("success"))
        }
        _ => false,
    }
}

/// Return an event's lines, each with its line end.
pub(super) fn readable(time: &str, message: &str, layout: &Layout) -> String {
    if is_noise(message) {
        return String::new();
    }
    let lines = match object(message) {
        Some(run) if run.get("current").is_some() && run.get("previous").is_some() => of_run(&run, layout),
        Some(event) if event.get("record").is_some() => vec![layout.failure(&of_platform(&event))],
        Some(fault) => match text(&fault, "error").or_else(|| text(&fault, "fault")) {
            Some(why) => vec![layout.failure(why)],
            None => vec![plain(message)],
        },
        None if is_report(message) => vec![layout.failure(&status(message))],
        None if is_failure(message) => vec![layout.failure(&without_request(message))],
        None => vec![plain(message)],
    };
    lines.iter().map(|line| entry(time, line, layout)).collect()
}

fn is_report(message: &str) -> bool {
    ["REPORT RequestId:", "INIT_REPORT ", "RESTORE_REPORT "].iter().any(|word| message.starts_with(word))
}

/// Return the tab-separated fields of a report that contain the outcome of the run.
fn status(report: &str) -> String {
    let fields = report.split('\t').map(str::trim);
    let of_status: Vec<&str> =
        fields.filter(|field| field.starts_with("Status: ") || field.starts_with("Error Type: ")).collect();
    if of_status.is_empty() { without_request(report) } else { of_status.join(", ") }
}

/// Recognize Lambda's lines about runs that it stopped, and those of a program that exited.
fn is_failure(message: &str) -> bool {
    ["Task timed out", "Runtime exited", "Runtime.", "panicked at"].iter().any(|sign| message.contains(sign))
}

/// Remove the time and the id of the request at the beginning.
fn without_request(message: &str) -> String {
    let words: Vec<&str> = message.split_whitespace().collect();
    let is_id =
        |word: &&str| word.len() == 36 && word.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    match words.iter().take(3).position(is_id) {
        Some(id) => words[id + 1..].join(" "),
        None => words.join(" "),
    }
}

fn of_platform(event: &Value) -> String {
    let kind = text(event, "type").unwrap_or_default();
    let of_record = |key: &str| event.get("record").and_then(|record| text(record, key));
    let status = of_record("status").unwrap_or("failed");
    let kind = kind.trim_start_matches("platform.");
    match of_record("errorType") {
        Some(error) => format!("{kind}: {status}, {error}"),
        None => format!("{kind}: {status}"),
    }
}

/// A line for each target, for each notification and for each problem.
fn of_run(run: &Value, layout: &Layout) -> Vec<String> {
    let paint = layout.paint();
    let mut lines: Vec<String> = list(run, "targets").flat_map(|target| of_target(target, layout)).collect();
    if lines.is_empty() {
        lines.push(format!("checked: {}", paint.state(&plain(text(run, "current").unwrap_or("unknown")))));
    }
    lines.extend(list(run, "notices").map(|notice| of_notification(notice, layout)));
    let problems: Vec<String> = list(run, "problems").filter_map(problem).collect();
    // The text of a fault repeats the problems that it consists of.
    let fault = text(run, "fault").filter(|_| problems.is_empty());
    let has_failed = run.get("fault").is_some_and(|fault| !fault.is_null());
    let label = paint.red(if has_failed { "failed" } else { "problem" });
    let all = problems.iter().map(String::as_str).chain(fault);
    lines.extend(all.map(|problem| layout.row(&label, &plain(problem))));
    let dead = run.get("dead_letters").and_then(Value::as_u64).unwrap_or_default();
    if dead > 0 {
        let count = plural(usize::try_from(dead).unwrap_or(usize::MAX), "notification");
        lines.push(layout.row(&paint.red("problem"), &format!("{count} given up")));
    }
    lines
}

/// A line for its state, and one for each warning.
fn of_target(target: &Value, layout: &Layout) -> Vec<String> {
    let name = plain(text(target, "name").unwrap_or("?"));
    let warnings: Vec<&str> =
        list(target, "warnings").filter_map(|warning| warning.get("why")?.as_str()).collect();
    let status = plain(text(target, "status").unwrap_or("unknown"));
    let state = layout.paint().state(if warnings.is_empty() { &status } else { DEGRADED });
    let mut line = layout.row(&name, &padded(&state, STATE));
    if let Some(ms) = target.get("ms").and_then(Value::as_f64) {
        line += &format!(" {ms:>6.0} ms");
    }
    let http = target.get("http").and_then(Value::as_u64).filter(|http| *http > 0);
    match (text(target, "cause"), text(target, "why"), http) {
        (Some(cause), Some(why), _) => {
            line += &format!("  {}: {}", plain(&cause.replace('_', " ")), plain(why))
        }
        (Some(only), None, _) | (None, Some(only), _) => line += &format!("  {}", plain(only)),
        (None, None, Some(http)) => line += &format!("  HTTP {http}"),
        (None, None, None) => {}
    }
    let state_line = line.trim_end().to_owned();
    let warning = |why: &&str| layout.row("", &format!("{:STATE$} {}", "", plain(why)));
    std::iter::once(state_line).chain(warnings.iter().map(warning)).collect()
}

fn of_notification(notification: &Value, layout: &Layout) -> String {
    let paint = layout.paint();
    let channel = plain(text(notification, "channel").unwrap_or("?"));
    let outcome = match text(notification, "outcome") {
        Some("delivered") => paint.green("delivered"),
        Some("retry") => paint.yellow("failed, will retry"),
        Some("refused") => paint.red("refused"),
        other => plain(other.unwrap_or("?")),
    };
    let subject = plain(&subject_of(notification));
    let why = text(notification, "why").map_or_else(String::new, |why| format!(" ({})", plain(why)));
    layout.row(&channel, &format!("{outcome}: {subject}{why}"))
}

/// Return what a notification is about; for a kind that only a later release knows, the kind's name.
fn subject_of(notification: &Value) -> String {
    let target = text(notification, "target").unwrap_or_default();
    let name = text(notification, "detail").or_else(|| text(notification, "kind")).unwrap_or("?");
    match serde_json::from_value(Value::from(name)).unwrap_or(NotificationKind::Other) {
        NotificationKind::Other => format!("{target} {}", name.replace('_', " ")),
        kind if notification.get("first") == Some(&Value::Bool(true)) => first_subject(kind, target),
        kind => subject(kind, target),
    }
}

/// A text, or an object with a kind and details.
fn problem(problem: &Value) -> Option<String> {
    if let Some(text) = problem.as_str() {
        return Some(text.to_owned());
    }
    let parts: Vec<&str> = ["kind", "detail", "why"].iter().filter_map(|key| text(problem, key)).collect();
    if parts.is_empty() { (!problem.is_null()).then(|| problem.to_string()) } else { Some(parts.join(": ")) }
}

/// Return the text on one line, without control characters that a terminal would interpret.
fn plain(text: &str) -> String {
    let cleaned: String = text.chars().map(|one| if one.is_control() { ' ' } else { one }).collect();
    cleaned.trim().to_owned()
}

fn entry(time: &str, line: &str, layout: &Layout) -> String {
    let line = format!("{} {line}", layout.paint().grey(time));
    layout.page.wrapped_on_terminal(&line, time.len() + 1) + "\n"
}

fn object(message: &str) -> Option<Value> {
    let message = message.trim();
    if message.starts_with('{') { serde_json::from_str(message).ok() } else { None }
}

fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key)?.as_str()
}

fn list<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    value.get(key).and_then(Value::as_array).into_iter().flatten()
}

#[cfg(test)]
mod tests;

//! One event of the log as lines that people can read.
//!
//! A run of any release is one JSON object. It is read field by field, so that words of later releases are shown as
//! they are. What is neither a run nor known noise is never hidden.

use std::io::{self, IsTerminal as _};

use console::{measure_text_width, style};
use serde_json::Value;

use crate::output::{width, wrapped};

/// A longer name does not move the columns behind it.
const LONGEST_NAME: usize = 24;

/// Where things are printed.
pub(super) struct Layout {
    /// How wide the column of names is.
    name: usize,
    /// How wide a line may be; without a terminal, as wide as it is, for `grep` and the like.
    width: Option<usize>,
}

impl Layout {
    /// Return the layout for lines about these targets.
    pub(super) fn of<'a>(names: impl Iterator<Item = &'a str>) -> Self {
        let longest = names.map(measure_text_width).max().unwrap_or_default();
        Self { name: longest.min(LONGEST_NAME), width: io::stdout().is_terminal().then(width) }
    }
}

/// Return whether an event is only about Lambda's own work: a run has begun, ended or was billed.
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
        // With a status, the run or the start was none that ended well.
        return !message.contains("Status: ");
    }
    // With Lambda's JSON logging, the same as objects.
    match object(message) {
        Some(event) if event.get("record").is_some() => {
            let kind = text(&event, "type").unwrap_or_default();
            let status = event.pointer("/record/status").and_then(Value::as_str);
            kind.starts_with("platform.") && matches!(status, None | Some("success"))
        }
        _ => false,
    }
}

/// Return an event's lines, each with its end.
pub(super) fn readable(time: &str, message: &str, layout: &Layout) -> String {
    if is_noise(message) {
        return String::new();
    }
    let lines = match object(message) {
        Some(run) if run.get("current").is_some() && run.get("previous").is_some() => of_run(&run, layout),
        Some(event) if event.get("record").is_some() => vec![failure(&of_platform(&event))],
        Some(fault) => match text(&fault, "error").or_else(|| text(&fault, "fault")) {
            Some(why) => vec![failure(why)],
            None => vec![plain(message)],
        },
        None if is_report(message) => vec![failure(&status(message))],
        None if is_failure(message) => vec![failure(&without_request(message))],
        None => vec![plain(message)],
    };
    lines.iter().map(|line| entry(time, line, layout)).collect()
}

fn is_report(message: &str) -> bool {
    ["REPORT RequestId:", "INIT_REPORT ", "RESTORE_REPORT "].iter().any(|word| message.starts_with(word))
}

/// What a report says of how it ended: its fields are set apart by tabs.
fn status(report: &str) -> String {
    let fields = report.split('\t').map(str::trim);
    let of_status: Vec<&str> =
        fields.filter(|field| field.starts_with("Status: ") || field.starts_with("Error Type: ")).collect();
    if of_status.is_empty() { without_request(report) } else { of_status.join(", ") }
}

/// Lambda's lines about runs that it ended, and those of a program that ended itself.
fn is_failure(message: &str) -> bool {
    ["Task timed out", "Runtime exited", "Runtime.", "panicked at"].iter().any(|sign| message.contains(sign))
}

/// Without the time and the id of the request at its beginning.
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
    let mut lines: Vec<String> = list(run, "targets").map(|target| of_target(target, layout)).collect();
    if lines.is_empty() {
        lines.push(format!("checked: {}", colored(text(run, "current").unwrap_or("unknown"))));
    }
    lines.extend(list(run, "notices").map(of_notice));
    let problems: Vec<String> = list(run, "problems").filter_map(problem).collect();
    // A fault repeats the problems that it is made of.
    let fault = text(run, "fault").filter(|_| problems.is_empty());
    let label = if run.get("fault").is_some_and(|fault| !fault.is_null()) { "failed" } else { "problem" };
    let all = problems.iter().map(String::as_str).chain(fault);
    lines.extend(all.map(|problem| format!("{} {}", style(format!("{label}:")).red(), plain(problem))));
    let dead = run.get("dead_letters").and_then(Value::as_u64).unwrap_or_default();
    if dead > 0 {
        lines.push(format!("{} {dead} given up", style("notifications:").red()));
    }
    lines
}

fn of_target(target: &Value, layout: &Layout) -> String {
    let name = plain(text(target, "name").unwrap_or("?"));
    let status = colored(text(target, "status").unwrap_or("unknown"));
    let blank = |wide: usize, wanted: usize| " ".repeat(wanted.saturating_sub(wide));
    let mut line = format!(
        "{name}{} {status}{}",
        blank(measure_text_width(&name), layout.name),
        blank(measure_text_width(&status), 7)
    );
    if let Some(ms) = target.get("ms").and_then(Value::as_f64) {
        line += &format!(" {ms:>6.0} ms");
    }
    let http = target.get("http").and_then(Value::as_u64).filter(|http| *http > 0);
    match (text(target, "cause"), text(target, "why")) {
        (Some(cause), Some(why)) => line += &format!("  {}: {}", plain(&cause.replace('_', " ")), plain(why)),
        (Some(only), None) | (None, Some(only)) => line += &format!("  {}", plain(only)),
        (None, None) => {
            if let Some(http) = http {
                line += &format!("  HTTP {http}");
            }
        }
    }
    line
}

fn of_notice(notice: &Value) -> String {
    let channel = plain(text(notice, "channel").unwrap_or("?"));
    let about = match text(notice, "target") {
        None | Some("") => "plexmon",
        Some(target) => target,
    };
    let kind = text(notice, "kind").unwrap_or("?").replace('_', " ");
    let what = plain(&format!("{about} {kind}"));
    let outcome = match text(notice, "outcome") {
        Some("delivered") => style("sent").green(),
        Some("retry") => style("not sent yet").yellow(),
        Some("refused") => style("refused").red(),
        other => style(other.unwrap_or("?")),
    };
    let why = text(notice, "why").map_or_else(String::new, |why| format!(" ({})", plain(why)));
    format!("{channel}: {what}: {outcome}{why}")
}

/// A text, or an object that says what it is and more.
fn problem(problem: &Value) -> Option<String> {
    if let Some(text) = problem.as_str() {
        return Some(text.to_owned());
    }
    let parts: Vec<&str> = ["kind", "detail", "why"].iter().filter_map(|key| text(problem, key)).collect();
    if parts.is_empty() { (!problem.is_null()).then(|| problem.to_string()) } else { Some(parts.join(": ")) }
}

fn colored(status: &str) -> String {
    let text = plain(status);
    match status {
        "up" => style(text).green().to_string(),
        "down" => style(text).red().to_string(),
        _ => style(text).yellow().to_string(),
    }
}

fn failure(what: &str) -> String {
    format!("{} {}", style("failed:").red(), plain(what))
}

/// One line, with nothing in it that a terminal would obey.
fn plain(text: &str) -> String {
    let cleaned: String = text.chars().map(|one| if one.is_control() { ' ' } else { one }).collect();
    cleaned.trim().to_owned()
}

fn entry(time: &str, line: &str, layout: &Layout) -> String {
    let line = format!("{} {line}", style(time).dim());
    match layout.width {
        Some(width) => wrapped(&line, width, time.len() + 1) + "\n",
        None => line + "\n",
    }
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

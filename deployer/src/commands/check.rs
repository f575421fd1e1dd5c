//! `check`: probe all targets from here and show each link of the chain with its time.

mod reach;

use std::fmt::Write as _;

use plexmon_function::message::advice;
use plexmon_function::probe::{Finding, Level, Observation, Verdict};
use serde::Serialize;

use crate::cli::NoOptions;
use crate::context::Context;
use crate::error::{Error, Exit, Result};
use crate::local_probe::{LocalObservation, probe_all};
use crate::text::{DEGRADED, Page, certificate, padded, waterfall};

/// More conditions that are met are only counted.
const MAX_MET: usize = 5;

#[derive(Serialize)]
struct Observations<'a> {
    /// Over IPv4, as the function probes.
    targets: Vec<&'a Observation>,
    /// Over IPv6, where the host has such an address.
    ipv6: Vec<&'a Observation>,
}

pub async fn run(context: &Context, _: &NoOptions) -> Result<Exit> {
    let (output, config) = (&context.output, context.config()?);
    reach::warn(&config, output)?;
    let seen = tokio::select! {
        seen = probe_all(&config, output) => seen?,
        () = context.interrupt.requested(1) => return Err(Error::interrupted("interrupted")),
    };
    output.document(&Observations {
        targets: seen.iter().map(|seen| &seen.v4).collect(),
        ipv6: seen.iter().filter_map(|seen| seen.v6.as_ref()).collect(),
    })?;
    reach::warn_about_resolved_addresses(&config, &seen, output);
    for one in &seen {
        output.text(text(one, output.page()))?;
    }
    let count = |verdict| seen.iter().filter(|seen| seen.v4.verdict() == verdict).count();
    let summary = match (count(Verdict::Down), count(Verdict::Unknown), seen.len()) {
        (0, 0, _) => return Ok(Exit::Success),
        (down, 0, all) => format!("{down} of {all} down, seen from here"),
        (0, unknown, all) => format!("{unknown} of {all} unknown, seen from here"),
        (down, unknown, all) => format!("{down} of {all} down and {unknown} unknown, seen from here"),
    };
    Err(Error::new(summary).hint(
        "repair the target or correct the configuration; after `up`, the monitor would report the same",
    ))
}

/// Format a target's state, its waterfall, its certificate, advice, and its result over IPv6.
fn text(seen: &LocalObservation, page: Page) -> String {
    let observation = &seen.v4;
    let state = match observation.verdict() {
        Verdict::Up if observation.findings.iter().any(|finding| finding.level == Level::NotMet) => DEGRADED,
        Verdict::Up => "up",
        Verdict::Down => "down",
        Verdict::Unknown => "unknown",
    };
    let mut text =
        format!("{}: {} ({:.0} ms)", observation.target, page.paint.state(state), observation.total_ms);
    for line in waterfall(&observation.links, observation.total_ms, page) {
        let _ = write!(text, "\n{line}");
    }
    let mut line = |line: &str, indent| {
        let _ = write!(text, "\n{}", page.wrapped_at(line, indent));
    };
    if let Some(described) = observation.certificate.as_deref().and_then(certificate::described) {
        line(&format!("  certificate: {described}"), 4);
    }
    for found in findings(&observation.findings, page) {
        line(&found, 10);
    }
    if let Some(cause) = observation.cause() {
        line(&format!("  {cause}: {}", advice(cause)), 4);
    }
    match seen.v6.as_ref().map(|v6| (v6, &v6.failed)) {
        None => {}
        Some((v6, None)) => line(&format!("  IPv6  {}, {:.0} ms", page.paint.green("ok"), v6.total_ms), 8),
        Some((_, Some(failure))) => {
            line(&format!("  IPv6  {}: {failure}", page.paint.red("FAILED")), 8);
            let advice = "the monitor uses IPv4 only, but phones and guests with IPv6 are affected: repair or remove \
                          the AAAA record";
            line(&format!("        {advice}"), 8);
        }
    }
    text
}

/// Format what conditions found whose failure is only a warning: those that are met last, and only some of them.
fn findings(findings: &[Finding], page: Page) -> Vec<String> {
    let mut sorted: Vec<&Finding> = findings.iter().collect();
    sorted.sort_by_key(|finding| is_met(finding.level));
    let met = sorted.iter().filter(|finding| is_met(finding.level)).count();
    let hidden = met.saturating_sub(MAX_MET);
    sorted.truncate(findings.len() - hidden);
    let line = |finding: &&Finding| {
        let mark = match finding.level {
            Level::NotMet => page.paint.red("warning"),
            Level::Unknown => "unknown".to_owned(),
            Level::Met | Level::NearLimit => page.paint.green("ok"),
        };
        format!("  {} {}", padded(&mark, 7), finding.why)
    };
    let mut lines: Vec<String> = sorted.iter().map(line).collect();
    if hidden > 0 {
        lines.push(format!("  {} {hidden} more", padded(&page.paint.green("ok"), 7)));
    }
    lines
}

fn is_met(level: Level) -> bool {
    matches!(level, Level::Met | Level::NearLimit)
}

#[cfg(test)]
mod tests {
    use plexmon_function::probe::{Cause, Failure, LinkName};

    use super::*;
    use crate::text::Paint;

    fn text_with_ipv6(v6: Option<Observation>) -> String {
        let v4 = Observation { total_ms: 12.0, ..Observation::bare("plex", true) };
        text(&LocalObservation { v4, v6 }, Page::of_width(60, Paint::Plain))
    }

    #[test]
    fn ipv6_is_shown_only_for_hosts_with_such_an_address() {
        assert_eq!(text_with_ipv6(None), "plex: up (12 ms)");
        let well = Observation { total_ms: 9.0, ..Observation::bare("plex", true) };
        assert_eq!(text_with_ipv6(Some(well)), "plex: up (12 ms)\n  IPv6  ok, 9 ms");
        let why = "connection refused".to_owned();
        let failed = Some(Failure { link: LinkName::Tcp, why, cause: Cause::Connect });
        let failed = Observation { failed, ..Observation::bare("plex", false) };
        insta::assert_snapshot!(text_with_ipv6(Some(failed)), @"
        plex: up (12 ms)
          IPv6  FAILED: connection refused (TCP)
                the monitor uses IPv4 only, but phones and guests
                with IPv6 are affected: repair or remove the AAAA
                record
        ");
    }
    #[test]
    fn what_is_not_met_comes_first_and_of_the_rest_only_some() {
        let finding = |level, why: &str| Finding { key: why.to_owned(), level, why: why.to_owned() };
        let mut findings: Vec<Finding> =
            (1..=8).map(|at| finding(Level::Met, &format!("Service {at} is up"))).collect();
        findings.push(finding(Level::NotMet, "Disk /data: 38.2 GB free, less than 50 GB"));
        findings.push(finding(Level::Unknown, "backups: no answer in time"));
        let v4 = Observation { total_ms: 12.0, findings, ..Observation::bare("home", true) };
        let seen = LocalObservation { v4, v6: None };
        insta::assert_snapshot!(text(&seen, Page::of_width(60, Paint::Plain)), @"
        home: degraded (12 ms)
          warning Disk /data: 38.2 GB free, less than 50 GB
          unknown backups: no answer in time
          ok      Service 1 is up
          ok      Service 2 is up
          ok      Service 3 is up
          ok      Service 4 is up
          ok      Service 5 is up
          ok      3 more
        ");
    }
}

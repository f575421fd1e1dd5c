//! `check`: the function's own probe, run from here: each link of the chain with its time, over IPv4 and over IPv6.

mod reach;

use std::fmt::Write as _;
use std::path::Path;

use futures_util::future::join_all;
use plexmon_function::contract::secrets::{Secrets, TargetSecrets};
use plexmon_function::contract::settings::Target;
use plexmon_function::probe::{Family, LinkName, Observation, Tls, Verdict, probe_over};
use serde::Serialize;

use super::certificate;
use super::verdict::advice;
use crate::config::{Config, Found};
use crate::error::{Context, Error, Exit, Result};
use crate::interrupt::Interrupt;
use crate::output::{Output, width, wrapped};

#[derive(Serialize)]
struct Document<'a> {
    /// Over IPv4, as the function asks.
    targets: Vec<&'a Observation>,
    /// Over IPv6, where there is such an address.
    ipv6: Vec<&'a Observation>,
}

/// One target, seen from here.
pub struct Seen {
    pub v4: Observation,
    /// Nothing, if the host has no such address.
    pub v6: Option<Observation>,
}

pub async fn check(path: &Path, output: &Output, interrupt: &Interrupt) -> Result<Exit> {
    let config = Config::load(path)?;
    reach::warn(&config, output)?;
    let seen = tokio::select! {
        seen = look(&config, output) => seen?,
        () = interrupt.requested(1) => return Err(Error::interrupted("interrupted")),
    };
    output.document(&Document {
        targets: seen.iter().map(|seen| &seen.v4).collect(),
        ipv6: seen.iter().filter_map(|seen| seen.v6.as_ref()).collect(),
    })?;
    reach::warn_of_resolved(&config, &seen, output);
    for one in &seen {
        output.text(text(one, width()))?;
    }
    let count = |verdict| seen.iter().filter(|seen| seen.v4.verdict() == verdict).count();
    let (down, unseen) = (count(Verdict::Down), count(Verdict::Unseen));
    if down + unseen == 0 {
        return Ok(Exit::Success);
    }
    let what = match (down, unseen) {
        (_, 0) => format!("{down} of {} not up, seen from here", seen.len()),
        (0, _) => format!("{unseen} of {} cannot be seen from here", seen.len()),
        _ => format!("{down} of {} not up, and {unseen} cannot be seen from here", seen.len()),
    };
    Err(Error::new(what)
        .hint("mend it, or correct the configuration; `up` would deploy a monitor that says the same"))
}

/// Asks all targets at once, with whatever secrets are at hand.
pub async fn look(config: &Config, output: &Output) -> Result<Vec<Seen>> {
    output.warnings(&config.secrets.warnings());
    let secrets = match config.secrets.resolve()? {
        Found::All(secrets) => secrets,
        Found::NoneConfigured => Secrets::default(),
        Found::Missing(variables) => {
            if config.targets.iter().any(Target::needs_secrets) {
                output.warning(&format!(
                    "{} not set: secret headers and Access tokens are not sent",
                    variables.join(" and ")
                ));
            }
            Secrets::default()
        }
    };
    let tls = Tls::new().context(|| "could not set up TLS")?;
    Ok(join_all(config.targets.iter().map(|target| seen(target, &secrets, &tls))).await)
}

async fn seen(target: &Target, secrets: &Secrets, tls: &Tls) -> Seen {
    let secrets = secrets.of(target).unwrap_or_else(|_| TargetSecrets::default());
    let over = |family| probe_over(family, target, &secrets, tls);
    let (v4, v6) = tokio::join!(over(Family::V4), over(Family::V6));
    // Not by its cause: of one that should be closed, all that cannot be seen has the same.
    let has_none = matches!(v6.links.as_slice(), [only] if only.name == LinkName::Dns && !only.ok);
    Seen { v4, v6: Some(v6).filter(|_| !has_none) }
}

/// Where the words of a link begin, behind its name, its mark and its time.
const DETAIL: usize = 27;

fn text(seen: &Seen, width: usize) -> String {
    let observation = &seen.v4;
    let verdict = match observation.verdict() {
        Verdict::Up => "up",
        Verdict::Down => "down",
        Verdict::Unseen => "unknown",
    };
    let mut text = format!("{}: {verdict} ({:.0} ms)", observation.target, observation.total_ms);
    let mut line = |line: &str, indent| {
        let _ = write!(text, "\n{}", wrapped(line, width, indent));
    };
    for link in &observation.links {
        let mark = if link.ok { "ok" } else { "FAILED" };
        let name = link.name.to_string();
        line(&format!("  {name:<5} {mark:<6} {:>7.1} ms  {}", link.ms, link.detail), DETAIL);
    }
    if let Some(described) = observation.certificate.as_deref().and_then(certificate::described) {
        line(&format!("  certificate: {described}"), 4);
    }
    if let Some(cause) = observation.cause() {
        line(&format!("  {cause}: {}", advice(cause)), 4);
    }
    match seen.v6.as_ref().map(|v6| (v6, &v6.failed)) {
        None => {}
        Some((v6, None)) => line(&format!("  IPv6  ok, {:.0} ms", v6.total_ms), 8),
        Some((_, Some(failure))) => {
            line(&format!("  IPv6  FAILED: {failure}"), 8);
            let advice =
                "AWS does not see this, but phones and guests with IPv6 do: mend or remove the AAAA record";
            line(&format!("        {advice}"), 8);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use plexmon_function::probe::{Cause, Failure};

    use super::*;

    fn text_with_ipv6(v6: Option<Observation>) -> String {
        let v4 = Observation { total_ms: 12.0, ..Observation::bare("plex", true) };
        text(&Seen { v4, v6 }, 60)
    }

    #[test]
    fn ipv6_is_told_only_where_there_is_an_address_and_says_what_it_means() {
        assert_eq!(text_with_ipv6(None), "plex: up (12 ms)");
        let well = Observation { total_ms: 9.0, ..Observation::bare("plex", true) };
        assert_eq!(text_with_ipv6(Some(well)), "plex: up (12 ms)\n  IPv6  ok, 9 ms");
        let why = "connection refused".to_owned();
        let failed = Some(Failure { link: LinkName::Tcp, why, cause: Cause::Connect });
        let failed = Observation { failed, ..Observation::bare("plex", false) };
        assert_eq!(
            text_with_ipv6(Some(failed)),
            "plex: up (12 ms)\n  \
               IPv6  FAILED: connection refused (TCP)\n        \
                     AWS does not see this, but phones and guests with\n        \
                     IPv6 do: mend or remove the AAAA record"
        );
    }
}

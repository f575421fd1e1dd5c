//! What the monitor saw, in words for its owner.

use std::fmt::Write as _;

use plexmon_function::reply::{Outcome, Reply};
use plexmon_function::state::Status;

use crate::error::{Error, Result};

/// A line per target, and what to do about those that are not up.
pub fn text(reply: &Reply) -> String {
    let mut text = String::from("seen from AWS:");
    for target in &reply.targets {
        let _ = write!(text, "\n  {} is {}", target.name, target.status);
        if target.status == Status::Up {
            if let Some(ms) = target.ms {
                let _ = write!(text, " (HTTP {}, {ms:.0} ms)", target.http);
            }
        } else if let Some(why) = &target.why {
            let _ = write!(text, ": {why}");
            if let Some(link) = target.failed {
                let _ = write!(text, "\n    {}", advice(link));
            }
        }
    }
    for problem in &reply.problems {
        let _ = write!(text, "\n  problem: {problem}");
    }
    let told = reply.notices.iter().filter(|notice| notice.outcome == Outcome::Delivered);
    for notice in told {
        let _ =
            write!(text, "\n  told by {}: {} is {}", notice.channel, notice.target, status_of(notice.kind));
    }
    for notice in reply.notices.iter().filter(|notice| notice.outcome == Outcome::Retry) {
        let why = notice.why.as_deref().unwrap_or("no reason was given");
        let _ = write!(text, "\n  not told yet by {}: {why}; the next run tries again", notice.channel);
    }
    text
}

fn status_of(kind: plexmon_function::outbox::Kind) -> &'static str {
    use plexmon_function::outbox::Kind;
    match kind {
        Kind::Down => "down",
        Kind::Up => "up",
        Kind::WasDown => "up again after an outage",
    }
}

/// What the owner can look at, by the link of the chain that failed.
pub fn advice(link: plexmon_function::probe::LinkName) -> &'static str {
    use plexmon_function::probe::LinkName;
    match link {
        LinkName::Dns => "check the host name in `url` and its DNS record; AWS uses A records (IPv4) only",
        LinkName::Tcp => "check the port forwarding, the firewall and that the proxy or tunnel runs",
        LinkName::Tls => "renew or correct the certificate; for a private authority set `ca_file`",
        LinkName::Http => "the proxy answers, the app behind it does not as it should: check that it runs",
        LinkName::Body => "something answers, but it is not the app: check the proxy's route and `contains`",
    }
}

/// An error where a channel refused the message for good: nobody would hear of the next outage.
pub fn channels(reply: &Reply) -> Result<()> {
    let Some(notice) = reply.notices.iter().find(|notice| notice.outcome == Outcome::Refused) else {
        return Ok(());
    };
    Err(Error::new(format!("everything is deployed, but {} refused the first message", notice.channel))
        .cause(notice.why.clone().unwrap_or_else(|| "no reason was given".to_owned()))
        .hint("correct PUSHOVER_TOKEN (the application's token) and PUSHOVER_USER (your user key), then run `up` again"))
}

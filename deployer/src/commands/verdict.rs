//! What the monitor saw, in words for its owner.

use std::fmt::Write as _;

use plexmon_function::contract::notification::NotificationKind;
use plexmon_function::contract::reply::{DeliveryOutcome, Reply};
use plexmon_function::probe::Cause;

use crate::error::{Error, Result};

/// A line per target, and what to do about those that are not up.
pub fn text(reply: &Reply) -> String {
    let mut text = String::from("seen from AWS:");
    for target in &reply.targets {
        let _ = write!(text, "\n  {} is {}", target.name, target.status);
        match (&target.why, target.cause) {
            (Some(why), Some(cause)) => {
                let _ = write!(text, ": {why}\n    {}", advice(cause));
            }
            (Some(why), None) => {
                let _ = write!(text, ": {why}");
            }
            (None, _) => {
                if let Some(ms) = target.ms {
                    let _ = write!(text, " (HTTP {}, {ms:.0} ms)", target.http);
                }
            }
        }
    }
    for problem in &reply.problems {
        let _ = write!(text, "\n  problem: {problem}");
    }
    for (channel, told) in &told(reply) {
        let _ = write!(text, "\n  told by {channel}: {}", told.join(", "));
    }
    for notice in reply.notices.iter().filter(|notice| notice.outcome == DeliveryOutcome::Retry) {
        let why = notice.why.as_deref().unwrap_or("no reason was given");
        let _ = write!(text, "\n  not told yet by {}: {why}; the next run tries again", notice.channel);
    }
    text
}

/// What each channel took, in order.
fn told(reply: &Reply) -> Vec<(&str, Vec<String>)> {
    let mut told: Vec<(&str, Vec<String>)> = Vec::new();
    for notice in reply.notices.iter().filter(|notice| notice.outcome == DeliveryOutcome::Delivered) {
        let about = if notice.target.is_empty() { "plexmon" } else { &notice.target };
        let news = format!("{about} {}", what(notice.kind));
        match told.iter_mut().find(|(channel, _)| *channel == notice.channel) {
            Some((_, all)) => all.push(news),
            None => told.push((&notice.channel, vec![news])),
        }
    }
    told
}

fn what(kind: NotificationKind) -> &'static str {
    match kind {
        NotificationKind::Down => "is down",
        NotificationKind::Up => "is up",
        NotificationKind::WasDown => "is up again after an outage",
        NotificationKind::Reminder => "is still down",
        NotificationKind::Flapping => "goes up and down",
        NotificationKind::Unseen => "cannot be seen",
        NotificationKind::Seen => "can be seen again",
        NotificationKind::Slow => "is slow",
        NotificationKind::Fast => "is fast again",
        NotificationKind::Certificate => "has a certificate that expires soon",
        NotificationKind::Identity => "is another server",
        NotificationKind::Version => "was updated",
        NotificationKind::Blind => "sees nothing",
        NotificationKind::Sighted => "sees again",
        NotificationKind::Channel => "has a channel that is broken",
        NotificationKind::Other => "has news that only another release knows",
    }
}

/// What the owner can look at, by the class of what is wrong.
pub fn advice(cause: Cause) -> &'static str {
    match cause {
        Cause::Dns => "check the host name in `url` and its DNS record; AWS uses A records (IPv4) only",
        Cause::Connect => "check the port forwarding, the firewall and that the proxy or tunnel runs",
        Cause::Tls => "check that the port is the right one, and what the proxy offers as TLS",
        Cause::Certificate => "renew or correct the certificate; for a private authority set `ca_file`",
        Cause::App => "the proxy answers, the app behind it does not as it should: check that it runs",
        Cause::Home => "the tunnel is not connected: check power, line, the host and cloudflared",
        Cause::Origin => "Cloudflare answers, your server does not: check the router, the host and its proxy",
        Cause::Access => {
            "check the service token, and that the app's Access policy has a Service Auth rule for it"
        }
        Cause::Challenge => "let this path pass the bot protection without a challenge",
        Cause::Blocked => {
            "a firewall in front of the app blocks it: allow this path there, rather than addresses, which change"
        }
        Cause::RateLimited => "check less often (`schedule`), or exempt this path from the limit",
        Cause::LoginWall => {
            "let this path pass without a login, or check one that the wall lets through; `exposure = \"closed\"` checks \
             that it is closed"
        }
        Cause::Unreadable => {
            "choose a `contains` near the beginning of the page, or a path with a short answer that is not compressed"
        }
        Cause::Maintenance => "wait: the app is busy with itself and should come back",
        Cause::Condition => {
            "something answers, but not as configured: check the route, `status` and `contains`"
        }
        Cause::Slow => "check the load of the host and of the line",
        Cause::Timeout => "it takes the connection and then is silent: check the app, or raise `timeout_s`",
        Cause::Exposed => "put the app behind Cloudflare Access again, and look at who has been there",
        Cause::Blind => "the monitor cannot tell from here",
        Cause::Other => "a later release of plexmon says this: use it here as well",
    }
}

/// An error where a channel refused the message for good: nobody would hear of the next outage.
pub fn channels(reply: &Reply) -> Result<()> {
    let Some(notice) = reply.notices.iter().find(|notice| notice.outcome == DeliveryOutcome::Refused) else {
        return Ok(());
    };
    Err(Error::new(format!("everything is deployed, but {} refused the first message", notice.channel))
        .cause(notice.why.clone().unwrap_or_else(|| "no reason was given".to_owned()))
        .hint("correct the secrets of that channel (for Pushover: the application's token and your user key), then run `up` again"))
}

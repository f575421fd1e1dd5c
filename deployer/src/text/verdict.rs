//! The results of a run of the monitor, and the notifications that it sent.

use std::fmt::Write as _;

use plexmon_function::contract::delivery::DeliveryOutcome;
use plexmon_function::contract::reply::{NotificationReply, Reply, TargetReply};
use plexmon_function::message::advice;

use super::notification::{first_subject, subject};
use super::{DEGRADED, Page, Paint};
use crate::error::{Error, Result};

const NO_REASON: &str = "no reason was given";

/// Return a line for each target, with advice for those that are not up, and for each problem and channel.
pub fn text(reply: &Reply, page: Page) -> String {
    let mut text = String::from("seen from AWS:");
    for target in &reply.targets {
        let _ = write!(text, "\n  {}", of_target(target, page.paint));
        if let (Some(_), Some(cause)) = (&target.why, target.exact_cause()) {
            let _ = write!(text, "\n    {}", advice(cause));
        }
        for warning in &target.warnings {
            let _ = write!(text, "\n    {}", warning.why);
        }
        for unclear in &target.unclear {
            let _ = write!(text, "\n    not known: {unclear}");
        }
    }
    for problem in &reply.problems {
        let _ = write!(text, "\n  {} {problem}", page.paint.red("problem:"));
    }
    for (channel, subjects) in &delivered(reply) {
        let _ = write!(text, "\n  {channel} delivered: {}", subjects.join(", "));
    }
    for notice in &reply.notices {
        let why = notice.why.as_deref().unwrap_or(NO_REASON);
        let _ = match notice.outcome {
            DeliveryOutcome::Delivered => Ok(()),
            DeliveryOutcome::Refused => {
                write!(text, "\n  {} refused: {} ({why})", notice.channel, subject_of(notice))
            }
            DeliveryOutcome::Retry => {
                write!(text, "\n  {} failed, will retry: {} ({why})", notice.channel, subject_of(notice))
            }
        };
    }
    text
}

fn of_target(target: &TargetReply, paint: Paint) -> String {
    let status = if target.warnings.is_empty() { target.status.to_string() } else { DEGRADED.to_owned() };
    let state = format!("{} is {}", target.name, paint.state(&status));
    match (&target.why, target.ms) {
        (Some(why), _) => format!("{state}: {why}"),
        (None, Some(ms)) => format!("{state} (HTTP {}, {ms:.0} ms)", target.http),
        (None, None) => state,
    }
}

/// Return the notifications that each channel delivered, in order.
fn delivered(reply: &Reply) -> Vec<(&str, Vec<String>)> {
    let mut delivered: Vec<(&str, Vec<String>)> = Vec::new();
    for notice in reply.notices.iter().filter(|notice| notice.outcome == DeliveryOutcome::Delivered) {
        let subject = subject_of(notice);
        match delivered.iter_mut().find(|(channel, _)| *channel == notice.channel) {
            Some((_, subjects)) => subjects.push(subject),
            None => delivered.push((&notice.channel, vec![subject])),
        }
    }
    delivered
}

fn subject_of(notice: &NotificationReply) -> String {
    if notice.first {
        first_subject(notice.exact_kind(), &notice.target)
    } else {
        subject(notice.exact_kind(), &notice.target)
    }
}

/// Return an error if a channel permanently refused a notification: the next outage would go unnoticed.
pub fn require_delivery(reply: &Reply) -> Result<()> {
    let Some(notice) = reply.notices.iter().find(|notice| notice.outcome == DeliveryOutcome::Refused) else {
        return Ok(());
    };
    Err(Error::new(format!("everything is deployed, but {} refused the first notification", notice.channel))
        .cause(notice.why.as_deref().unwrap_or(NO_REASON))
        .hint(
            "correct the secrets of that channel (for Pushover: the application's token and your user key), then run \
             `plexmon-deploy up` again",
        ))
}

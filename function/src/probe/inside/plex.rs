//! Plex's libraries: Plex may respond although its database does not.

use serde_json::Value;

use super::client::Client;
use super::finding::{Failed, finding, warning};
use crate::probe::cause::{Cause, Verdict};
use crate::probe::error::ProbeError;
use crate::probe::finding::{Finding, Level};

pub(super) const NAME: &str = "libraries";

pub(super) async fn check(client: &Client<'_>) -> Result<Vec<Finding>, Failed> {
    let app = client.app();
    let answer = match client.ask("/library/sections").await {
        Ok(answer) => answer,
        Err(error) => return Err(unanswered(error, client)),
    };
    if answer.is_refusal() {
        return Err(Failed::Refused(format!("{app} refuses the token")));
    }
    if answer.status.is_server_error() {
        return Err(unanswered(client.unexpected(&answer), client));
    }
    let json = client.json(&answer)?;
    let Some(count) = json.pointer("/MediaContainer/size").and_then(Value::as_u64) else {
        return Err(Failed::Unknown(format!("{app} does not say how many libraries it has")));
    };
    Ok(vec![match count {
        0 => warning(NAME, "size", format!("{app} has no libraries")),
        1 => finding(NAME, "size", Level::Met, format!("{app} has 1 library")),
        _ => finding(NAME, "size", Level::Met, format!("{app} has {count} libraries")),
    }])
}

/// Return what it means that there is no answer: the target is down, unless somebody else answered, or the target has
/// already used up the time.
fn unanswered(error: ProbeError, client: &Client<'_>) -> Failed {
    let ProbeError { cause, why } = error;
    if cause == Cause::Timeout && !client.had_time {
        return Failed::Unknown(why);
    }
    match cause.verdict() {
        Verdict::Down => {
            let why = format!("{} responds, but its libraries do not ({why})", client.app());
            Failed::Down(ProbeError::new(Cause::App, why))
        }
        _ if cause == Cause::Maintenance => Failed::Down(ProbeError::new(cause, why)),
        _ => Failed::Unknown(why),
    }
}

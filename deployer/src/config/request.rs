//! `method` and `body`: what is sent to a target for which a plain `GET` is not enough.

use plexmon_function::contract::settings::Target;

use super::reader::{Table, Value};
use crate::error::Result;

/// The methods that a request can have.
pub const METHODS: &[&str] = &["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/// Those whose requests have a body.
const WITH_BODY: [&str; 3] = ["POST", "PUT", "PATCH"];

/// The longest body, in bytes. It is a part of the function's settings.
const MAX_BODY_BYTES: usize = 64 * 1024;

/// Method and body of a target's request, where they differ from a `GET` without one.
#[derive(Default)]
pub struct RequestSettings {
    pub method: Option<String>,
    pub body: Option<String>,
}

/// Read the keys of a request.
pub fn read(table: &Table<'_>) -> Result<RequestSettings> {
    let method = table.get("method").map(|value| method(&value)).transpose()?.unwrap_or("GET");
    let body = match table.get("body") {
        Some(value) if !WITH_BODY.contains(&method) => {
            return Err(value
                .error(format!("is not sent with {method}"))
                .hint("add method = \"POST\" (or \"PUT\" or \"PATCH\"), or leave `body` out"));
        }
        Some(value) => Some(body(&value)?),
        None => None,
    };
    // As if it were not given, so that naming the default changes nothing.
    let method = Some(method.to_owned()).filter(|method| method != "GET");
    Ok(RequestSettings { method, body })
}

fn method<'a>(value: &Value<'a>) -> Result<&'a str> {
    let text = value.string()?;
    if METHODS.contains(&text) {
        return Ok(text);
    }
    let error = value.error(format!("is \"{text}\", but must be one of {}", METHODS.join(", ")));
    let upper = text.to_ascii_uppercase();
    Err(if METHODS.contains(&upper.as_str()) {
        error.hint(format!("write it in upper case: method = \"{upper}\""))
    } else {
        error
    })
}

fn body(value: &Value<'_>) -> Result<String> {
    let text = value.string()?;
    match text.len() {
        0 => Err(value.error("is empty; leave it out if it is not needed")),
        1..=MAX_BODY_BYTES => Ok(text.to_owned()),
        length => Err(value.error(format!("has {length} bytes, but at most {MAX_BODY_BYTES} are possible"))),
    }
}

/// Reject conditions that the response to the request of a target cannot meet.
pub fn check_conditions(table: &Table<'_>, target: &Target) -> Result<()> {
    check_response_has_body(table, target)?;
    check_redirect(table, target)
}

/// Reject conditions on a response that only redirects: that of a plain http address which must lead to https.
fn check_redirect(table: &Table<'_>, target: &Target) -> Result<()> {
    let Some(redirect) = table.get("redirect") else { return Ok(()) };
    if table.get("exposure").is_some_and(|value| value.value.as_str() == Some("closed"))
        && target.access.is_none()
    {
        return Err(redirect
            .error("cannot be checked of a target that must be closed")
            .hint("add a second [[target]] with the http:// address and redirect = \"https\""));
    }
    let conditions = ["status", "contains", "lacks", "matches", "header", "json", "metrics"];
    let given = conditions.into_iter().find_map(|key| table.get(key));
    match given.filter(|_| target.url.starts_with("http://")) {
        Some(value) => Err(value
            .error("has no effect with `redirect` and a plain http address: the response is a redirect")
            .hint("write the https:// address, and plain http is checked in addition")),
        None => Ok(()),
    }
}

/// Reject conditions on the body of a response that has none. Those of the target's preset count, too.
fn check_response_has_body(table: &Table<'_>, target: &Target) -> Result<()> {
    if target.method.as_deref() != Some("HEAD") {
        return Ok(());
    }
    let Target { contains, lacks, matches, json, metrics, .. } = target;
    let conditions = [
        ("contains", contains.is_some()),
        ("lacks", !lacks.is_empty()),
        ("matches", !matches.is_empty()),
        ("json", !json.is_empty()),
        ("metrics", !metrics.is_empty()),
    ];
    let Some((key, _)) = conditions.into_iter().find(|(_, is_given)| *is_given) else { return Ok(()) };
    let hint = "use method = \"GET\", or check only `status` and `header`";
    if let Some(value) = table.get(key) {
        return Err(value.error("cannot be met: the response to HEAD has no body").hint(hint));
    }
    let error = format!("is HEAD, but the kind of this target checks the body (`{key}`)");
    let error = table.require("method", "method = \"GET\"")?.error(error);
    Err(error.hint("use method = \"GET\", or kind = \"http\" with the complete address"))
}

//! The rules of Pushover's message API (https://pushover.net/api) that a sender can violate.

use std::collections::BTreeMap;

use hyper::Request;
use hyper::body::Bytes;
use hyper::header::CONTENT_TYPE;
use serde_json::Value;

/// Parameters with their maximum lengths in characters.
const LIMITS: [(&str, usize); 4] = [("message", 1024), ("title", 250), ("url", 512), ("url_title", 100)];

pub(super) type Parameters = BTreeMap<String, String>;

/// A message on the phone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Without a title, the phone shows the application's name.
    pub title: Option<String>,
    /// The text.
    pub message: String,
    /// From -2 (silent) over 0 (normal) to 2 (until confirmed).
    pub priority: i8,
    /// A link.
    pub url: Option<String>,
    /// The text of the link.
    pub url_title: Option<String>,
}

/// Why a request is rejected: the invalid parameter, its fault, and the complete message.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) parameter: &'static str,
    pub(super) fault: &'static str,
    pub(super) sentence: String,
}

/// Check a request like Pushover, for one application and one user.
pub(super) fn examine(given: &Parameters, token: &str, user: &str) -> Result<Message, Refusal> {
    let get = |name: &str| given.get(name).map(String::as_str).filter(|value| !value.is_empty());
    if get("token") != Some(token) {
        return Err(refusal("token", "invalid", "application token is invalid"));
    }
    if get("user") != Some(user) {
        return Err(refusal(
            "user",
            "invalid",
            "user identifier is not a valid user, group, or subscribed user key",
        ));
    }
    let Some(message) = get("message") else {
        return Err(refusal("message", "cannot be blank", "message cannot be blank"));
    };
    for (parameter, most) in LIMITS {
        if get(parameter).is_some_and(|value| value.chars().count() > most) {
            let sentence = format!("{parameter} is too long (maximum is {most} characters)");
            return Err(refusal(parameter, "is too long", &sentence));
        }
    }
    let priority = get("priority").unwrap_or("0").parse().ok().filter(|priority| (-2..=2).contains(priority));
    let Some(priority) = priority else {
        return Err(refusal("priority", "is invalid", "priority is invalid, must be between -2 and 2"));
    };
    let number = |name: &str| get(name).and_then(|value| value.parse::<u32>().ok());
    let repeats = matches!((number("retry"), number("expire")), (Some(30..), Some(1..=10_800)));
    if priority == 2 && !repeats {
        let sentence = "priority 2 needs retry of at least 30 and expire of at most 10800 seconds";
        return Err(refusal("priority", "is incomplete", sentence));
    }
    Ok(Message {
        title: get("title").map(str::to_owned),
        message: message.to_owned(),
        priority,
        url: get("url").map(str::to_owned),
        url_title: get("url_title").map(str::to_owned),
    })
}

fn refusal(parameter: &'static str, fault: &'static str, sentence: &str) -> Refusal {
    Refusal { parameter, fault, sentence: sentence.to_owned() }
}

/// The parameters of a request, sent as a form or as JSON. Unreadable ones count as not sent.
pub(super) fn parameters(request: &Request<Bytes>) -> Parameters {
    let content_type =
        request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !content_type.starts_with("application/json") {
        return url::form_urlencoded::parse(request.body()).into_owned().collect();
    }
    let given: BTreeMap<String, Value> = serde_json::from_slice(request.body()).unwrap_or_default();
    let text = |value| match value {
        Value::String(text) => text,
        other => other.to_string(),
    };
    given.into_iter().map(|(name, value)| (name, text(value))).collect()
}

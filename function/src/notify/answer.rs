//! What the answers mean that channels get over HTTP.
//!
//! Only the service itself can take a message or refuse it for good, and each service has its own words for both. Every
//! other answer, whatever its status, came from something in between (a CDN, a firewall, a captive portal) or from a
//! service in trouble, and is temporary.

use std::time::Duration;

use bytes::BytesMut;
use http::StatusCode;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use tokio::time::{Instant, timeout_at};

use super::Delivery;
use super::redact::Hidden;
use crate::page;
use crate::text::single_line;

/// Services quote the message that they took, which takes up to six bytes a character in JSON.
const MAX_ANSWER_BYTES: usize = 64 * 1024;

/// An answer that has begun does not take longer than this to its end.
const BODY_LIMIT: Duration = Duration::from_secs(5);

const MAX_WHY_CHARS: usize = 150;

/// What an answer says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    /// The service's own confirmation.
    Taken,
    /// The service's own refusal of this message, for good.
    Refused {
        /// In its words.
        text: String,
        /// Whether its words blame the secrets.
        credentials: bool,
    },
    /// The service's own words for "not now".
    Busy {
        /// In its words; empty if the status says it all.
        text: String,
    },
    /// A success that may be none, for this reason.
    Doubtful(&'static str),
    /// Nothing that the service says.
    Foreign,
}

/// Finds a service's own words in an answer.
pub(super) type Reader = Box<dyn Fn(StatusCode, &[u8]) -> Answer + Send + Sync>;

/// A failure that may pass.
pub(super) fn later(why: impl Into<String>, unproven: bool) -> Delivery {
    Delivery::Retry { why: why.into(), unproven }
}

/// The service's own refusal, unless the status says that it passes.
pub(super) fn refusal(status: StatusCode, text: String, credentials: bool) -> Answer {
    if matches!(status.as_u16(), 408 | 425 | 429) || status.is_server_error() {
        Answer::Busy { text }
    } else {
        Answer::Refused { text, credentials }
    }
}

/// An answer's body, as far as it came.
pub(crate) struct Received {
    pub(crate) bytes: BytesMut,
    /// Whether this is all of it.
    pub(crate) is_whole: bool,
}

/// Reads a body, as far as it comes before `deadline` and fits.
pub(crate) async fn received(mut body: Incoming, deadline: Instant) -> Received {
    let deadline = deadline.min(Instant::now() + BODY_LIMIT);
    let mut bytes = BytesMut::new();
    loop {
        let is_whole = match timeout_at(deadline, body.frame()).await {
            Ok(Some(Ok(frame))) => {
                if let Some(data) = frame.data_ref() {
                    bytes.extend_from_slice(&data[..data.len().min(MAX_ANSWER_BYTES - bytes.len())]);
                }
                if bytes.len() < MAX_ANSWER_BYTES {
                    continue;
                }
                false
            }
            Ok(None) => true,
            Ok(Some(Err(_))) | Err(_) => false,
        };
        return Received { bytes, is_whole };
    }
}

/// What the answer makes of the message.
pub(super) fn judge(
    service: &str,
    status: StatusCode,
    answer: Answer,
    body: &Received,
    hidden: &Hidden,
) -> Delivery {
    match answer {
        Answer::Taken if status.is_success() => Delivery::Delivered,
        Answer::Refused { text, credentials } => {
            Delivery::Refused { why: in_words(service, status, &text, hidden), credentials }
        }
        Answer::Busy { text } => later(in_words(service, status, &text, hidden), may_have_arrived(status)),
        Answer::Doubtful(why) => {
            later(format!("{service} answered HTTP {}, but {why}", status.as_u16()), true)
        }
        Answer::Taken | Answer::Foreign => foreign(service, status, body),
    }
}

/// An answer that is not the service's.
fn foreign(service: &str, status: StatusCode, body: &Received) -> Delivery {
    let code = status.as_u16();
    if status.is_success() {
        return if page::is_page(&body.bytes) {
            later(format!("a web page came in {service}'s place (HTTP {code})"), false)
        } else if page::says_failure(&body.bytes) {
            later(format!("HTTP {code}, but the answer speaks of a failure and is not {service}'s"), false)
        } else if body.is_whole {
            later(format!("HTTP {code}, but without {service}'s own confirmation"), true)
        } else {
            later(format!("{service}'s answer was cut off (HTTP {code})"), true)
        };
    }
    let is_in_between = status.is_client_error() && !matches!(code, 408 | 425 | 429);
    let why = if is_in_between {
        format!("something in front of {service} answered HTTP {code}")
    } else {
        format!("{service} answered HTTP {code}")
    };
    later(why, may_have_arrived(status))
}

/// A gateway that waited for the service in vain has passed the message on.
fn may_have_arrived(status: StatusCode) -> bool {
    matches!(status.as_u16(), 504 | 524)
}

fn in_words(service: &str, status: StatusCode, text: &str, hidden: &Hidden) -> String {
    let answered = format!("{service} answered HTTP {}", status.as_u16());
    if text.is_empty() {
        return answered;
    }
    // A server that quotes the request back must not get its secrets into messages, logs and the state.
    single_line(&format!("{answered}: {}", hidden.without(text)), MAX_WHY_CHARS)
}

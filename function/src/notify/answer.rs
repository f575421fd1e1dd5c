//! What the HTTP answers to channels mean.
//!
//! Only the service itself can accept a message or refuse it permanently, and each service confirms and refuses in a form of
//! its own. Any other answer, whatever its status, is from a gateway (a CDN, a firewall, a captive portal) or from a
//! service in trouble, and the failure is temporary.

use std::time::Duration;

use bytes::BytesMut;
use http::StatusCode;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use tokio::time::{Instant, timeout_at};

use super::Delivery;
use super::redact::Hidden;
use crate::text::single_line;
use crate::unexpected_body;

/// Services quote the message that they accept, with up to six bytes for each character in JSON.
const MAX_ANSWER_BYTES: usize = 64 * 1024;

/// The time limit for a body, from its head.
const BODY_LIMIT: Duration = Duration::from_secs(5);

const MAX_WHY_CHARS: usize = 150;

/// What an answer says about the message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    /// The service confirms the message.
    Taken,
    /// The service refuses the message permanently.
    Refused {
        /// Its reason.
        text: String,
        /// Whether the reason is in the secrets.
        credentials: bool,
    },
    /// The service cannot accept the message now.
    Busy {
        /// Its reason; empty if it gives none besides the status.
        text: String,
    },
    /// A success that may be a failure, for this reason.
    Doubtful(&'static str),
    /// The answer is not from the service.
    Foreign,
}

/// Reads what the service says in an answer.
pub(super) type AnswerReader = Box<dyn Fn(StatusCode, &[u8]) -> Answer + Send + Sync>;

/// A temporary failure.
pub(super) fn later(why: impl Into<String>, unproven: bool) -> Delivery {
    Delivery::Retry { why: why.into(), unproven }
}

/// A refusal by the service, which is temporary if the status says so.
pub(super) fn refusal(status: StatusCode, text: String, credentials: bool) -> Answer {
    if matches!(status.as_u16(), 408 | 425 | 429) || status.is_server_error() {
        Answer::Busy { text }
    } else {
        Answer::Refused { text, credentials }
    }
}

/// The part of a body that was received.
pub(crate) struct Received {
    pub(crate) bytes: BytesMut,
    /// Whether this is the whole body.
    pub(crate) is_whole: bool,
}

/// Receive a body, as far as it arrives before `deadline` and is not too long.
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

/// Turn an answer into the outcome of the delivery.
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
            Delivery::Refused { why: reason(service, status, &text, hidden), credentials }
        }
        Answer::Busy { text } => later(reason(service, status, &text, hidden), may_have_arrived(status)),
        Answer::Doubtful(why) => {
            later(format!("{service} answered HTTP {}, but {why}", status.as_u16()), true)
        }
        Answer::Taken | Answer::Foreign => foreign(service, status, body),
    }
}

/// The outcome of an answer that is not from the service.
fn foreign(service: &str, status: StatusCode, body: &Received) -> Delivery {
    let code = status.as_u16();
    if status.is_success() {
        return if unexpected_body::is_page(&body.bytes) {
            later(format!("a web page answered instead of {service} (HTTP {code})"), false)
        } else if unexpected_body::reports_failure(&body.bytes) {
            later(format!("HTTP {code}, but the answer reports a failure and is not from {service}"), false)
        } else if body.is_whole {
            later(format!("HTTP {code}, but without a confirmation from {service}"), true)
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

/// A gateway that got no answer from the service has forwarded the message.
fn may_have_arrived(status: StatusCode) -> bool {
    matches!(status.as_u16(), 504 | 524)
}

fn reason(service: &str, status: StatusCode, text: &str, hidden: &Hidden) -> String {
    let answered = format!("{service} answered HTTP {}", status.as_u16());
    if text.is_empty() {
        return answered;
    }
    // Servers quote requests: their secrets must not get into messages, logs and the state.
    single_line(&format!("{answered}: {}", hidden.without(text)), MAX_WHY_CHARS)
}

//! Decides what the HTTP answers to channels mean.
//!
//! Only the service itself can accept a message or refuse it permanently, and each service confirms and refuses in a
//! form of its own. Any other answer, whatever its status, is from a gateway (a CDN, a firewall, a captive portal) or
//! from a service in trouble, and the failure is temporary.

use std::time::Duration;

use bytes::BytesMut;
use http::StatusCode;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use tokio::time::{Instant, timeout_at};

use super::Delivery;
use super::redact::Redactor;
use crate::text::single_line;
use crate::time::duration;
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
    Accepted,
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
        /// How long it asks to wait, if its answer says so; a header may say so as well.
        wait: Option<Duration>,
    },
    /// A success that may be a failure, for this reason.
    Ambiguous(&'static str),
    /// The answer is not from the service.
    Foreign,
}

impl Answer {
    /// Return that the service cannot accept the message now.
    pub(super) fn busy(text: impl Into<String>) -> Self {
        Self::Busy { text: text.into(), wait: None }
    }

    /// Return the same with the time that the service asks to wait, if it is temporary.
    pub(super) fn after(self, wait: Option<Duration>) -> Self {
        match self {
            Self::Busy { text, .. } => Self::Busy { text, wait },
            other => other,
        }
    }
}

/// Reads what the service says in an answer.
pub(super) type AnswerReader = Box<dyn Fn(StatusCode, &[u8]) -> Answer + Send + Sync>;

/// Return a temporary failure of a message that has not arrived.
pub(super) fn later(why: impl Into<String>) -> Delivery {
    Delivery::Retry { why: why.into(), unproven: false, wait: None }
}

/// Return a temporary failure of a message that may have arrived.
pub(super) fn unproven(why: impl Into<String>) -> Delivery {
    Delivery::Retry { why: why.into(), unproven: true, wait: None }
}

/// Return a refusal by the service, which is temporary if the status says so. `credentials`: whether the reason is in the
/// secrets.
pub(super) fn refusal(status: StatusCode, text: String, credentials: bool) -> Answer {
    if matches!(status.as_u16(), 408 | 425 | 429) || status.is_server_error() {
        Answer::busy(text)
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

/// Receive a body, as far as it arrives before `deadline` and does not exceed the limit.
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

/// The HTTP response to a message.
pub(super) struct ChannelResponse<'a> {
    pub(super) service: &'static str,
    pub(super) status: StatusCode,
    pub(super) body: &'a Received,
    /// How long its headers ask to wait.
    pub(super) wait: Option<Duration>,
}

impl ChannelResponse<'_> {
    /// Turn an answer into the result of the delivery.
    pub(super) fn delivery(&self, answer: Answer, redactor: &Redactor) -> Delivery {
        match answer {
            Answer::Accepted if self.status.is_success() => Delivery::Delivered,
            Answer::Refused { text, credentials } => {
                Delivery::Refused { why: self.reason(&text, redactor), credentials }
            }
            Answer::Busy { text, wait } => self.busy(self.reason(&text, redactor), wait.max(self.wait)),
            Answer::Ambiguous(why) => unproven(format!("{}, but {why}", self.answered())),
            Answer::Accepted | Answer::Foreign => self.foreign(),
        }
    }

    /// Return the result of a response that is not from the service.
    fn foreign(&self) -> Delivery {
        let (service, body) = (self.service, self.body);
        let code = self.status.as_u16();
        if self.status.is_success() {
            return if unexpected_body::is_page(&body.bytes) {
                later(format!("a web page answered instead of {service} (HTTP {code})"))
            } else if unexpected_body::reports_failure(&body.bytes) {
                later(format!("HTTP {code}, but the answer reports a failure and is not from {service}"))
            } else if body.is_whole {
                unproven(format!("HTTP {code}, but without a confirmation from {service}"))
            } else {
                unproven(format!("{service}'s answer was cut off (HTTP {code})"))
            };
        }
        let is_intermediary = self.status.is_client_error() && !matches!(code, 408 | 425 | 429);
        let why = if is_intermediary {
            format!("something in front of {service} answered HTTP {code}")
        } else {
            self.answered()
        };
        let is_busy = code == 429 || self.status.is_server_error();
        self.busy(why, self.wait.filter(|_| is_busy))
    }

    /// Return a temporary failure, after which the service asks to wait.
    fn busy(&self, mut why: String, wait: Option<Duration>) -> Delivery {
        let unproven = self.may_have_arrived();
        let wait = wait.filter(|_| !unproven);
        if let Some(long) = wait.map(|wait| wait.as_secs()).filter(|seconds| *seconds >= 60) {
            why = format!("{why}; try again in {}", duration(long));
        }
        Delivery::Retry { why, unproven, wait }
    }

    /// Return whether the status is that of a gateway that has forwarded the message and got no answer.
    fn may_have_arrived(&self) -> bool {
        matches!(self.status.as_u16(), 504 | 524)
    }

    fn reason(&self, text: &str, redactor: &Redactor) -> String {
        if text.is_empty() {
            return self.answered();
        }
        // Servers quote requests: their secrets must not get into messages, logs and the state.
        single_line(&format!("{}: {}", self.answered(), redactor.redact(text)), MAX_WHY_CHARS)
    }

    fn answered(&self) -> String {
        format!("{} answered HTTP {}", self.service, self.status.as_u16())
    }
}

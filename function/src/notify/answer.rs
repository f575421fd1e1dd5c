//! What the answers mean that channels get over HTTP.
//!
//! The status decides: 2xx is delivered; 4xx is refused for good, except 408 and 429, which pass, as does everything
//! else. A service's own answer is read for its reasons, and may say that a refusal passes or is the secrets' fault.

use bytes::Bytes;
use http::StatusCode;
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;

use super::Delivery;
use super::redact::without_secrets;
use crate::secrets::ChannelSecrets;
use crate::text::single_line;

/// More than any service's error needs.
const MAX_ANSWER_BYTES: usize = 8 * 1024;
const MAX_WHY_CHARS: usize = 150;

/// What a service's answer adds to its status.
#[derive(Debug, Default)]
pub(super) struct Reason {
    /// In its own words.
    pub(super) text: String,
    /// Whether the secrets are at fault.
    pub(super) blames_secrets: bool,
    /// Whether it takes the same message some other day.
    pub(super) passes: bool,
}

/// Finds the reason in a service's answer.
pub(super) type Reader = fn(&[u8]) -> Reason;

/// A failure that may pass.
pub(super) fn later(why: String, unproven: bool) -> Delivery {
    Delivery::Retry { why, unproven }
}

/// Empty if it is too long, or ends too early: the status says enough.
pub(super) async fn bounded(body: Incoming) -> Bytes {
    Limited::new(body, MAX_ANSWER_BYTES).collect().await.map(|body| body.to_bytes()).unwrap_or_default()
}

/// What the answer makes of the message.
pub(super) fn judge(
    service: &str,
    status: StatusCode,
    reason: &Reason,
    is_address_secret: bool,
    secrets: &ChannelSecrets,
) -> Delivery {
    let why = in_words(service, status, &reason.text, secrets);
    let passes = reason.passes || matches!(status.as_u16(), 408 | 429);
    if passes || !status.is_client_error() {
        return later(why, false);
    }
    let is_nowhere = is_address_secret && matches!(status.as_u16(), 404 | 410);
    let is_denied = matches!(status.as_u16(), 401 | 403);
    Delivery::Refused { why, credentials: is_denied || is_nowhere || reason.blames_secrets }
}

fn in_words(service: &str, status: StatusCode, reason: &str, secrets: &ChannelSecrets) -> String {
    let answered = format!("{service} answered HTTP {}", status.as_u16());
    if reason.is_empty() {
        return answered;
    }
    // A server that quotes the request back must not get its secrets into messages, logs and the state.
    single_line(&format!("{answered}: {}", without_secrets(reason, secrets)), MAX_WHY_CHARS)
}

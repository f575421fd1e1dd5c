//! Reads the body as far as it is needed, decodes it and searches it.

use std::time::Duration;

use http::HeaderMap;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use tokio::time::timeout;

use super::condition::{self, Received, Unread, contains};
use super::content_encoding::{self, Decoded};
use super::error::ProbeError;
use super::finding::Finding;
use super::http_error::describe;
use crate::contract::settings::Target;

/// The number of bytes of the body that are searched for a target's text.
const MAX_BODY_BYTES: usize = 64 * 1024;

/// The number of bytes of an error page that are read: it names its cause early or not at all.
pub(super) const MAX_PAGE_BYTES: usize = 16 * 1024;
const ERROR_PAGE_TIMEOUT: Duration = Duration::from_secs(1);

/// The number of bytes of previous frames that are searched again: the text may span two frames, and JSON may contain
/// spaces.
const OVERLAP: usize = 64;

/// The body as far as it was read and could be decoded, and whether it meets the target's conditions.
pub(super) struct SearchedBody {
    pub(super) body: Vec<u8>,
    pub(super) outcome: Result<String, ProbeError>,
    /// What the conditions found whose failure is only a warning.
    pub(super) findings: Vec<Finding>,
    /// Whether a value is close to a limit beyond which the target is down.
    pub(super) is_near_limit: bool,
}

/// Read the beginning of an error page. What arrives too late does not count.
pub(super) async fn error_page(mut body: Incoming, headers: &HeaderMap) -> Vec<u8> {
    let mut read = Vec::new();
    let reading = async {
        while let Some(Ok(frame)) = body.frame().await {
            read.extend(frame.data_ref().into_iter().flatten().take(MAX_PAGE_BYTES - read.len()));
            if read.len() >= MAX_PAGE_BYTES {
                break;
            }
        }
    };
    let _ = timeout(ERROR_PAGE_TIMEOUT, reading).await;
    match content_encoding::decode(&content_encoding::of(headers), &read, true, MAX_PAGE_BYTES) {
        Decoded::Whole(text) | Decoded::Truncated(text) => text,
        Decoded::Corrupt(_) | Decoded::Unsupported(_) => read,
    }
}

/// Read until the text is found, the body ends or the limit is reached. The rest is never read: the connection is closed.
/// Where the server's identity is needed too, finding the text is not enough.
pub(super) async fn search(
    mut body: Incoming,
    headers: &HeaderMap,
    target: &Target,
) -> Result<SearchedBody, ProbeError> {
    let encodings = content_encoding::of(headers);
    let wanted = target.contains.as_deref();
    let may_stop_early = encodings.is_empty() && !(target.pin || target.tell_version);
    let mut read: Vec<u8> = Vec::new();
    let (mut is_truncated, mut is_found) = (false, false);
    while let Some(frame) = body.frame().await {
        let frame = match frame {
            Ok(frame) => frame,
            Err(_) if is_found => break,
            Err(why) => return Err(describe(&why)),
        };
        let Some(data) = frame.data_ref() else { continue };
        let room = MAX_BODY_BYTES - read.len();
        is_truncated = data.len() > room;
        let from = read.len().saturating_sub(wanted.map_or(0, str::len).max(OVERLAP));
        read.extend_from_slice(&data[..data.len().min(room)]);
        is_found |= wanted.is_some_and(|text| contains::has(&read[from..], text));
        if is_truncated || (is_found && may_stop_early) {
            break;
        }
    }
    Ok(decode_and_check(read, &encodings, is_truncated, target))
}

fn decode_and_check(
    read: Vec<u8>,
    encodings: &[String],
    is_truncated: bool,
    target: &Target,
) -> SearchedBody {
    let size = read.len();
    let wanted = target.contains.as_deref();
    // Some servers name an encoding without applying it, and some name one that does not exist.
    let is_plain = encodings.is_empty() || wanted.is_some_and(|text| contains::has(&read, text));
    let decoded = match (is_plain, is_truncated) {
        (false, _) => content_encoding::decode(encodings, &read, is_truncated, MAX_BODY_BYTES),
        (true, true) => Decoded::Truncated(read),
        (true, false) => Decoded::Whole(read),
    };
    let (body, unread) = match decoded {
        Decoded::Whole(body) => (body, None),
        Decoded::Truncated(body) => (body, Some(Unread::BeyondLimit { bytes: MAX_BODY_BYTES })),
        Decoded::Corrupt(body) => (body, Some(Unread::Corrupt)),
        Decoded::Unsupported(encoding) => (Vec::new(), Some(Unread::Unsupported(encoding))),
    };
    let received = Received { body: &body, unread: unread.as_ref() };
    let outcome = condition::of_body(target, &received).unwrap_or_else(|| {
        let more = if is_truncated { "more than " } else { "" };
        Ok(format!("{more}{size} bytes"))
    });
    SearchedBody { body, outcome, findings: Vec::new(), is_near_limit: false }
}

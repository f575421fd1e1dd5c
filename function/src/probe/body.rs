//! The body: as much of it as is needed, decoded, and searched.

use std::time::Duration;

use http::HeaderMap;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use tokio::time::timeout;

use super::cause::Fault;
use super::coding::{self, Decoded};
use super::condition::{self, Missing, Received, contains};
use super::failure::in_words;
use crate::contract::settings::Target;

/// How far into the body a target's text is looked for.
const MAX_BODY_BYTES: usize = 64 * 1024;

/// An error's page shows its cause early, or not at all.
pub(super) const MAX_PAGE_BYTES: usize = 16 * 1024;
const ERROR_PATIENCE: Duration = Duration::from_secs(1);

/// A text may span two frames, be it with blanks in it.
const OVERLAP: usize = 64;

/// The body as far as it was read and could be decoded, and what was found in it.
pub(super) struct Searched {
    pub(super) body: Vec<u8>,
    pub(super) outcome: Result<String, Fault>,
}

/// As much of the body as tells an error's cause; what comes too late does not count.
pub(super) async fn beginning(mut body: Incoming, headers: &HeaderMap) -> Vec<u8> {
    let mut read = Vec::new();
    let reading = async {
        while let Some(Ok(frame)) = body.frame().await {
            read.extend(frame.data_ref().into_iter().flatten().take(MAX_PAGE_BYTES - read.len()));
            if read.len() >= MAX_PAGE_BYTES {
                break;
            }
        }
    };
    let _ = timeout(ERROR_PATIENCE, reading).await;
    match coding::decode(&coding::of(headers), &read, true, MAX_PAGE_BYTES) {
        Decoded::Whole(text) | Decoded::Cut(text) => text,
        Decoded::Damaged(_) | Decoded::Unknown(_) => read,
    }
}

/// Reads until the text is found, the body ends, or it is too long. The rest is never read: the connection is dropped.
/// Where the server's id is wanted, the text alone does not suffice.
pub(super) async fn search(
    mut body: Incoming,
    headers: &HeaderMap,
    target: &Target,
) -> Result<Searched, Fault> {
    let codings = coding::of(headers);
    let wanted = target.contains.as_deref();
    let may_end_early = codings.is_empty() && !(target.pin || target.tell_version);
    let mut read: Vec<u8> = Vec::new();
    let (mut is_cut, mut is_found) = (false, false);
    while let Some(frame) = body.frame().await {
        let frame = match frame {
            Ok(frame) => frame,
            Err(_) if is_found => break,
            Err(why) => return Err(in_words(&why)),
        };
        let Some(data) = frame.data_ref() else { continue };
        let room = MAX_BODY_BYTES - read.len();
        is_cut = data.len() > room;
        let from = read.len().saturating_sub(wanted.map_or(0, str::len).max(OVERLAP));
        read.extend_from_slice(&data[..data.len().min(room)]);
        is_found |= wanted.is_some_and(|text| contains::has(&read[from..], text));
        if is_cut || (is_found && may_end_early) {
            break;
        }
    }
    Ok(judged(read, &codings, is_cut, target))
}

fn judged(read: Vec<u8>, codings: &[String], is_cut: bool, target: &Target) -> Searched {
    let size = read.len();
    let wanted = target.contains.as_deref();
    // Some name a coding and do not apply it, and some name one that is none.
    let is_plain = codings.is_empty() || wanted.is_some_and(|text| contains::has(&read, text));
    let decoded = match (is_plain, is_cut) {
        (false, _) => coding::decode(codings, &read, is_cut, MAX_BODY_BYTES),
        (true, true) => Decoded::Cut(read),
        (true, false) => Decoded::Whole(read),
    };
    let (body, missing) = match decoded {
        Decoded::Whole(body) => (body, None),
        Decoded::Cut(body) => (body, Some(Missing::Rest { limit: MAX_BODY_BYTES })),
        Decoded::Damaged(body) => (body, Some(Missing::Damaged)),
        Decoded::Unknown(coding) => (Vec::new(), Some(Missing::Coding(coding))),
    };
    let received = Received { body: &body, missing: missing.as_ref() };
    let outcome = condition::of_body(target, &received).unwrap_or_else(|| {
        let more = if is_cut { "more than " } else { "" };
        Ok(format!("{more}{size} bytes"))
    });
    Searched { body, outcome }
}

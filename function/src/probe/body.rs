//! Reads the body as far as it is needed, decodes it and searches it.

use std::time::Duration;

use http::HeaderMap;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use tokio::time::timeout;

use super::condition::judgement::Evaluation;
use super::condition::metrics::MetricReader;
use super::condition::{self, Bodies, contains};
use super::content_encoding::{self, Decoded};
use super::error::ProbeError;
use super::http_error::describe;
use super::received::{Received, Unread};
use super::room::Room;
use crate::contract::settings::Target;

/// The number of bytes of the body that are searched for texts.
const MAX_BODY_BYTES: usize = 64 * 1024;

/// The number of bytes of a body that are read for values: `node_exporter` sends up to 400 KB.
pub(super) const MAX_LONG_BODY_BYTES: usize = 512 * 1024;

/// The number of bytes of an error page that are read: it names its cause early or not at all.
pub(super) const MAX_PAGE_BYTES: usize = 16 * 1024;
const ERROR_PAGE_TIMEOUT: Duration = Duration::from_secs(1);

/// The number of bytes of previous frames that are searched again: the text may span two frames, and JSON may contain
/// spaces.
const OVERLAP: usize = 64;

/// The beginning of the body as far as it was read and could be decoded, and whether it meets the target's conditions.
pub(super) struct SearchedBody {
    pub(super) body: Vec<u8>,
    /// What to say of a body that meets them.
    pub(super) detail: String,
    pub(super) evaluation: Evaluation,
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

/// Read a body of up to [`MAX_LONG_BODY_BYTES`], and decode it.
pub(super) async fn long(
    mut body: Incoming,
    headers: &HeaderMap,
) -> Result<(Vec<u8>, Option<Unread>), ProbeError> {
    let (mut read, mut is_truncated) = (Vec::new(), false);
    let mut room = Room::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|why| describe(&why))?;
        let Some(data) = frame.data_ref() else { continue };
        let left = MAX_LONG_BODY_BYTES - read.len();
        is_truncated = data.len() > left;
        if !append(&mut read, &data[..data.len().min(left)], MAX_LONG_BODY_BYTES, &mut room) {
            return Ok((Vec::new(), Some(Unread::NoRoom)));
        }
        if is_truncated {
            break;
        }
    }
    Ok(decoded(read, &content_encoding::of(headers), is_truncated, MAX_LONG_BODY_BYTES))
}

/// Read until the text is found, the body ends or the limit is reached. The rest is never read: the connection is closed.
/// Where more is needed than the text, finding it is not enough.
pub(super) async fn search(
    mut body: Incoming,
    headers: &HeaderMap,
    target: &Target,
    now: u64,
) -> Result<SearchedBody, ProbeError> {
    let mut reader = BodyReader::new(target, headers, now);
    while let Some(frame) = body.frame().await {
        match frame {
            Ok(frame) => {
                let Some(data) = frame.data_ref() else { continue };
                reader.feed(data);
                if reader.is_truncated || !reader.has_room || reader.has_all() {
                    break;
                }
            }
            Err(_) if reader.is_found && !reader.needs_all => break,
            Err(why) => return Err(describe(&why)),
        }
    }
    Ok(reader.finish())
}

/// Reads a body in pieces, and keeps what the conditions need of it.
struct BodyReader<'a> {
    target: &'a Target,
    encodings: Vec<String>,
    now: u64,
    /// Whether there are conditions that the end of the body may decide.
    needs_all: bool,
    /// How much is read.
    limit: usize,
    /// How much of that is kept.
    keep: usize,
    kept: Vec<u8>,
    room: Room,
    has_room: bool,
    size: usize,
    is_truncated: bool,
    is_found: bool,
    metrics: MetricReader<'a>,
}

impl<'a> BodyReader<'a> {
    fn new(target: &'a Target, headers: &HeaderMap, now: u64) -> Self {
        let encodings = content_encoding::of(headers);
        let Target { json, metrics, lacks, matches, .. } = target;
        let has_values = !(json.is_empty() && metrics.is_empty());
        let limit = if has_values { MAX_LONG_BODY_BYTES } else { MAX_BODY_BYTES };
        // Metrics are read as they arrive, if they are not compressed.
        let keep = if json.is_empty() && encodings.is_empty() { MAX_BODY_BYTES } else { limit };
        Self {
            target,
            encodings,
            now,
            needs_all: has_values || !(lacks.is_empty() && matches.is_empty()),
            limit,
            keep,
            kept: Vec::new(),
            room: Room::new(),
            has_room: true,
            size: 0,
            is_truncated: false,
            is_found: false,
            metrics: MetricReader::new(metrics, now),
        }
    }

    /// Return whether the rest of the body does not matter.
    fn has_all(&self) -> bool {
        let Target { pin, tell_version, .. } = *self.target;
        self.is_found && self.encodings.is_empty() && !(self.needs_all || pin || tell_version)
    }

    fn feed(&mut self, data: &[u8]) {
        let left = self.limit - self.size;
        self.is_truncated = data.len() > left;
        let data = &data[..data.len().min(left)];
        self.size += data.len();
        if self.encodings.is_empty() {
            self.metrics.feed(data);
        }
        let wanted = self.target.contains.as_deref();
        let from = self.kept.len().saturating_sub(wanted.map_or(0, str::len).max(OVERLAP));
        let kept = &data[..data.len().min(self.keep - self.kept.len())];
        self.has_room = append(&mut self.kept, kept, self.keep, &mut self.room);
        self.is_found = self.is_found || wanted.is_some_and(|text| contains::has(&self.kept[from..], text));
    }

    fn finish(self) -> SearchedBody {
        let Self { target, encodings, now, limit, kept, has_room, size, is_found, mut metrics, .. } = self;
        let is_truncated = self.is_truncated || !has_room;
        let more = if is_truncated { "more than " } else { "" };
        // Some servers name an encoding without applying it, and some name one that does not exist.
        let applied = if is_found { &[][..] } else { &encodings };
        let (mut body, mut unread) = decoded(kept, applied, is_truncated, limit);
        if !has_room {
            unread = Some(Unread::NoRoom);
        }
        let is_streamed = encodings.is_empty();
        if !is_streamed {
            metrics.feed(&body);
        }
        let long = Unread::BeyondLimit { bytes: MAX_BODY_BYTES };
        let beginning = &body[..body.len().min(MAX_BODY_BYTES)];
        let is_long = body.len() > MAX_BODY_BYTES || (is_streamed && size > MAX_BODY_BYTES);
        let bodies = Bodies {
            beginning: Received {
                body: beginning,
                unread: if is_long { Some(&long) } else { unread.as_ref() },
            },
            whole: Received { body: &body, unread: unread.as_ref() },
            metrics: metrics.finish(unread.as_ref()),
        };
        let evaluation = condition::of_body(target, bodies, now);
        body.truncate(MAX_BODY_BYTES);
        let detail = evaluation.found.clone().unwrap_or_else(|| format!("{more}{size} bytes"));
        SearchedBody { body, detail, evaluation }
    }
}

/// Append to a body of at most `limit` bytes. Return whether there is room for it among those of other targets.
fn append(body: &mut Vec<u8>, data: &[u8], limit: usize, room: &mut Room) -> bool {
    if body.len() + data.len() > MAX_BODY_BYTES {
        // Otherwise, what it occupies would double again and again, to more than the limit.
        body.reserve_exact(limit - body.len());
        if !room.take(data.len()) {
            return false;
        }
    }
    body.extend_from_slice(data);
    true
}

fn decoded(
    read: Vec<u8>,
    encodings: &[String],
    is_truncated: bool,
    limit: usize,
) -> (Vec<u8>, Option<Unread>) {
    let beyond = |is_truncated: bool| is_truncated.then_some(Unread::BeyondLimit { bytes: limit });
    if encodings.is_empty() {
        return (read, beyond(is_truncated));
    }
    match content_encoding::decode(encodings, &read, is_truncated, limit) {
        Decoded::Whole(body) => (body, None),
        Decoded::Truncated(body) => (body, beyond(true)),
        // Named, but not applied.
        Decoded::Corrupt(_) | Decoded::Unsupported(_) if is_text(&read) => (read, beyond(is_truncated)),
        Decoded::Corrupt(body) => (body, Some(Unread::Corrupt)),
        Decoded::Unsupported(encoding) => (Vec::new(), Some(Unread::Unsupported(encoding))),
    }
}

/// Return whether this is plain text, which no compressed body is. Its last character may be incomplete.
fn is_text(body: &[u8]) -> bool {
    let is_plain = body.iter().all(|byte| *byte >= b' ' || byte.is_ascii_whitespace());
    is_plain
        && !body.is_empty()
        && std::str::from_utf8(body).map_or_else(|why| why.error_len().is_none(), |_| true)
}

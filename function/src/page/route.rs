//! What a path means, and whether its visitor knows the secret one.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use sha2::{Digest, Sha256};

/// What is escaped in a path's segment.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The longest path that may lead anywhere, in bytes. That of a badge has the name of a target.
const MAX_PATH: usize = 2048;

/// One of the page's resources.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route {
    /// The page itself.
    Html,
    /// Everything as JSON.
    StatusJson,
    /// What happened, for feed readers.
    Feed,
    /// The badge of a target, by its name, as an image.
    BadgeSvg(String),
    /// The badge of a target, by its name, as JSON.
    BadgeJson(String),
}

/// What a path means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// A resource.
    At(Route),
    /// The page, from which the slash behind its secret path is missing: where it is, relative to this path.
    Slash(String),
    /// Nothing.
    Nowhere,
}

/// The first segment of every path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FirstSegment {
    /// There is none: the page is at the root.
    Public,
    /// The SHA-256 of the secret one; nothing if it is invalid, which no segment matches.
    Secret(Option<[u8; 32]>),
}

impl FirstSegment {
    /// Read the digest from the settings, in hexadecimal.
    pub fn new(secret_sha256: Option<&str>) -> Self {
        secret_sha256.map_or(Self::Public, |digest| Self::Secret(digest_of_hex(digest)))
    }

    /// Return whether it is a secret.
    pub fn is_secret(&self) -> bool {
        matches!(self, Self::Secret(_))
    }

    /// Return what a percent-encoded path means.
    pub fn destination(&self, path: &str) -> Destination {
        let short = Some(path).filter(|path| path.len() <= MAX_PATH);
        let Some(segments) = short.and_then(segments) else { return Destination::Nowhere };
        let segments: Vec<&str> = segments.iter().map(AsRef::as_ref).collect();
        let own = match (self, segments.as_slice()) {
            (Self::Public, own) => own,
            (Self::Secret(digest), [first, own @ ..]) if is_secret(first, digest.as_ref()) => {
                if own.is_empty() {
                    return Destination::Slash(format!("./{}/", encoded(first)));
                }
                own
            }
            (Self::Secret(_), _) => return Destination::Nowhere,
        };
        route(own).map_or(Destination::Nowhere, Destination::At)
    }
}

/// Return the text as a segment of a path.
pub fn encoded(segment: &str) -> String {
    utf8_percent_encode(segment, RESERVED).to_string()
}

/// Return the decoded segments of a path; nothing if they are not text.
fn segments(path: &str) -> Option<Vec<Cow<'_, str>>> {
    let decoded = |segment| percent_decode_str(segment).decode_utf8().ok();
    path.strip_prefix('/')?.split('/').map(decoded).collect()
}

fn route(segments: &[&str]) -> Option<Route> {
    match segments {
        [""] => Some(Route::Html),
        // Clients of Statuspage know only its own paths.
        ["status.json"] | ["api", "v2", "summary.json" | "status.json"] => Some(Route::StatusJson),
        ["feed.atom"] => Some(Route::Feed),
        ["badge", file] => {
            let svg = file.strip_suffix(".svg").map(|name| Route::BadgeSvg(name.to_owned()));
            svg.or_else(|| file.strip_suffix(".json").map(|name| Route::BadgeJson(name.to_owned())))
        }
        _ => None,
    }
}

/// Compare a segment with the secret one by their digests. The time does not depend on where they differ.
fn is_secret(segment: &str, secret: Option<&[u8; 32]>) -> bool {
    let digest = Sha256::digest(segment.as_bytes());
    let difference =
        |secret: &[u8; 32]| digest.iter().zip(secret).fold(0, |all, (one, other)| all | (one ^ other));
    secret.is_some_and(|secret| std::hint::black_box(difference(secret)) == 0)
}

fn digest_of_hex(text: &str) -> Option<[u8; 32]> {
    let mut digest = [0; 32];
    if text.len() != 2 * digest.len() || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    for (at, byte) in digest.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(digest)
}

//! Bodies that come compressed although nobody asked for it: caches and file servers do so.

use std::io::Read;

use flate2::read::{DeflateDecoder, GzDecoder, ZlibDecoder};
use http::HeaderMap;

/// More than one is rare, more than these are an attack.
const MAX_CODINGS: usize = 4;

/// What became of a body.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Decoded {
    /// It is whole.
    Whole(Vec<u8>),
    /// Its beginning: the rest is beyond the limit, or was not read.
    Cut(Vec<u8>),
    /// Its beginning: what follows is damaged.
    Damaged(Vec<u8>),
    /// This coding is not known.
    Unknown(String),
}

/// The codings of a body, in the order in which they were applied.
pub(super) fn of(headers: &HeaderMap) -> Vec<String> {
    let lines = headers.get_all("content-encoding").iter().filter_map(|value| value.to_str().ok());
    let names = lines.flat_map(|line| line.split(',')).map(|name| name.trim().to_ascii_lowercase());
    names.filter(|name| !matches!(name.as_str(), "" | "identity" | "none")).collect()
}

/// Undo the codings. Neither input nor output of a step is longer than `limit`.
pub(super) fn decode(codings: &[String], body: &[u8], is_cut: bool, limit: usize) -> Decoded {
    if codings.len() > MAX_CODINGS {
        return Decoded::Unknown(format!("{} codings", codings.len()));
    }
    let (mut body, mut is_cut, mut is_damaged) = (body.to_vec(), is_cut, false);
    for coding in codings.iter().rev() {
        let begins_like_zlib = matches!(body.as_slice(), [first, second, ..]
            if first & 0x0f == 8 && (u16::from(*first) << 8 | u16::from(*second)) % 31 == 0);
        let input = body.as_slice();
        let (read, outcome) = match coding.as_str() {
            _ if input.is_empty() => continue,
            "gzip" | "x-gzip" => bounded(GzDecoder::new(input), limit),
            // Some send the bare stream under this name.
            "deflate" if begins_like_zlib => bounded(ZlibDecoder::new(input), limit),
            "deflate" => bounded(DeflateDecoder::new(input), limit),
            other => return Decoded::Unknown(other.to_owned()),
        };
        match outcome {
            End::Whole => {}
            End::Limit => is_cut = true,
            // Without its end, a stream is of course incomplete.
            End::Broken => is_damaged |= !is_cut,
        }
        body = read;
    }
    match (is_cut, is_damaged) {
        (_, true) => Decoded::Damaged(body),
        (true, false) => Decoded::Cut(body),
        (false, false) => Decoded::Whole(body),
    }
}

enum End {
    Whole,
    Limit,
    Broken,
}

fn bounded(decoder: impl Read, limit: usize) -> (Vec<u8>, End) {
    let mut read = Vec::new();
    let outcome = decoder.take(limit as u64 + 1).read_to_end(&mut read);
    let end = match outcome {
        Err(_) => End::Broken,
        Ok(_) if read.len() > limit => End::Limit,
        Ok(_) => End::Whole,
    };
    read.truncate(limit);
    (read, end)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

    use super::*;

    const LIMIT: usize = 1000;
    const TEXT: &[u8] = b"<MediaContainer machineIdentifier=\"abc\"/>";

    fn gzip(data: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(data).unwrap();
        encoder.finish().unwrap()
    }

    fn zlib(data: &[u8]) -> Vec<u8> {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(data).unwrap();
        encoder.finish().unwrap()
    }

    fn bare(data: &[u8]) -> Vec<u8> {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(data).unwrap();
        encoder.finish().unwrap()
    }

    fn decoded(codings: &[&str], body: &[u8], is_cut: bool) -> Decoded {
        let codings: Vec<String> = codings.iter().map(|name| (*name).to_owned()).collect();
        decode(&codings, body, is_cut, LIMIT)
    }

    #[test]
    fn known_codings_are_undone_also_on_top_of_each_other() {
        for (codings, body) in [
            (&["gzip"][..], gzip(TEXT)),
            (&["x-gzip"], gzip(TEXT)),
            (&["deflate"], zlib(TEXT)),
            (&["deflate"], bare(TEXT)),
            (&["deflate", "gzip"], gzip(&zlib(TEXT))),
            (&["gzip", "gzip"], gzip(&gzip(TEXT))),
            (&["gzip"], [gzip(TEXT), vec![0; 9]].concat()),
            (&[], TEXT.to_vec()),
        ] {
            assert_eq!(decoded(codings, &body, false), Decoded::Whole(TEXT.to_vec()), "{codings:?}");
        }
        assert_eq!(decoded(&["gzip"], b"", false), Decoded::Whole(Vec::new()));
    }

    #[test]
    fn a_bomb_ends_at_the_limit() {
        let bomb = gzip(&gzip(&vec![b'x'; 10_000_000]));
        assert_eq!(decoded(&["gzip", "gzip"], &bomb, false), Decoded::Cut(vec![b'x'; LIMIT]));
    }

    #[test]
    fn missing_and_damaged_data_are_distinguished() {
        let whole = gzip(TEXT);
        let half = &whole[..whole.len() - 12];
        assert!(matches!(decoded(&["gzip"], half, true), Decoded::Cut(_)));
        assert!(matches!(decoded(&["gzip"], half, false), Decoded::Damaged(_)));
        assert_eq!(decoded(&["gzip"], TEXT, false), Decoded::Damaged(Vec::new()));
        assert_eq!(decoded(&["gzip", "br"], &whole, false), Decoded::Unknown("br".to_owned()));
        assert_eq!(decoded(&["gzip"; 5], &whole, false), Decoded::Unknown("5 codings".to_owned()));
    }

    #[test]
    fn codings_are_read_from_all_lines_in_order() {
        let headers = super::super::answer::tests::headers(
            "content-encoding: Deflate , identity\ncontent-encoding: GZIP\ncontent-encoding: ",
        );
        assert_eq!(of(&headers), ["deflate", "gzip"]);
    }
}

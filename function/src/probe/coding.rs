//! Bodies that come compressed although nobody asked for it: caches and file servers do so.

use http::HeaderMap;
use miniz_oxide::inflate::{
    DecompressError, TINFLStatus, decompress_to_vec_with_limit, decompress_to_vec_zlib_with_limit,
};

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
        let outcome = match coding.as_str() {
            _ if input.is_empty() => continue,
            "gzip" | "x-gzip" => gzip(input, limit),
            // Some send the bare stream under this name.
            "deflate" if begins_like_zlib => decompress_to_vec_zlib_with_limit(input, limit),
            "deflate" => decompress_to_vec_with_limit(input, limit),
            other => return Decoded::Unknown(other.to_owned()),
        };
        body = match outcome {
            Ok(whole) => whole,
            Err(DecompressError { status: TINFLStatus::HasMoreOutput, output }) => {
                is_cut = true;
                output
            }
            // Without its end, a stream is of course incomplete.
            Err(DecompressError { output, .. }) => {
                is_damaged |= !is_cut;
                output
            }
        };
    }
    match (is_cut, is_damaged) {
        (_, true) => Decoded::Damaged(body),
        (true, false) => Decoded::Cut(body),
        (false, false) => Decoded::Whole(body),
    }
}

/// The stream behind the header of RFC 1952. Its checksum is not compared: TLS or TCP have done so.
fn gzip(input: &[u8], limit: usize) -> Result<Vec<u8>, DecompressError> {
    match behind_header(input) {
        Some(stream) => decompress_to_vec_with_limit(stream, limit),
        None => Err(DecompressError { status: TINFLStatus::Failed, output: Vec::new() }),
    }
}

fn behind_header(input: &[u8]) -> Option<&[u8]> {
    const CHECKSUM: u8 = 2;
    const EXTRA: u8 = 4;
    const NAME: u8 = 8;
    const COMMENT: u8 = 16;
    let (&[0x1f, 0x8b, 8, flags, ..], mut rest) = input.split_first_chunk::<10>()? else { return None };
    if flags & EXTRA != 0 {
        let (length, behind) = rest.split_first_chunk::<2>()?;
        rest = behind.get(usize::from(u16::from_le_bytes(*length))..)?;
    }
    for text in [NAME, COMMENT] {
        if flags & text != 0 {
            rest = &rest[rest.iter().position(|byte| *byte == 0)? + 1..];
        }
    }
    if flags & CHECKSUM != 0 { rest.get(2..) } else { Some(rest) }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
    use flate2::{Compression, GzBuilder};

    use super::*;

    const LIMIT: usize = 1000;
    const TEXT: &[u8] = b"<MediaContainer machineIdentifier=\"abc\"/>";

    fn gzipped(data: &[u8]) -> Vec<u8> {
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
        let mut notes = GzBuilder::new()
            .extra("12345")
            .filename("identity")
            .comment("by a cache")
            .write(Vec::new(), Compression::default());
        notes.write_all(TEXT).unwrap();
        let with_notes = notes.finish().unwrap();
        for (codings, body) in [
            (&["gzip"][..], gzipped(TEXT)),
            (&["x-gzip"], gzipped(TEXT)),
            (&["gzip"], with_notes),
            (&["deflate"], zlib(TEXT)),
            (&["deflate"], bare(TEXT)),
            (&["deflate", "gzip"], gzipped(&zlib(TEXT))),
            (&["gzip", "gzip"], gzipped(&gzipped(TEXT))),
            (&["gzip"], [gzipped(TEXT), vec![0; 9]].concat()),
            (&[], TEXT.to_vec()),
        ] {
            assert_eq!(decoded(codings, &body, false), Decoded::Whole(TEXT.to_vec()), "{codings:?}");
        }
        assert_eq!(decoded(&["gzip"], b"", false), Decoded::Whole(Vec::new()));
    }

    #[test]
    fn a_bomb_ends_at_the_limit() {
        let bomb = gzipped(&gzipped(&vec![b'x'; 10_000_000]));
        assert_eq!(decoded(&["gzip", "gzip"], &bomb, false), Decoded::Cut(vec![b'x'; LIMIT]));
    }

    #[test]
    fn missing_and_damaged_data_are_distinguished() {
        let whole = gzipped(TEXT);
        let half = &whole[..whole.len() - 12];
        assert!(matches!(decoded(&["gzip"], half, true), Decoded::Cut(_)));
        assert!(matches!(decoded(&["gzip"], half, false), Decoded::Damaged(_)));
        for header in
            [TEXT, b"\x1f\x8b", b"\x1f\x8b\x08\x04\0\0\0\0\0\0\xff\xff", b"\x1f\x8b\x08\x08\0\0\0\0\0\0name"]
        {
            assert_eq!(decoded(&["gzip"], header, false), Decoded::Damaged(Vec::new()));
        }
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

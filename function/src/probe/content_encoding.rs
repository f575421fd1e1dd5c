//! Decodes bodies that are compressed although the request asks for `identity`: some caches and file servers do that.

use http::HeaderMap;
use miniz_oxide::inflate::{
    DecompressError, TINFLStatus, decompress_to_vec_with_limit, decompress_to_vec_zlib_with_limit,
};

/// More than one encoding is rare; more than this many is an attack.
const MAX_ENCODINGS: usize = 4;

/// The result of decoding a body.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Decoded {
    /// The whole body.
    Whole(Vec<u8>),
    /// Its beginning: the rest exceeds the limit, or was not read.
    Truncated(Vec<u8>),
    /// Its beginning: the rest is corrupt.
    Corrupt(Vec<u8>),
    /// The encoding is not supported.
    Unsupported(String),
}

/// Return a body's encodings, in the order in which they were applied.
pub(super) fn of(headers: &HeaderMap) -> Vec<String> {
    let lines = headers.get_all("content-encoding").iter().filter_map(|value| value.to_str().ok());
    let names = lines.flat_map(|line| line.split(',')).map(|name| name.trim().to_ascii_lowercase());
    names.filter(|name| !matches!(name.as_str(), "" | "identity" | "none")).collect()
}

/// Decode a body. Neither input nor output of a step is longer than `limit`.
pub(super) fn decode(encodings: &[String], body: &[u8], is_truncated: bool, limit: usize) -> Decoded {
    if encodings.len() > MAX_ENCODINGS {
        return Decoded::Unsupported(format!("{} encodings", encodings.len()));
    }
    let (mut body, mut is_truncated, mut is_corrupt) = (body.to_vec(), is_truncated, false);
    for encoding in encodings.iter().rev() {
        let has_zlib_header = matches!(body.as_slice(), [first, second, ..]
            if first & 0x0f == 8 && (u16::from(*first) << 8 | u16::from(*second)) % 31 == 0);
        let input = body.as_slice();
        let outcome = match encoding.as_str() {
            _ if input.is_empty() => continue,
            "gzip" | "x-gzip" => gzip(input, limit),
            // Some servers send the raw stream under this name.
            "deflate" if has_zlib_header => decompress_to_vec_zlib_with_limit(input, limit),
            "deflate" => decompress_to_vec_with_limit(input, limit),
            other => return Decoded::Unsupported(other.to_owned()),
        };
        body = match outcome {
            Ok(whole) => whole,
            Err(DecompressError { status: TINFLStatus::HasMoreOutput, output }) => {
                is_truncated = true;
                output
            }
            // A truncated stream is incomplete, not corrupt.
            Err(DecompressError { output, .. }) => {
                is_corrupt |= !is_truncated;
                output
            }
        };
    }
    match (is_truncated, is_corrupt) {
        (_, true) => Decoded::Corrupt(body),
        (true, false) => Decoded::Truncated(body),
        (false, false) => Decoded::Whole(body),
    }
}

/// Decode the stream after the header of RFC 1952. Its checksum is not verified: TLS or TCP have protected the bytes.
fn gzip(input: &[u8], limit: usize) -> Result<Vec<u8>, DecompressError> {
    match after_header(input) {
        Some(stream) => decompress_to_vec_with_limit(stream, limit),
        None => Err(DecompressError { status: TINFLStatus::Failed, output: Vec::new() }),
    }
}

fn after_header(input: &[u8]) -> Option<&[u8]> {
    const CHECKSUM: u8 = 2;
    const EXTRA: u8 = 4;
    const NAME: u8 = 8;
    const COMMENT: u8 = 16;
    let (&[0x1f, 0x8b, 8, flags, ..], mut rest) = input.split_first_chunk::<10>()? else { return None };
    if flags & EXTRA != 0 {
        let (length, after) = rest.split_first_chunk::<2>()?;
        rest = after.get(usize::from(u16::from_le_bytes(*length))..)?;
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

    fn raw_deflate(data: &[u8]) -> Vec<u8> {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(data).unwrap();
        encoder.finish().unwrap()
    }

    fn decoded(encodings: &[&str], body: &[u8], is_truncated: bool) -> Decoded {
        let encodings: Vec<String> = encodings.iter().map(|name| (*name).to_owned()).collect();
        decode(&encodings, body, is_truncated, LIMIT)
    }

    #[test]
    fn supported_encodings_are_decoded_also_when_nested() {
        let mut optional = GzBuilder::new()
            .extra("12345")
            .filename("identity")
            .comment("by a cache")
            .write(Vec::new(), Compression::default());
        optional.write_all(TEXT).unwrap();
        let with_optional_fields = optional.finish().unwrap();
        for (encodings, body) in [
            (&["gzip"][..], gzipped(TEXT)),
            (&["x-gzip"], gzipped(TEXT)),
            (&["gzip"], with_optional_fields),
            (&["deflate"], zlib(TEXT)),
            (&["deflate"], raw_deflate(TEXT)),
            (&["deflate", "gzip"], gzipped(&zlib(TEXT))),
            (&["gzip", "gzip"], gzipped(&gzipped(TEXT))),
            (&["gzip"], [gzipped(TEXT), vec![0; 9]].concat()),
            (&[], TEXT.to_vec()),
        ] {
            assert_eq!(decoded(encodings, &body, false), Decoded::Whole(TEXT.to_vec()), "{encodings:?}");
        }
        assert_eq!(decoded(&["gzip"], b"", false), Decoded::Whole(Vec::new()));
    }

    #[test]
    fn a_decompression_bomb_is_cut_off_at_the_limit() {
        let bomb = gzipped(&gzipped(&vec![b'x'; 10_000_000]));
        assert_eq!(decoded(&["gzip", "gzip"], &bomb, false), Decoded::Truncated(vec![b'x'; LIMIT]));
    }

    #[test]
    fn truncated_and_corrupt_bodies_are_distinguished() {
        let whole = gzipped(TEXT);
        let half = &whole[..whole.len() - 12];
        assert!(matches!(decoded(&["gzip"], half, true), Decoded::Truncated(_)));
        assert!(matches!(decoded(&["gzip"], half, false), Decoded::Corrupt(_)));
        for header in
            [TEXT, b"\x1f\x8b", b"\x1f\x8b\x08\x04\0\0\0\0\0\0\xff\xff", b"\x1f\x8b\x08\x08\0\0\0\0\0\0name"]
        {
            assert_eq!(decoded(&["gzip"], header, false), Decoded::Corrupt(Vec::new()));
        }
        assert_eq!(decoded(&["gzip", "br"], &whole, false), Decoded::Unsupported("br".to_owned()));
        assert_eq!(decoded(&["gzip"; 5], &whole, false), Decoded::Unsupported("5 encodings".to_owned()));
    }

    #[test]
    fn encodings_are_read_from_all_header_lines_in_order() {
        let headers = super::super::response::tests::headers(
            "content-encoding: Deflate , identity\ncontent-encoding: GZIP\ncontent-encoding: ",
        );
        assert_eq!(of(&headers), ["deflate", "gzip"]);
    }
}

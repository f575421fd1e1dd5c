//! The functions inside a release. The build script has checked and compressed them.

use std::io::Read as _;

use flate2::read::ZlibDecoder;

use super::sha256;
use crate::config::Architecture;
use crate::error::{Context as _, Error, Result};

/// A function for one processor.
#[derive(Debug, Clone, Copy)]
pub struct Embedded {
    pub architecture: Architecture,
    /// The SHA-256 of the binary in hexadecimal; empty if this program has no function for the processor.
    sha256: &'static str,
    compressed: &'static [u8],
}

const SLOTS: [Embedded; 2] = [
    Embedded {
        architecture: Architecture::X86_64,
        sha256: env!("PLEXMON_EMBEDDED_X86_64_SHA256"),
        compressed: include_bytes!(concat!(env!("OUT_DIR"), "/x86_64")),
    },
    Embedded {
        architecture: Architecture::Arm64,
        sha256: env!("PLEXMON_EMBEDDED_ARM64_SHA256"),
        compressed: include_bytes!(concat!(env!("OUT_DIR"), "/arm64")),
    },
];

/// Return all functions inside this program: none, unless it is a release.
pub fn all() -> impl Iterator<Item = Embedded> {
    SLOTS.into_iter().filter(|embedded| !embedded.sha256.is_empty())
}

/// Return the function for a processor.
pub fn find(architecture: Architecture) -> Option<Embedded> {
    all().find(|embedded| embedded.architecture == architecture)
}

impl Embedded {
    /// Return the SHA-256 of the binary in hexadecimal.
    pub fn sha256(self) -> &'static str {
        self.sha256
    }

    /// Decompress the binary, and verify that it is whole.
    pub fn binary(self) -> Result<Vec<u8>> {
        let name = self.architecture.as_str();
        let failed = || format!("the {name} function inside this program is damaged");
        let hint = "download the release again, and verify its checksum";
        let mut binary = Vec::new();
        ZlibDecoder::new(self.compressed)
            .read_to_end(&mut binary)
            .context(failed)
            .map_err(|error| error.hint(hint))?;
        let actual = sha256(&binary);
        if actual != self.sha256 {
            let cause = format!("its SHA-256 is {actual}, not {}", self.sha256);
            return Err(Error::new(failed()).cause(cause).hint(hint));
        }
        Ok(binary)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::ZlibEncoder;

    use super::*;

    fn compressed(bytes: &[u8]) -> &'static [u8] {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap().leak()
    }

    fn embedded(sha256: String, compressed: &'static [u8]) -> Embedded {
        Embedded { architecture: Architecture::Arm64, sha256: sha256.leak(), compressed }
    }

    #[test]
    fn a_whole_function_is_decompressed() {
        let function = embedded(sha256(b"function"), compressed(b"function"));
        assert_eq!(function.binary().unwrap(), b"function");
    }

    #[test]
    fn a_damaged_function_is_an_error() {
        let other = embedded(sha256(b"function"), compressed(b"other"));
        let cut = embedded(sha256(b"function"), &compressed(b"function")[..7]);
        for damaged in [other, cut] {
            let error = damaged.binary().unwrap_err();
            assert_eq!(error.message(), "the arm64 function inside this program is damaged");
            assert!(error.causes().len() == 1, "{error:?}");
        }
    }
}

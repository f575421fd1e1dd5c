//! Why a build failed, as far as its output shows it, and what to do about it.

/// The reason of a failed build.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reason {
    /// Nothing more specific: usually an error in the sources.
    Compiler,
    NoNetwork,
    NoTarget,
    NoLinker,
    DiskFull,
}

impl Reason {
    /// The reason that a line of the output shows, if it is a known one.
    pub(super) fn of(line: &str) -> Option<Self> {
        let has = |texts: &[&str]| texts.iter().any(|text| line.contains(text));
        if has(&["No space left on device", "os error 28", "not enough space on the disk", "os error 112"]) {
            Some(Self::DiskFull)
        } else if has(&["linker `"]) && has(&["not found"]) {
            Some(Self::NoLinker)
        } else if has(&["target may not be installed"]) {
            Some(Self::NoTarget)
        } else if has(&[
            "failed to download",
            "Could not resolve host",
            "network failure",
            "Failed to connect",
        ]) {
            Some(Self::NoNetwork)
        } else {
            None
        }
    }

    pub(super) fn hint(self) -> &'static str {
        match self {
            Self::DiskFull => "free some disk space, or set CARGO_TARGET_DIR to a folder with more of it",
            Self::NoLinker => {
                "install a C compiler (Debian, Ubuntu: `sudo apt install build-essential`; macOS: `xcode-select --install`)"
            }
            Self::NoTarget => "install the target as cargo says above, with `rustup target add`",
            Self::NoNetwork => "check the network and the proxy: cargo downloads the dependencies once",
            Self::Compiler => {
                "fix the errors of the compiler, or pass a compiled function with --bootstrap PATH"
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_reasons_are_recognized() {
        for (line, reason) in [
            (
                "error: failed to write /target/x.rmeta: No space left on device (os error 28)",
                Some(Reason::DiskFull),
            ),
            ("/usr/bin/ld: final link failed: No space left on device", Some(Reason::DiskFull)),
            ("error: There is not enough space on the disk. (os error 112)", Some(Reason::DiskFull)),
            ("error: linker `cc` not found", Some(Reason::NoLinker)),
            ("  = note: the `aarch64-unknown-linux-gnu` target may not be installed", Some(Reason::NoTarget)),
            ("error: failed to download from `https://example.com/x.crate`", Some(Reason::NoNetwork)),
            (
                "  [6] Could not resolve hostname (Could not resolve host: example.com)",
                Some(Reason::NoNetwork),
            ),
            ("error[E0425]: cannot find value `linker` in this scope", None),
        ] {
            assert_eq!(Reason::of(line), reason, "{line}");
        }
    }

    #[test]
    fn the_most_specific_reason_counts() {
        // A full disk makes the linker fail as well, and cargo then reports that it could not compile.
        assert!(Reason::DiskFull > Reason::NoLinker && Reason::NoLinker > Reason::Compiler);
    }
}

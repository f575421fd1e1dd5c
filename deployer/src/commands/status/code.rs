//! Which code AWS runs, compared with the code that this program would upload.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::Serialize;

use crate::artifact::{CodeSource, Identity, function_sha256, identity, package_unless_built};
use crate::error::Result;
use crate::session::{Session, View};

/// The code of the monitor. Digests are SHA-256 in hexadecimal.
#[derive(Debug, Serialize)]
pub struct Code {
    /// Where this program takes the function from.
    origin: CodeSource,
    /// The digest of the function in this program, or of the file; missing if it has to be built first.
    #[serde(skip_serializing_if = "Option::is_none")]
    function_sha256: Option<String>,
    /// The digest of the zip that AWS runs.
    zip_sha256: Option<String>,
    running: Running,
}

/// What AWS runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Running {
    /// The zip that this program would upload, byte for byte.
    Exact,
    /// The function of this program. It has to be built before the zip can be compared, or it was packed by another version.
    SameFunction,
    /// The function of this program, with other settings.
    OtherSettings,
    OtherBuild,
    OtherRelease,
    OtherFile,
    /// Not what plexmon uploaded, or uploaded by a release whose functions have no such identity.
    Unknown,
}

impl Code {
    pub fn of(session: &Session, view: &View) -> Result<Self> {
        let (origin, architecture) = (&session.origin, session.config.function.architecture);
        let ours = identity(origin, &view.identified_settings, architecture)?;
        let sha256 = view.observed.code_sha256.as_deref();
        let tagged = view.observed.monitor().and_then(|function| function.code.as_deref());
        let mut running = running(&ours, tagged);
        if running == Running::SameFunction {
            let zip = package_unless_built(origin, &view.settings(), architecture)?;
            if zip.is_some_and(|zip| Some(zip.sha256.as_str()) == sha256) {
                running = Running::Exact;
            }
        }
        Ok(Self {
            origin: ours.source,
            function_sha256: function_sha256(origin, architecture)?,
            zip_sha256: sha256.map(hexadecimal),
            running,
        })
    }
}

/// Compare our code with the identity in the function's tag.
fn running(ours: &Identity, tagged: Option<&str>) -> Running {
    let Some(theirs) = tagged.and_then(Identity::parse) else { return Running::Unknown };
    match theirs.source {
        source if source == ours.source && theirs.code == ours.code => {
            if theirs.settings == ours.settings {
                Running::SameFunction
            } else {
                Running::OtherSettings
            }
        }
        CodeSource::Built => Running::OtherBuild,
        CodeSource::Released => Running::OtherRelease,
        CodeSource::Given => Running::OtherFile,
    }
}

/// Return a digest of AWS in the form of all others.
fn hexadecimal(base64: &str) -> String {
    let bytes = BASE64.decode(base64).unwrap_or_default();
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl fmt::Display for Code {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let release = concat!("release ", env!("CARGO_PKG_VERSION"));
        formatter.write_str("\n  code        ")?;
        match (self.running, self.origin) {
            (Running::Exact, CodeSource::Released) => write!(formatter, "exactly {release}"),
            (Running::Exact, _) => write!(formatter, "exactly that of the given file"),
            (Running::SameFunction, CodeSource::Released) => {
                write!(formatter, "the function of {release}, packed differently")
            }
            (Running::SameFunction, CodeSource::Built) => {
                write!(formatter, "built from the sources of this program")
            }
            (Running::SameFunction, CodeSource::Given) => {
                write!(formatter, "that of the given file, packed differently")
            }
            (Running::OtherSettings, CodeSource::Released) => {
                write!(formatter, "the function of {release}, with other settings")
            }
            (Running::OtherSettings, CodeSource::Built) => {
                write!(formatter, "built from the sources of this program, with other settings")
            }
            (Running::OtherSettings, CodeSource::Given) => {
                write!(formatter, "that of the given file, with other settings")
            }
            (Running::OtherBuild, CodeSource::Built) => write!(formatter, "built from other sources"),
            (Running::OtherBuild, _) => write!(formatter, "built from sources"),
            (Running::OtherRelease, CodeSource::Released) => {
                write!(formatter, "not that of {release}: of another one, or for another processor")
            }
            (Running::OtherRelease, _) => write!(formatter, "that of a release"),
            (Running::OtherFile, CodeSource::Given) => write!(formatter, "that of another file"),
            (Running::OtherFile, _) => write!(formatter, "from a file that was given with --bootstrap"),
            (Running::Unknown, _) => {
                write!(formatter, "unknown: changed outside plexmon, or uploaded by an early version")
            }
        }?;
        let digests = [("function", &self.function_sha256), ("zip", &self.zip_sha256)];
        for (name, digest) in digests {
            if let Some(digest) = digest {
                write!(formatter, "\n    {name:<9} {digest}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity(text: &str) -> Identity {
        Identity::parse(text).unwrap()
    }

    #[test]
    fn the_same_code_is_recognized_whatever_its_settings() {
        let ours = identity("released:aaaa:1111");
        assert_eq!(running(&ours, Some("released:aaaa:1111")), Running::SameFunction);
        assert_eq!(running(&ours, Some("released:aaaa:2222")), Running::OtherSettings);
    }

    #[test]
    fn other_code_is_named_by_its_source() {
        let ours = identity("released:aaaa:1111");
        assert_eq!(running(&ours, Some("released:bbbb:1111")), Running::OtherRelease);
        assert_eq!(running(&ours, Some("built:aaaa:1111")), Running::OtherBuild);
        assert_eq!(running(&ours, Some("given:aaaa:1111")), Running::OtherFile);
    }

    #[test]
    fn code_without_an_identity_is_unknown() {
        let ours = identity("built:aaaa:1111");
        for tagged in [None, Some(""), Some("changed outside plexmon"), Some("0123456789abcdef")] {
            assert_eq!(running(&ours, tagged), Running::Unknown);
        }
    }

    #[test]
    fn digests_are_aligned_and_fit_80_columns() {
        let digest = "0123456789abcdef".repeat(4);
        let code = Code {
            origin: CodeSource::Released,
            function_sha256: Some(digest.clone()),
            zip_sha256: Some(digest),
            running: Running::Exact,
        };
        let text = code.to_string().replace(env!("CARGO_PKG_VERSION"), "[VERSION]");
        insta::assert_snapshot!(text, @r"

          code        exactly release [VERSION]
            function  0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
            zip       0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
        ");
        assert!(text.lines().all(|line| line.len() <= 80));
    }
}

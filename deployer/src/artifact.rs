//! The function's code: its identity, which is computed without building it, and the zip for the upload.

mod build;
mod elf;
pub mod embedded;
mod probe;
mod sources;

use std::fmt;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use plexmon_function::contract::settings::{FILE_NAME, Settings};
use serde::Serialize;
use sha2::{Digest, Sha256};
use zip::write::SimpleFileOptions;

use self::elf::Unfit;
use self::embedded::Embedded;
use crate::config::Architecture;
use crate::error::{Context, Error, Result};
use crate::report::BuildStage;

pub use build::{HostProfile, can_build_for_host};
pub use probe::runs_here;

/// The largest zip that Lambda accepts in a call; a larger one needs S3.
const LARGEST_ZIP: usize = 50 * 1024 * 1024;

/// How many characters of a digest are used; this many distinguish any two.
const DIGEST_LENGTH: usize = 16;

/// The digest of the function's sources when this program was built.
pub const SOURCES: &str = env!("PLEXMON_FUNCTION_SOURCES");

/// Where the function's binary comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Take it from this program, which is a release.
    Release,
    /// Build it for Lambda from the sources in this program's checkout.
    Sources,
    /// Build it from the same sources for this machine, where the sandbox runs it.
    Host(HostProfile),
    /// This program, which has the function's code as well: see [`crate::as_function`].
    Itself,
    /// Read it from a file of the user.
    File(PathBuf),
}

/// Which code runs with which settings, as stored in a tag of the function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    pub source: CodeSource,
    /// The digest of the sources, or of the file.
    pub code: String,
    /// The digest of settings and architecture.
    pub settings: String,
}

impl Origin {
    /// Return what `up` uses without `--bootstrap`.
    pub fn of_this_program() -> Self {
        if embedded::all().next().is_some() { Self::Release } else { Self::Sources }
    }

    /// Whether AWS could run it. The emulator, which runs the others, has no limit for a zip either.
    fn is_for_lambda(&self) -> bool {
        match self {
            Self::Release | Self::Sources | Self::File(_) => true,
            Self::Host(_) | Self::Itself => false,
        }
    }
}

/// Where the code came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CodeSource {
    Built,
    /// A release, whose functions are always the same.
    Released,
    /// A file from `--bootstrap`. Without that file, the code cannot be compared.
    Given,
}

impl CodeSource {
    const ALL: [Self; 3] = [Self::Built, Self::Released, Self::Given];

    fn as_str(self) -> &'static str {
        match self {
            Self::Built => "built",
            Self::Released => "released",
            Self::Given => "given",
        }
    }
}

impl Identity {
    /// Parse its text; `None` for the text of earlier releases, which is one digest of everything.
    pub fn parse(text: &str) -> Option<Self> {
        let (source, digests) = text.split_once(':')?;
        let (code, settings) = digests.split_once(':')?;
        let source = CodeSource::ALL.into_iter().find(|known| known.as_str() == source)?;
        Some(Self { source, code: code.to_owned(), settings: settings.to_owned() })
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}:{}", self.source.as_str(), self.code, self.settings)
    }
}

/// A zip for the upload.
pub struct Zip {
    pub bytes: Vec<u8>,
    /// The digest in base64, as AWS reports it.
    pub sha256: String,
}

/// SHA-256 in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The identity of code, settings and architecture. This needs neither a build nor the network.
pub fn identity(origin: &Origin, settings: &Settings, architecture: Architecture) -> Result<Identity> {
    let (source, code) = match origin {
        Origin::Release => (CodeSource::Released, released(architecture)?.sha256().to_owned()),
        Origin::Sources | Origin::Host(_) | Origin::Itself => (CodeSource::Built, SOURCES.to_owned()),
        Origin::File(path) => (CodeSource::Given, sha256(&read(path)?)),
    };
    let settings = sha256(format!("{}\n{}", architecture.as_str(), json(settings)?).as_bytes());
    let short = |digest: &str| digest.chars().take(DIGEST_LENGTH).collect();
    Ok(Identity { source, code: short(&code), settings: short(&settings) })
}

/// Build or read the binary, check that Lambda can run it, and pack it with its settings.
pub async fn package(
    origin: &Origin,
    settings: &Settings,
    architecture: Architecture,
    report: &dyn Fn(BuildStage<'_>),
) -> Result<Zip> {
    let binary = binary(origin, architecture, report).await?;
    packed(origin, &binary, settings)
}

/// Return the zip that would be uploaded, unless the function has to be built for it.
pub fn package_unless_built(
    origin: &Origin,
    settings: &Settings,
    architecture: Architecture,
) -> Result<Option<Zip>> {
    let binary = match origin {
        Origin::Release => released(architecture)?.binary()?,
        Origin::File(path) => read(path)?,
        Origin::Sources | Origin::Host(_) | Origin::Itself => return Ok(None),
    };
    packed(origin, &binary, settings).map(Some)
}

/// Return the SHA-256 of the function's binary in hexadecimal, unless it has to be built for it.
pub fn function_sha256(origin: &Origin, architecture: Architecture) -> Result<Option<String>> {
    Ok(match origin {
        Origin::Release => Some(released(architecture)?.sha256().to_owned()),
        Origin::File(path) => Some(sha256(&read(path)?)),
        Origin::Sources | Origin::Host(_) | Origin::Itself => None,
    })
}

fn packed(origin: &Origin, binary: &[u8], settings: &Settings) -> Result<Zip> {
    let zip = pack(binary, &json(settings)?).context(|| "could not create the zip")?;
    if origin.is_for_lambda() && zip.bytes.len() > LARGEST_ZIP {
        return Err(Error::new(format!(
            "the zip has {} MB, but Lambda accepts at most 50 MB",
            zip.bytes.len() >> 20
        ))
        .hint("build the function with `--profile lambda`, or strip the binary"));
    }
    Ok(zip)
}

async fn binary(
    origin: &Origin,
    architecture: Architecture,
    report: &dyn Fn(BuildStage<'_>),
) -> Result<Vec<u8>> {
    match origin {
        Origin::Release => released(architecture)?.binary(),
        Origin::Sources => read(&build::build(SOURCES, architecture, report).await?),
        Origin::Host(profile) => read(&build::build_for_host(SOURCES, *profile, report).await?),
        Origin::Itself => {
            read(&std::env::current_exe().context(|| "could not find the file of this program")?)
        }
        Origin::File(path) => {
            let binary = read(path)?;
            check(&binary, architecture).map_err(|error| {
                error.context(format!(
                    "`{}` cannot run on Lambda ({})",
                    path.display(),
                    architecture.as_str()
                ))
            })?;
            Ok(binary)
        }
    }
}

/// Return the function inside this program.
fn released(architecture: Architecture) -> Result<Embedded> {
    embedded::find(architecture).ok_or_else(|| {
        let others: Vec<&str> = embedded::all().map(|other| other.architecture.as_str()).collect();
        Error::new(format!("this program has no function for {}", architecture.as_str()))
            .cause(format!("it has one for {}", others.join(" and ")))
            .hint("set `architecture` in [function] to match, or pass a compiled function with --bootstrap PATH")
    })
}

/// Check that Lambda can run a binary.
fn check(binary: &[u8], architecture: Architecture) -> Result<()> {
    let machine = match architecture {
        Architecture::X86_64 => elf::X86_64,
        Architecture::Arm64 => elf::ARM64,
    };
    elf::check(binary, machine).map_err(|unfit| {
        let error = Error::new(unfit.to_string());
        match unfit {
            Unfit::Unknown => {
                error.hint("pass the compiled function, which cargo names `bootstrap`, with --bootstrap")
            }
            Unfit::OtherSystem(_) => {
                error.hint("build the function for Linux, for example with `cargo lambda build`")
            }
            Unfit::Damaged(..) => error.hint("build the function again"),
            Unfit::OtherProcessor(_) => {
                error.hint("set `architecture` in [function] to match, or build for the other processor")
            }
            Unfit::NewerGlibc(_) => error.hint(
                "install `cargo-zigbuild` (`cargo install --locked cargo-zigbuild`, `pip install ziglang`): the build then \
                 uses it",
            ),
        }
    })
}

fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).context(|| format!("could not read the function's binary `{}`", path.display()))
}

fn json(settings: &Settings) -> Result<String> {
    serde_json::to_string(settings).context(|| "could not write the settings as JSON")
}

/// Pack the function. Order, times and modes are fixed, so that the same input gives the same bytes.
pub fn pack(bootstrap: &[u8], settings: &str) -> zip::result::ZipResult<Zip> {
    let options = SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Deflated)
        // The highest level takes three times as long and saves half a percent.
        .compression_level(Some(6))
        .system(zip::System::Unix)
        .last_modified_time(zip::DateTime::default());
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    writer.start_file("bootstrap", options.unix_permissions(0o755))?;
    writer.write_all(bootstrap)?;
    writer.start_file(FILE_NAME, options.unix_permissions(0o644))?;
    writer.write_all(settings.as_bytes())?;
    let bytes = writer.finish()?.into_inner();
    let sha256 = BASE64.encode(Sha256::digest(&bytes));
    Ok(Zip { bytes, sha256 })
}

//! Check a binary's ELF header: Lambda would report an unfit one only when it runs.
//!
//! The build script uses this file as well: it checks the functions that it embeds.

use std::fmt;

use object::elf;
use object::read::elf::FileHeader as _;
use object::{Endianness, FileKind};

pub const X86_64: elf::Machine = elf::EM_X86_64;
pub const ARM64: elf::Machine = elf::EM_AARCH64;

/// The glibc version of `provided.al2023`.
const NEWEST_GLIBC: Version = (2, 34);

/// Major and minor version.
type Version = (u32, u32);

/// Why Lambda cannot run a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unfit {
    /// The file has no format that is known.
    Unknown,
    /// The format of another system, such as `Pe64`.
    OtherSystem(String),
    /// The part that cannot be read, and why.
    Damaged(&'static str, String),
    OtherProcessor(elf::Machine),
    /// The version of glibc that it needs.
    NewerGlibc(Version),
}

impl fmt::Display for Unfit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown => write!(formatter, "it is not a Linux program"),
            Self::OtherSystem(kind) => write!(formatter, "it is a {kind} file, not a 64-bit Linux program"),
            Self::Damaged(part, why) => write!(formatter, "its {part} is damaged: {why}"),
            Self::OtherProcessor(X86_64) => write!(formatter, "it is built for x86_64"),
            Self::OtherProcessor(ARM64) => write!(formatter, "it is built for arm64"),
            Self::OtherProcessor(other) => {
                write!(formatter, "it is built for another processor (ELF machine {})", other.0)
            }
            Self::NewerGlibc((major, minor)) => write!(
                formatter,
                "it needs glibc {major}.{minor}, but Lambda has {}.{}",
                NEWEST_GLIBC.0, NEWEST_GLIBC.1
            ),
        }
    }
}

/// Check that `provided.al2023` can run a binary on a machine with this processor.
pub fn check(binary: &[u8], machine: elf::Machine) -> Result<(), Unfit> {
    match FileKind::parse(binary) {
        Ok(FileKind::Elf64) => {}
        Ok(other) => return Err(Unfit::OtherSystem(format!("{other:?}"))),
        Err(_) => return Err(Unfit::Unknown),
    }
    let damaged = |error: object::Error| Unfit::Damaged("ELF header", error.to_string());
    let header = elf::FileHeader64::<Endianness>::parse(binary).map_err(damaged)?;
    let endian = header.endian().map_err(damaged)?;
    let actual = header.e_machine(endian);
    if actual != machine {
        return Err(Unfit::OtherProcessor(actual));
    }
    let needed = newest_glibc(header, endian, binary)
        .map_err(|error| Unfit::Damaged("table of symbol versions", error.to_string()))?;
    match needed {
        Some(version) if version > NEWEST_GLIBC => Err(Unfit::NewerGlibc(version)),
        _ => Ok(()),
    }
}

/// The highest glibc version that the binary needs; `None` if it is linked statically.
fn newest_glibc(
    header: &elf::FileHeader64<Endianness>,
    endian: Endianness,
    binary: &[u8],
) -> object::Result<Option<Version>> {
    let sections = header.sections(endian, binary)?;
    let Some((mut needs, link)) = sections.gnu_verneed(endian, binary)? else {
        return Ok(None);
    };
    let strings = sections.strings(endian, binary, link)?;
    let mut newest = None;
    while let Some((_, mut auxiliaries)) = needs.next()? {
        while let Some(auxiliary) = auxiliaries.next()? {
            let name = auxiliary.name(endian, strings).unwrap_or_default();
            newest = newest.max(glibc_version(name));
        }
    }
    Ok(newest)
}

/// `GLIBC_2.34` as (2, 34).
fn glibc_version(symbol: &[u8]) -> Option<Version> {
    let version = std::str::from_utf8(symbol).ok()?.strip_prefix("GLIBC_")?;
    let mut parts = version.split('.').map(str::parse::<u32>);
    Some((parts.next()?.ok()?, parts.next().and_then(Result::ok).unwrap_or(0)))
}

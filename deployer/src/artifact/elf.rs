//! Check a binary's ELF header before the upload: Lambda would report a wrong one only when it runs.

use object::elf;
use object::read::elf::FileHeader as _;
use object::{Endianness, FileKind};

use crate::config::Architecture;
use crate::error::{Context, Error, Result};

/// The glibc version of `provided.al2023`.
const NEWEST_GLIBC: (u32, u32) = (2, 34);

/// Reject a binary that `provided.al2023` cannot run on `architecture`.
pub fn check(binary: &[u8], architecture: Architecture) -> Result<()> {
    match FileKind::parse(binary) {
        Ok(FileKind::Elf64) => {}
        Ok(other) => {
            return Err(Error::new(format!("it is a {other:?} file, not a 64-bit Linux program"))
                .hint("build the function for Linux, for example with `cargo lambda build`"));
        }
        Err(_) => {
            return Err(Error::new("it is not a Linux program")
                .hint("pass the compiled function, which cargo names `bootstrap`, with --bootstrap"));
        }
    }
    let header = elf::FileHeader64::<Endianness>::parse(binary).context(|| "its ELF header is damaged")?;
    let endian = header.endian().context(|| "its ELF header is damaged")?;
    let (machine, wanted) = (header.e_machine(endian), machine(architecture));
    if machine != wanted {
        return Err(Error::new(format!("it is built for {}", machine_name(machine)))
            .hint("set `architecture` in [function] to match, or build for the other processor"));
    }
    match newest_glibc(header, endian, binary)? {
        Some(needed) if needed > NEWEST_GLIBC => Err(Error::new(format!(
            "it needs glibc {}.{}, but Lambda has {}.{}",
            needed.0, needed.1, NEWEST_GLIBC.0, NEWEST_GLIBC.1
        ))
        .hint("install `cargo-zigbuild` (`cargo install --locked cargo-zigbuild`, `pip install ziglang`): the build then uses it")),
        _ => Ok(()),
    }
}

fn machine(architecture: Architecture) -> elf::Machine {
    match architecture {
        Architecture::X86_64 => elf::EM_X86_64,
        Architecture::Arm64 => elf::EM_AARCH64,
    }
}

fn machine_name(machine: elf::Machine) -> String {
    match machine {
        elf::EM_X86_64 => "x86_64".to_owned(),
        elf::EM_AARCH64 => "arm64".to_owned(),
        other => format!("another processor (ELF machine {})", other.0),
    }
}

/// The highest glibc version that the binary needs; `None` if it is linked statically.
fn newest_glibc(
    header: &elf::FileHeader64<Endianness>,
    endian: Endianness,
    binary: &[u8],
) -> Result<Option<(u32, u32)>> {
    let damaged = || "its table of symbol versions is damaged";
    let sections = header.sections(endian, binary).context(damaged)?;
    let Some((mut needs, link)) = sections.gnu_verneed(endian, binary).context(damaged)? else {
        return Ok(None);
    };
    let strings = sections.strings(endian, binary, link).context(damaged)?;
    let mut newest = None;
    while let Some((_, mut auxiliaries)) = needs.next().context(damaged)? {
        while let Some(auxiliary) = auxiliaries.next().context(damaged)? {
            let name = auxiliary.name(endian, strings).unwrap_or_default();
            newest = newest.max(glibc_version(name));
        }
    }
    Ok(newest)
}

/// `GLIBC_2.34` as (2, 34).
fn glibc_version(symbol: &[u8]) -> Option<(u32, u32)> {
    let version = std::str::from_utf8(symbol).ok()?.strip_prefix("GLIBC_")?;
    let mut parts = version.split('.').map(str::parse::<u32>);
    Some((parts.next()?.ok()?, parts.next().and_then(Result::ok).unwrap_or(0)))
}

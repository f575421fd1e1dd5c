//! Platforms: what a target triple says, and what the header of a program says.

use std::fmt;

use object::{BinaryFormat, Object as _};

use crate::error::{Context as _, Error, Result};

/// A processor of a function, as the options and AWS call it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Architecture {
    X86_64,
    Arm64,
}

impl Architecture {
    pub const ALL: [Self; 2] = [Self::X86_64, Self::Arm64];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::X86_64 => "x86_64",
            Self::Arm64 => "arm64",
        }
    }

    /// The function's platform.
    pub fn function_triple(self) -> &'static str {
        match self {
            Self::X86_64 => "x86_64-unknown-linux-gnu",
            Self::Arm64 => "aarch64-unknown-linux-gnu",
        }
    }

    /// The variable that names the function to embed.
    pub fn variable(self) -> &'static str {
        match self {
            Self::X86_64 => "PLEXMON_EMBED_X86_64",
            Self::Arm64 => "PLEXMON_EMBED_ARM64",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum System {
    Linux,
    MacOs,
    Windows,
}

impl System {
    fn format(self) -> BinaryFormat {
        match self {
            Self::Linux => BinaryFormat::Elf,
            Self::MacOs => BinaryFormat::MachO,
            Self::Windows => BinaryFormat::Pe,
        }
    }
}

/// The platform of a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Platform {
    triple: String,
    architecture: Architecture,
    system: System,
}

impl Platform {
    pub fn parse(triple: &str) -> Result<Self> {
        let known = |part: &str| triple.split('-').any(|word| word == part);
        let architecture = match triple.split('-').next() {
            Some("x86_64") => Some(Architecture::X86_64),
            Some("aarch64") => Some(Architecture::Arm64),
            _ => None,
        };
        let system = [("linux", System::Linux), ("darwin", System::MacOs), ("windows", System::Windows)]
            .into_iter()
            .find_map(|(name, system)| known(name).then_some(system));
        match (architecture, system) {
            (Some(architecture), Some(system)) => {
                Ok(Self { triple: triple.to_owned(), architecture, system })
            }
            _ => Err(Error::new(format!("no archive is made for `{triple}`"))
                .hint("name a platform of Linux, macOS or Windows, such as x86_64-unknown-linux-gnu")),
        }
    }

    pub fn triple(&self) -> &str {
        &self.triple
    }

    pub fn is_windows(&self) -> bool {
        self.system == System::Windows
    }

    /// The architecture of the function that Cargo alone can build here, if this is the platform of this machine.
    pub fn native_function(&self) -> Option<Architecture> {
        (self.triple == self.architecture.function_triple()).then_some(self.architecture)
    }

    /// Refuse a program that another platform runs.
    pub fn check(&self, program: &[u8]) -> Result<()> {
        let file = object::File::parse(program).context(|| "it is not a program")?;
        let architecture = match file.architecture() {
            object::Architecture::X86_64 => Some(Architecture::X86_64),
            object::Architecture::Aarch64 => Some(Architecture::Arm64),
            _ => None,
        };
        if file.format() == self.system.format() && architecture == Some(self.architecture) {
            return Ok(());
        }
        Err(Error::new(format!(
            "it is built for another platform ({:?}, {:?})",
            file.format(),
            file.architecture()
        ))
        .hint("name its platform with --target TRIPLE, or pass the program for this one with --binary PATH"))
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.triple)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_platforms_of_releases_are_known() {
        let triples = [
            "x86_64-unknown-linux-gnu",
            "aarch64-unknown-linux-gnu",
            "x86_64-apple-darwin",
            "aarch64-apple-darwin",
            "x86_64-pc-windows-msvc",
        ];
        for triple in triples {
            let platform = Platform::parse(triple).unwrap();
            assert_eq!(platform.triple(), triple);
            assert_eq!(platform.is_windows(), triple.contains("windows"));
        }
        for triple in ["", "linux", "x86_64", "riscv64gc-unknown-linux-gnu", "x86_64-unknown-freebsd"] {
            assert!(Platform::parse(triple).is_err(), "{triple}");
        }
    }

    #[test]
    fn only_linux_with_glibc_is_the_platform_of_a_function() {
        let native = |triple| Platform::parse(triple).unwrap().native_function();
        assert_eq!(native("x86_64-unknown-linux-gnu"), Some(Architecture::X86_64));
        assert_eq!(native("aarch64-unknown-linux-gnu"), Some(Architecture::Arm64));
        assert_eq!(native("x86_64-unknown-linux-musl"), None);
        assert_eq!(native("aarch64-apple-darwin"), None);
    }

    /// The smallest headers that name a platform.
    fn headers() -> [(&'static str, Vec<u8>); 3] {
        let mut elf = b"\x7fELF\x02\x01\x01".to_vec();
        elf.resize(64, 0);
        (elf[16], elf[18], elf[20], elf[52]) = (3, 183, 1, 64);
        let mut mach = 0xfeed_facf_u32.to_le_bytes().to_vec();
        mach.extend(0x0100_000c_u32.to_le_bytes());
        mach.resize(32, 0);
        (mach[12]) = 2;
        let mut windows = b"MZ".to_vec();
        windows.resize(64, 0);
        windows[60] = 64;
        windows.extend(b"PE\0\0\x64\x86");
        windows.resize(64 + 24, 0);
        windows[64 + 20] = 240;
        windows.extend(0x20b_u16.to_le_bytes());
        windows.resize(64 + 24 + 240, 0);
        windows[64 + 24 + 108] = 16;
        [
            ("aarch64-unknown-linux-gnu", elf),
            ("aarch64-apple-darwin", mach),
            ("x86_64-pc-windows-msvc", windows),
        ]
    }

    #[test]
    fn a_program_of_another_platform_is_refused() {
        for (own, program) in headers() {
            for (triple, _) in headers() {
                let checked = Platform::parse(triple).unwrap().check(&program);
                assert_eq!(checked.is_ok(), triple == own, "{own} as {triple}: {checked:?}");
            }
        }
        let linux = Platform::parse("x86_64-unknown-linux-gnu").unwrap();
        let other = linux.check(&headers()[0].1).unwrap_err().to_string();
        assert!(other.contains("another platform (Elf, Aarch64)"), "{other}");
        assert!(linux.check(b"#!/bin/sh\n").unwrap_err().to_string().contains("it is not a program"));
        assert!(linux.check(b"").is_err());
    }
}

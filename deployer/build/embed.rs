//! Embed compiled functions, so that a release needs neither Rust nor a checkout to deploy them.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use miniz_oxide::deflate::compress_to_vec_zlib;
use sha2::{Digest, Sha256};

use crate::elf;

/// A processor that Lambda offers.
struct Processor {
    /// Names the file of the function.
    variable: &'static str,
    /// Passes the digest of the function to the program; empty without a function.
    digest: &'static str,
    /// The compressed function in `OUT_DIR`; empty without a function.
    output: &'static str,
    machine: object::elf::Machine,
}

const PROCESSORS: [Processor; 2] = [
    Processor {
        variable: "PLEXMON_EMBED_X86_64",
        digest: "PLEXMON_EMBEDDED_X86_64_SHA256",
        output: "x86_64",
        machine: elf::X86_64,
    },
    Processor {
        variable: "PLEXMON_EMBED_ARM64",
        digest: "PLEXMON_EMBEDDED_ARM64_SHA256",
        output: "arm64",
        machine: elf::ARM64,
    },
];

/// The best level of compression. Not that of `zip`, which would be compiled twice, for this script as well.
const BEST: u8 = 9;

/// Embed the functions that the environment names. `root` is where relative paths begin.
pub fn embed(root: &Path) -> Result<(), String> {
    let out = PathBuf::from(std::env::var_os("OUT_DIR").ok_or("cargo did not set OUT_DIR")?);
    for processor in &PROCESSORS {
        println!("cargo::rerun-if-env-changed={}", processor.variable);
        let named = std::env::var_os(processor.variable).filter(|path| !path.is_empty());
        let function = named.map(|path| read(processor, &root.join(path))).transpose()?;
        let (digest, compressed) = match &function {
            Some(binary) => (sha256(binary), compress_to_vec_zlib(binary, BEST)),
            None => (String::new(), Vec::new()),
        };
        let path = out.join(processor.output);
        std::fs::write(&path, compressed)
            .map_err(|error| format!("could not write `{}`: {error}", path.display()))?;
        println!("cargo::rustc-env={}={digest}", processor.digest);
    }
    Ok(())
}

/// Read a function and check that Lambda can run it.
fn read(processor: &Processor, path: &Path) -> Result<Vec<u8>, String> {
    println!("cargo::rerun-if-changed={}", path.display());
    let named = format!("{} names `{}`", processor.variable, path.display());
    let binary = std::fs::read(path).map_err(|error| format!("{named}, which could not be read: {error}"))?;
    elf::check(&binary, processor.machine).map_err(|unfit| {
        let hint = match unfit {
            elf::Unfit::NewerGlibc(_) => "; build it with `cargo zigbuild`, which links for an older glibc",
            _ => "",
        };
        format!("{named}, which cannot run on Lambda ({}): {unfit}{hint}", processor.output)
    })?;
    Ok(binary)
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

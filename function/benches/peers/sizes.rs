//! How large a package is, and what it asks of the system's C library.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

/// Bytes.
pub fn size(path: &Path) -> u64 {
    fs::metadata(path).unwrap().len()
}

/// Bytes after `gzip -9`: the compression of a zip, without its few bytes of directory.
pub fn packed(path: &Path) -> u64 {
    let output = Command::new("gzip").args(["-9", "-c"]).arg(path).stderr(Stdio::inherit()).output();
    u64::try_from(output.unwrap().stdout.len()).unwrap()
}

/// The highest `GLIBC_2.x` that a binary names: `x`. Its symbols' versions are text in it.
pub fn glibc_minor(path: &Path) -> Option<u32> {
    const NAME: &[u8] = b"GLIBC_2.";
    let binary = fs::read(path).unwrap();
    let found = binary.windows(NAME.len()).enumerate().filter(|(_, window)| *window == NAME);
    found.filter_map(|(at, _)| number(&binary[at + NAME.len()..])).max()
}

fn number(text: &[u8]) -> Option<u32> {
    let digits: Vec<u8> = text.iter().copied().take_while(u8::is_ascii_digit).collect();
    String::from_utf8(digits).ok()?.parse().ok()
}

//! A program's size, and the version of the C library that it needs.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

/// The size of a file in bytes.
pub fn size(path: &Path) -> u64 {
    fs::metadata(path).unwrap().len()
}

/// The size after `gzip -9`, in bytes: that of a zip without its directory.
pub fn gzip_size(path: &Path) -> u64 {
    let output = Command::new("gzip").args(["-9", "-c"]).arg(path).stderr(Stdio::inherit()).output();
    u64::try_from(output.unwrap().stdout.len()).unwrap()
}

/// The highest `x` of `GLIBC_2.x` in a binary, where the versions of symbols are text.
pub fn highest_glibc(path: &Path) -> Option<u32> {
    const NAME: &[u8] = b"GLIBC_2.";
    let binary = fs::read(path).unwrap();
    let found = binary.windows(NAME.len()).enumerate().filter(|(_, window)| *window == NAME);
    found.filter_map(|(at, _)| number(&binary[at + NAME.len()..])).max()
}

fn number(text: &[u8]) -> Option<u32> {
    let digits: Vec<u8> = text.iter().copied().take_while(u8::is_ascii_digit).collect();
    String::from_utf8(digits).ok()?.parse().ok()
}

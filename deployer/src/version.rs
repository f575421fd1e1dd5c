//! What `--version` prints: this program's version, and which functions it has.

use std::fmt::Write as _;
use std::sync::LazyLock;

use crate::artifact::{SOURCES, embedded};

/// Return the version, with the SHA-256 of each function inside this program. Without one, the digest of the sources that
/// it builds.
pub fn long() -> &'static str {
    static TEXT: LazyLock<String> = LazyLock::new(text);
    &TEXT
}

fn text() -> String {
    let mut text = env!("CARGO_PKG_VERSION").to_owned();
    for function in embedded::all() {
        let _ = write!(text, "\nfunction {:<7} {}", function.architecture.as_str(), function.sha256());
    }
    if embedded::all().next().is_none() {
        let _ = write!(text, "\nsources  {:<7} {SOURCES}", "");
    }
    text
}

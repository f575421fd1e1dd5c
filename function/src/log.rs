//! Writes one JSON line per run to standard output, where Lambda collects it.

use std::io::Write;

use serde::Serialize;

/// Write one line. A failure is ignored: there is nowhere else to report it.
pub fn line(value: &impl Serialize) {
    if let Ok(mut text) = serde_json::to_string(value) {
        text.push('\n');
        let _ = std::io::stdout().lock().write_all(text.as_bytes());
    }
}

//! One JSON line for each run, on standard output, where Lambda collects it.

use std::io::Write;

use serde::Serialize;

/// Writes one line. What cannot be written is lost: there is nowhere else to say so.
pub fn line(value: &impl Serialize) {
    if let Ok(mut text) = serde_json::to_string(value) {
        text.push('\n');
        let _ = std::io::stdout().lock().write_all(text.as_bytes());
    }
}

//! Parses JSON of strangers, within limits of memory.

use serde_json::Value;

use crate::probe::condition::judgement::Judgement;
use crate::probe::received::Received;

/// The parser itself stops at 128. No app nests that deeply, and the time of a query grows with it.
const MAX_DEPTH: u32 = 64;

/// The memory that the parsed values may take, about. What apps send takes a tenth of this.
const MAX_MEMORY: usize = 24 << 20;

/// Parse a body, or judge a condition that needs its values.
pub(in crate::probe) fn read(received: Received<'_>) -> Result<Value, Judgement> {
    if let Some(unread) = received.unread {
        return Err(Judgement::unread(unread));
    }
    if !fits(received.body) {
        return Err(Judgement::unknown("the body has more JSON values, or deeper ones, than are read"));
    }
    // Invalid UTF-8 in a name must not hide a number.
    let text = String::from_utf8_lossy(received.body);
    let text = text.trim_start_matches('\u{feff}');
    serde_json::from_str(text).map_err(|why| match why.is_eof() {
        true if !text.trim_ascii().is_empty() => Judgement::not_met("the JSON in the body is incomplete"),
        // The crate has no other way to tell. Such a number is valid.
        _ if why.to_string().starts_with("number out of range") => {
            Judgement::unknown("the body has a number that is too large to be read")
        }
        _ => Judgement::not_met("the body is not JSON"),
    })
}

/// Return whether the values of a body fit into memory. The sizes are those of `serde_json` with 64-bit pointers, with what
/// its vectors reserve and what the allocator adds.
fn fits(body: &[u8]) -> bool {
    let (mut memory, mut depth, mut is_in_string) = (0, 0_u32, false);
    let mut bytes = body.iter();
    while let Some(byte) = bytes.next() {
        if is_in_string {
            match byte {
                b'"' => is_in_string = false,
                b'\\' => _ = bytes.next(),
                _ => {}
            }
            continue;
        }
        memory += match byte {
            b'{' => 640,
            b'[' => 160,
            b':' => 128,
            b',' => 64,
            b'"' => 32,
            _ => 0,
        };
        match byte {
            b'"' => is_in_string = true,
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > MAX_DEPTH || memory > MAX_MEMORY {
            return false;
        }
    }
    true
}

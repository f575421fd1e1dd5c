//! Why an exchange failed, in plain words.

use std::error::Error as _;
use std::io::ErrorKind;

use super::cause::{Cause, Fault};
use super::connect;

const NOT_HTTP: &str = "the answer is not HTTP/1.1";
const INCOMPLETE: &str = "the server closed the connection before the answer was complete";

pub(super) fn in_words(why: &hyper::Error) -> Fault {
    Fault::new(Cause::Condition, text_of(why))
}

fn text_of(why: &hyper::Error) -> String {
    if why.is_parse() {
        // hyper offers no other way for a client to tell this from nonsense.
        if why.to_string().contains("too large") {
            return "the answer's headers are too large".to_owned();
        }
        return NOT_HTTP.to_owned();
    }
    if why.is_incomplete_message() {
        return INCOMPLETE.to_owned();
    }
    let mut source = why.source();
    while let Some(cause) = source {
        if let Some(io) = cause.downcast_ref::<std::io::Error>() {
            return match io.kind() {
                ErrorKind::UnexpectedEof => INCOMPLETE.to_owned(),
                // A chunk without a size, for one.
                ErrorKind::InvalidData | ErrorKind::InvalidInput => NOT_HTTP.to_owned(),
                _ => connect::in_words(io),
            };
        }
        source = cause.source();
    }
    why.to_string()
}

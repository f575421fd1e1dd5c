//! Explains why an HTTP exchange failed.

use std::error::Error as _;
use std::io::ErrorKind;

use super::cause::Cause;
use super::connect;
use super::error::ProbeError;

const NOT_HTTP: &str = "the response is not valid HTTP/1.1";
const INCOMPLETE: &str = "the server closed the connection before the response was complete";

pub(super) fn describe(why: &hyper::Error) -> ProbeError {
    ProbeError::new(Cause::Condition, text_of(why))
}

fn text_of(why: &hyper::Error) -> String {
    if why.is_parse() {
        // hyper offers no other way to distinguish this from a malformed response.
        if why.to_string().contains("too large") {
            return "the response headers are too large".to_owned();
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
                // For example, a chunk without a size.
                ErrorKind::InvalidData | ErrorKind::InvalidInput => NOT_HTTP.to_owned(),
                _ => connect::describe(io),
            };
        }
        source = cause.source();
    }
    why.to_string()
}

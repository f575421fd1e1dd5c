//! The user agent of every request that the function sends itself.

use http::HeaderValue;

/// Return the name and version of this program.
pub fn user_agent() -> HeaderValue {
    HeaderValue::from_static(concat!("plexmon/", env!("CARGO_PKG_VERSION")))
}

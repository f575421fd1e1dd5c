//! The content security policy: no script, nothing from elsewhere, and only the page's own style sheet.

use std::sync::LazyLock;

use aws_smithy_types::base64;
use sha2::{Digest, Sha256};

use super::html::STYLE;

/// The policy of a resource that loads nothing.
pub(super) const NOTHING: &str = "default-src 'none'; frame-ancestors 'none'";

/// The policy of the page. It allows the style sheet by its hash.
pub(super) static OF_PAGE: LazyLock<String> = LazyLock::new(|| {
    let hash = base64::encode(Sha256::digest(STYLE.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{hash}'; img-src 'self' data:; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'none'"
    )
});

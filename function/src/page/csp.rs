//! The content security policy: no script, nothing from elsewhere, and only the page's own style sheet.

use aws_smithy_types::base64;
use sha2::{Digest, Sha256};

/// The policy of a resource that loads nothing.
pub(super) const NOTHING: &str = "default-src 'none'; frame-ancestors 'none'";

/// Return the policy of the page. It allows the style sheet by its hash, taken from the page itself.
pub(super) fn of_page(html: &str) -> String {
    let style = style(html).map_or_else(String::new, |style| {
        format!("style-src 'sha256-{}'; ", base64::encode(Sha256::digest(style.as_bytes())))
    });
    format!(
        "default-src 'none'; {style}img-src 'self' data:; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'"
    )
}

/// Return the text of the style sheet. Other texts cannot be mistaken for it: they are escaped.
fn style(html: &str) -> Option<&str> {
    let (_, rest) = html.split_once("<style>")?;
    Some(rest.split_once("</style>")?.0)
}

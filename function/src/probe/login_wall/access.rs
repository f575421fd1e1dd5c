//! Recognizes Cloudflare Access.

use super::super::response::Response;
use super::super::url::host_of;

/// Return whether it is Cloudflare Access that refuses the monitor, and not the app.
pub(in crate::probe) fn is_access(response: &Response<'_>) -> bool {
    if response.status.is_redirection() {
        let location = response.location();
        return host_of(&location).ends_with(".cloudflareaccess.com")
            || location.contains("/cdn-cgi/access/login");
    }
    if !matches!(response.status.as_u16(), 401 | 403) {
        return is_access_page(response);
    }
    // Access returns a signed cookie for a token that it accepts. The refusal is the app's then.
    let signed = |cookie: &str| cookie.starts_with("CF_Authorization=ey");
    if response.cookies().any(signed) {
        return false;
    }
    response
        .cookies()
        .any(|cookie| cookie.starts_with("CF_Authorization") || cookie.starts_with("CF_AppSession"))
        || response.header("www-authenticate").starts_with("Cloudflare-Access")
        || response.has_header_with_prefix("cf-access-")
        || response.contains("cloudflareaccess.com")
        || is_access_page(response)
}

fn is_access_page(response: &Response<'_>) -> bool {
    response.title().ends_with("Cloudflare Access")
}

//! The response that is classified: status, headers, and the part of the body that was read.

use http::{HeaderMap, StatusCode};

use crate::text::{bare_url, bounded};

const MAX_LOCATION_CHARS: usize = 120;

/// The head of a response, and the part of its body that was read.
pub(super) struct Response<'a> {
    pub(super) status: StatusCode,
    pub(super) headers: &'a HeaderMap,
    pub(super) body: &'a [u8],
}

impl<'a> Response<'a> {
    /// Return the header's text; empty if it is absent or not ASCII. Not inlined: it has dozens of callers.
    #[inline(never)]
    pub(super) fn header(&self, name: &str) -> &'a str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Return whether there is a header whose name begins with `prefix`.
    pub(super) fn has_header_with_prefix(&self, prefix: &str) -> bool {
        self.headers.keys().any(|name| name.as_str().starts_with(prefix))
    }

    /// Return the cookies that it sets, as `name=value`.
    pub(super) fn cookies(&self) -> impl Iterator<Item = &'a str> {
        let lines = self.headers.get_all("set-cookie").iter().filter_map(|value| value.to_str().ok());
        lines.filter_map(|line| line.split(';').next()).map(str::trim)
    }

    /// Return whether the body contains this text.
    #[inline(never)]
    pub(super) fn contains(&self, text: &str) -> bool {
        self.body.windows(text.len()).any(|window| window == text.as_bytes())
    }

    /// [`Response::contains`], ignoring ASCII case.
    #[inline(never)]
    pub(super) fn contains_ignoring_case(&self, text: &str) -> bool {
        self.body.windows(text.len()).any(|window| window.eq_ignore_ascii_case(text.as_bytes()))
    }

    /// Return the page's `<title>`.
    pub(super) fn title(&self) -> String {
        let text = String::from_utf8_lossy(self.body);
        // ASCII only, so that positions stay the same.
        let lower = text.to_ascii_lowercase();
        let title = lower.find("<title").and_then(|at| {
            let begin = at + lower[at..].find('>')? + 1;
            let end = begin + lower[begin..].find('<')?;
            text.get(begin..end)
        });
        title.unwrap_or_default().trim().to_owned()
    }

    /// Return the redirect's location; empty if this is not a redirect or names no location.
    pub(super) fn location(&self) -> String {
        let location = self.headers.get("location").filter(|_| self.status.is_redirection());
        let text = location.map(|location| String::from_utf8_lossy(location.as_bytes()).trim().to_owned());
        text.unwrap_or_default()
    }

    /// Return the redirect's location without the parts that may be secret.
    pub(super) fn safe_location(&self) -> Option<String> {
        let location = self.location();
        (!location.is_empty()).then(|| bounded(&bare_url(&location), MAX_LOCATION_CHARS))
    }

    /// Return whether it passed through Cloudflare.
    pub(super) fn is_from_cloudflare(&self) -> bool {
        self.header("server").eq_ignore_ascii_case("cloudflare") || self.headers.contains_key("cf-ray")
    }

    /// Return the server's name for messages: `nginx`, `Caddy`, or "the proxy" if it has no plain name. Cloudflare
    /// replaces the `Server` header of what it forwards, but leaves the signature in the page.
    pub(super) fn server(&self) -> &str {
        let name = program_name(self.header("server"));
        let name = if name == Some("cloudflare") { self.signature().or(name) } else { name };
        match name {
            Some("cloudflare") => "the tunnel",
            Some(name) => name,
            None => "the proxy",
        }
    }

    /// Return the server's name in the page's last line, where nginx and its derivatives write it.
    pub(super) fn signature(&self) -> Option<&str> {
        const BEFORE: &[u8] = b"<hr><center>";
        let at = self.body.windows(BEFORE.len()).position(|window| window == BEFORE)?;
        let signature = self.body.get(at + BEFORE.len()..)?.split(|byte| *byte == b'<').next()?;
        program_name(std::str::from_utf8(signature).ok()?)
    }
}

/// Return the first word without its version, if it can be the name of a program.
fn program_name(text: &str) -> Option<&str> {
    let name = text.split(['/', ' ', '(']).next().unwrap_or_default();
    let is_plain = !name.is_empty()
        && name.len() <= 20
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    is_plain.then_some(name)
}

#[cfg(test)]
pub(super) mod tests {
    use http::{HeaderName, HeaderValue};

    use super::*;

    /// Parse headers from `name: value` lines.
    pub(in crate::probe) fn headers(lines: &str) -> HeaderMap {
        let pair = |line: &str| {
            let (name, value) = line.split_once(": ").unwrap();
            (HeaderName::try_from(name).unwrap(), HeaderValue::try_from(value).unwrap())
        };
        let mut headers = HeaderMap::new();
        for (name, value) in lines.lines().map(pair) {
            headers.append(name, value);
        }
        headers
    }

    #[test]
    fn the_title_is_found_in_either_case() {
        let none = HeaderMap::new();
        for (body, title) in [
            ("<html><TITLE lang=en> Sign in </title>", "Sign in"),
            ("<title>\u{dc}ber \u{30fb} uns</title>", "\u{dc}ber \u{30fb} uns"),
            ("<title>no end", ""),
            ("no title", ""),
        ] {
            let response = Response { status: StatusCode::OK, headers: &none, body: body.as_bytes() };
            assert_eq!(response.title(), title, "{body}");
        }
    }
}

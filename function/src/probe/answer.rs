//! The answer as it is judged: status, headers, and as much of the body as was read.

use http::{HeaderMap, StatusCode};

use crate::text::{bare_url, bounded};

const MAX_SHOWN_CHARS: usize = 120;

/// The head of an answer, and as much of its body as was read.
pub(super) struct Answer<'a> {
    pub(super) status: StatusCode,
    pub(super) headers: &'a HeaderMap,
    pub(super) body: &'a [u8],
}

impl<'a> Answer<'a> {
    /// The header's text; empty if it is absent or not ASCII. It has dozens of callers, which would all hold a copy.
    #[inline(never)]
    pub(super) fn header(&self, name: &str) -> &'a str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Whether a header's name begins like this.
    pub(super) fn has_header_like(&self, prefix: &str) -> bool {
        self.headers.keys().any(|name| name.as_str().starts_with(prefix))
    }

    /// The cookies that it sets, as `name=value`.
    pub(super) fn cookies(&self) -> impl Iterator<Item = &'a str> {
        let lines = self.headers.get_all("set-cookie").iter().filter_map(|value| value.to_str().ok());
        lines.filter_map(|line| line.split(';').next()).map(str::trim)
    }

    /// Whether the body has this text.
    #[inline(never)]
    pub(super) fn says(&self, text: &str) -> bool {
        self.body.windows(text.len()).any(|window| window == text.as_bytes())
    }

    /// [`Answer::says`], in upper or lower case.
    #[inline(never)]
    pub(super) fn mentions(&self, text: &str) -> bool {
        self.body.windows(text.len()).any(|window| window.eq_ignore_ascii_case(text.as_bytes()))
    }

    /// The page's `<title>`.
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

    /// Where a redirect leads; empty if it leads nowhere.
    pub(super) fn target_of_redirect(&self) -> String {
        let place = self.headers.get("location").filter(|_| self.status.is_redirection());
        place.map(|place| String::from_utf8_lossy(place.as_bytes()).trim().to_owned()).unwrap_or_default()
    }

    /// The same, without what might be secret in it.
    pub(super) fn shown_redirect(&self) -> Option<String> {
        let place = self.target_of_redirect();
        (!place.is_empty()).then(|| bounded(&bare_url(&place), MAX_SHOWN_CHARS))
    }

    /// Whether it went through Cloudflare's edge.
    pub(super) fn is_through_cloudflare(&self) -> bool {
        self.header("server").eq_ignore_ascii_case("cloudflare") || self.headers.contains_key("cf-ray")
    }

    /// `nginx`, `Caddy`: who answers, if it has a plain name. Cloudflare puts its own name on everybody's answers, but
    /// lets their pages pass.
    pub(super) fn server(&self) -> &str {
        let name = plain(self.header("server"));
        let name = if name == Some("cloudflare") { self.signature().or(name) } else { name };
        match name {
            Some("cloudflare") => "the tunnel",
            Some(name) => name,
            None => "the proxy",
        }
    }

    /// Who has signed the page: nginx and its kin do so, in a line at its end.
    pub(super) fn signature(&self) -> Option<&str> {
        const BEFORE: &[u8] = b"<hr><center>";
        let at = self.body.windows(BEFORE.len()).position(|window| window == BEFORE)?;
        let signature = self.body.get(at + BEFORE.len()..)?.split(|byte| *byte == b'<').next()?;
        plain(std::str::from_utf8(signature).ok()?)
    }
}

/// A program's name without its version, if it is one.
fn plain(text: &str) -> Option<&str> {
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

    /// Headers as `name: value` lines.
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
    fn the_title_of_a_page_is_found_in_either_case() {
        let none = HeaderMap::new();
        for (body, title) in [
            ("<html><TITLE lang=en> Sign in </title>", "Sign in"),
            ("<title>\u{dc}ber \u{30fb} uns</title>", "\u{dc}ber \u{30fb} uns"),
            ("<title>no end", ""),
            ("no title", ""),
        ] {
            let answer = Answer { status: StatusCode::OK, headers: &none, body: body.as_bytes() };
            assert_eq!(answer.title(), title, "{body}");
        }
    }
}

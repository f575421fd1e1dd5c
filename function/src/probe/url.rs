//! A target's URL, split into what a probe needs. `http::Uri` suffices: a full URL parser would add its Unicode tables to
//! the binary.

use http::Uri;

/// Where to connect, and what to request there.
pub(super) struct TargetUrl {
    pub(super) is_https: bool,
    /// Without brackets if it is an IPv6 address.
    pub(super) host: String,
    pub(super) port: u16,
    /// Path and query.
    pub(super) path: String,
    /// The `Host` header: with the port unless it is the scheme's default.
    pub(super) host_header: String,
    /// The `Host` header for the scheme's default port.
    pub(super) name_header: String,
}

impl TargetUrl {
    pub(super) fn parse(url: &str) -> Result<Self, String> {
        let uri: Uri = url.parse().map_err(|why| format!("the URL is invalid: {why}"))?;
        let (is_https, default_port) = match uri.scheme_str() {
            Some("https") => (true, 443),
            Some("http") => (false, 80),
            // Without a default port.
            Some("tcp") => (false, 0),
            _ => return Err("the URL must begin with http://, https:// or tcp://".to_owned()),
        };
        let authority = uri.authority().ok_or("the URL has no host")?;
        let name = authority.host();
        if name.is_empty() {
            return Err("the URL has no host".to_owned());
        }
        let port = uri.port_u16().unwrap_or(default_port);
        let host_header = if port == default_port { name.to_owned() } else { format!("{name}:{port}") };
        Ok(Self {
            is_https,
            host: name.trim_start_matches('[').trim_end_matches(']').to_owned(),
            port,
            path: path(&uri),
            host_header,
            name_header: name.to_owned(),
        })
    }
}

/// Return path and query. `https://host?query` has no path, but a request must have one.
fn path(uri: &Uri) -> String {
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    if path.starts_with('/') { path.to_owned() } else { format!("/{path}") }
}

/// Return the host of an absolute URL, without its port; empty if there is none. Unlike [`TargetUrl::parse`], this
/// accepts whatever a `Location` header contains.
pub(super) fn host_of(location: &str) -> &str {
    let rest = match location.split_once("://") {
        Some((scheme, rest)) if scheme.bytes().all(|byte| byte.is_ascii_alphanumeric()) => rest,
        _ => match location.strip_prefix("//") {
            Some(rest) => rest,
            None => return "",
        },
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(url: &str, expected: (bool, &str, u16, &str, &str)) {
        let found = TargetUrl::parse(url).map(|u| (u.is_https, u.host, u.port, u.path, u.host_header));
        let (https, host, port, path, header) = expected;
        assert_eq!(found, Ok((https, host.to_owned(), port, path.to_owned(), header.to_owned())), "{url}");
    }

    #[test]
    fn urls_are_split_into_their_parts() {
        check("https://plex.example.com", (true, "plex.example.com", 443, "/", "plex.example.com"));
        check("https://h:8443/identity?a=b", (true, "h", 8443, "/identity?a=b", "h:8443"));
        check("http://h:80/#part", (false, "h", 80, "/", "h"));
        check("HTTP://h/x", (false, "h", 80, "/x", "h"));
        check("http://user:pass@h/", (false, "h", 80, "/", "h"));
        check("http://[::1]:81/", (false, "::1", 81, "/", "[::1]:81"));
        check("tcp://h:22", (false, "h", 22, "/", "h:22"));
        check("https://h?token=x", (true, "h", 443, "/?token=x", "h"));
    }

    #[test]
    fn invalid_urls_are_rejected() {
        for url in ["", "plex", "ftp://h/", "http://", "/identity", "http://a b/"] {
            assert!(TargetUrl::parse(url).is_err(), "{url}");
        }
    }
}

//! A target's URL, taken apart. `http::Uri` suffices: a full URL parser would add its Unicode tables to the binary.

use http::Uri;

/// Where to connect, and what to ask for.
pub(super) struct Address {
    pub(super) is_https: bool,
    /// Without brackets, if it is an IPv6 address.
    pub(super) host: String,
    pub(super) port: u16,
    /// Path and query.
    pub(super) path: String,
    /// The `Host` header: with the port unless it is the scheme's own.
    pub(super) host_header: String,
}

impl Address {
    pub(super) fn parse(url: &str) -> Result<Self, String> {
        let uri: Uri = url.parse().map_err(|why| format!("the address cannot be understood: {why}"))?;
        let (is_https, default_port) = match uri.scheme_str() {
            Some("https") => (true, 443),
            Some("http") => (false, 80),
            _ => return Err("the address must begin with http:// or https://".to_owned()),
        };
        let authority = uri.authority().ok_or("the address has no host")?;
        let name = authority.host();
        if name.is_empty() {
            return Err("the address has no host".to_owned());
        }
        let port = uri.port_u16().unwrap_or(default_port);
        let host_header = if port == default_port { name.to_owned() } else { format!("{name}:{port}") };
        Ok(Self {
            is_https,
            host: name.trim_start_matches('[').trim_end_matches(']').to_owned(),
            port,
            path: path(&uri),
            host_header,
        })
    }
}

/// `https://host?query` has no path, but a request must have one.
fn path(uri: &Uri) -> String {
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    if path.starts_with('/') { path.to_owned() } else { format!("/{path}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(url: &str, expected: (bool, &str, u16, &str, &str)) {
        let found = Address::parse(url).map(|a| (a.is_https, a.host, a.port, a.path, a.host_header));
        let (https, host, port, path, header) = expected;
        assert_eq!(found, Ok((https, host.to_owned(), port, path.to_owned(), header.to_owned())), "{url}");
    }

    #[test]
    fn addresses_are_taken_apart() {
        check("https://plex.example.com", (true, "plex.example.com", 443, "/", "plex.example.com"));
        check("https://h:8443/identity?a=b", (true, "h", 8443, "/identity?a=b", "h:8443"));
        check("http://h:80/#part", (false, "h", 80, "/", "h"));
        check("HTTP://h/x", (false, "h", 80, "/x", "h"));
        check("http://user:pass@h/", (false, "h", 80, "/", "h"));
        check("http://[::1]:81/", (false, "::1", 81, "/", "[::1]:81"));
        check("https://h?token=x", (true, "h", 443, "/?token=x", "h"));
    }

    #[test]
    fn what_is_no_address_is_said_to_be_none() {
        for url in ["", "plex", "ftp://h/", "http://", "/identity", "http://a b/"] {
            assert!(Address::parse(url).is_err(), "{url}");
        }
    }
}

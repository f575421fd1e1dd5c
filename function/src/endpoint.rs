//! The URL of a channel or heartbeat: its credentials, and whether secrets may be sent there.

use std::net::IpAddr;

use aws_smithy_types::base64;
use http::Uri;
use percent_encoding::percent_decode_str;

/// A URL, split into URI and credentials. Contains secrets, hence no `Debug`.
pub struct Endpoint {
    /// Without credentials.
    pub uri: Uri,
    /// The user and password that the URL contained.
    pub credentials: Option<Credentials>,
}

/// A user and a password. Contains secrets, hence no `Debug`.
pub struct Credentials {
    user: Vec<u8>,
    password: Vec<u8>,
}

impl Credentials {
    /// Create credentials from plain text.
    pub fn new(user: &str, password: &str) -> Self {
        Self { user: user.into(), password: password.into() }
    }

    /// Decode the credentials of a URL: `user:password`, percent-encoded.
    fn from_userinfo(text: &str) -> Self {
        let (user, password) = text.split_once(':').unwrap_or((text, ""));
        let decoded = |text| percent_decode_str(text).collect();
        Self { user: decoded(user), password: decoded(password) }
    }

    /// Return the value of the `Authorization` header without `Basic` (RFC 7617).
    pub fn basic(&self) -> String {
        let joined: Vec<u8> = [self.user.as_slice(), self.password.as_slice()].join(&b':');
        base64::encode(joined)
    }

    /// Return every form in which a server may quote them.
    pub fn forms(&self) -> Vec<String> {
        vec![self.basic(), String::from_utf8_lossy(&self.password).into_owned()]
    }
}

impl Endpoint {
    /// Parse an absolute URL. There is no error message, since it might quote a secret.
    pub fn parse(address: &str) -> Option<Self> {
        let (scheme, rest) = address.split_once("://")?;
        let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        // The last `@`: passwords may contain it too.
        let (credentials, host) = match authority.rsplit_once('@') {
            Some((credentials, host)) => (Some(credentials).filter(|text| !text.is_empty()), host),
            None => (None, authority),
        };
        let uri: Uri = format!("{scheme}://{host}{path}").parse().ok()?;
        let name = uri.host().filter(|name| !name.is_empty())?;
        // `Uri` accepts more than a number after the colon: part of a password may have ended up there.
        let is_port = |port: &str| port.parse::<u16>().is_ok();
        let port = host.strip_prefix(name)?.strip_prefix(':');
        let is_usable = matches!(uri.scheme_str(), Some("http" | "https")) && port.is_none_or(is_port);
        is_usable.then(|| Self { uri, credentials: credentials.map(Credentials::from_userinfo) })
    }

    /// Return whether what is sent there stays private: it is encrypted, or does not leave this machine.
    pub fn is_private(&self) -> bool {
        self.uri.scheme_str() == Some("https") || self.uri.host().is_some_and(is_loopback)
    }
}

/// Return whether a host is this machine itself.
pub fn is_loopback(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']').trim_end_matches('.');
    match host.parse::<IpAddr>() {
        Ok(ip) => ip.to_canonical().is_loopback(),
        // RFC 6761: these names never resolve to another machine.
        Err(_) => host.rsplit('.').next().is_some_and(|name| name.eq_ignore_ascii_case("localhost")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(address: &str) -> Option<(String, Option<String>)> {
        let endpoint = Endpoint::parse(address)?;
        Some((endpoint.uri.to_string(), endpoint.credentials.map(|credentials| credentials.basic())))
    }

    #[test]
    fn credentials_are_removed_from_the_url() {
        for (address, uri, basic) in [
            ("https://h/x", "https://h/x", None),
            ("https://user:pass@h/x?a=b", "https://h/x?a=b", Some("dXNlcjpwYXNz")),
            ("HTTP://user:pass@h:8080", "http://h:8080/", Some("dXNlcjpwYXNz")),
            ("http://u%40x:p%3A%2F%25@h/", "http://h/", Some("dUB4OnA6LyU=")),
            ("http://user:p@ss@h/a@b", "http://h/a@b", Some("dXNlcjpwQHNz")),
            ("http://user:pass:word@[::1]:81/", "http://[::1]:81/", Some("dXNlcjpwYXNzOndvcmQ=")),
            ("https://token@h/", "https://h/", Some("dG9rZW46")),
            ("https://:token@h/", "https://h/", Some("OnRva2Vu")),
            ("https://j%C3%B6rg:ü@h/", "https://h/", Some("asO2cmc6w7w=")),
            ("https://@h/", "https://h/", None),
            ("https://h?to=a@b", "https://h/?to=a@b", None),
        ] {
            assert_eq!(parsed(address), Some((uri.to_owned(), basic.map(str::to_owned))), "{address}");
        }
        for address in ["", "h/x", "ftp://h/", "https://", "https://user@", "https://user:pa/ss@h/", "/x"] {
            assert_eq!(parsed(address), None, "{address}");
        }
    }

    #[test]
    fn only_https_and_loopback_are_private() {
        for (address, expected) in [
            ("https://example.com/", true),
            ("http://example.com/", false),
            ("http://localhost:8080/", true),
            ("http://LOCALHOST./", true),
            ("http://ntfy.localhost/", true),
            ("http://127.8.9.1/", true),
            ("http://[::1]/", true),
            ("http://[::ffff:127.0.0.1]/", true),
            ("http://192.168.1.2/", false),
            ("http://localhost.example.com/", false),
            ("http://user:127.0.0.1@example.com/", false),
        ] {
            assert_eq!(Endpoint::parse(address).map(|found| found.is_private()), Some(expected), "{address}");
        }
    }
}

//! The values of DNS records in one spelling, so that they can be compared: DNS services, zone files and people write them
//! in different ways.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::contract::settings::DnsRecord;

impl DnsRecord {
    /// Return its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::Aaaa => "AAAA",
            Self::Cname => "CNAME",
            Self::Mx => "MX",
            Self::Txt => "TXT",
            Self::Ns => "NS",
            Self::Caa => "CAA",
        }
    }

    /// Return its number.
    pub(super) fn number(self) -> u64 {
        match self {
            Self::A => 1,
            Self::Ns => 2,
            Self::Cname => 5,
            Self::Mx => 15,
            Self::Txt => 16,
            Self::Aaaa => 28,
            Self::Caa => 257,
        }
    }

    /// Return the value of such a record in its usual spelling; nothing if it cannot be one.
    pub fn normalized(self, text: &str) -> Option<String> {
        let text = text.trim();
        match self {
            Self::A => text.parse::<Ipv4Addr>().ok().map(|address| address.to_string()),
            Self::Aaaa => text.parse::<Ipv6Addr>().ok().map(|address| address.to_string()),
            Self::Cname | Self::Ns => host(text),
            Self::Mx => match text.split_once(char::is_whitespace) {
                Some((priority, name)) => {
                    Some(format!("{} {}", priority.parse::<u16>().ok()?, host(name.trim())?))
                }
                None => host(text),
            },
            Self::Txt => Some(unquoted(text)),
            Self::Caa => caa(text),
        }
    }

    /// Return whether a normalized value is the expected one. Mail servers may be expected without their priority.
    pub(super) fn is_same(self, found: &str, expected: &str) -> bool {
        let without_priority = |text: &str| text.rsplit(' ').next() == Some(expected);
        found == expected || (self == Self::Mx && !expected.contains(' ') && without_priority(found))
    }
}

/// Return a host name in lower case, without the dot of the root. A single dot is the empty name (RFC 7505).
fn host(text: &str) -> Option<String> {
    let name = text.strip_suffix('.').unwrap_or(text).to_ascii_lowercase();
    let is_plain = |byte: u8| byte.is_ascii_graphic() && byte != b'"';
    let is_name = text == "." || (!name.is_empty() && name.len() <= 253 && name.bytes().all(is_plain));
    is_name.then(|| if name.is_empty() { ".".to_owned() } else { name })
}

/// Join the quoted parts of a text: `"v=spf1 " "-all"`. Some services return it without quotes.
fn unquoted(text: &str) -> String {
    if !(text.len() >= 2 && text.starts_with('"') && text.ends_with('"')) {
        return text.to_owned();
    }
    let mut bytes = Vec::with_capacity(text.len());
    let (mut rest, mut is_inside) = (text.as_bytes(), false);
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match (byte, after) {
            (b'"', _) => is_inside = !is_inside,
            (b'\\', [a @ b'0'..=b'9', b @ b'0'..=b'9', c @ b'0'..=b'9', after @ ..]) => {
                let digits = [a, b, c].map(|digit| u32::from(digit - b'0'));
                let code = digits[0] * 100 + digits[1] * 10 + digits[2];
                bytes.extend(u8::try_from(code));
                rest = after;
            }
            (b'\\', [escaped, after @ ..]) => {
                bytes.push(*escaped);
                rest = after;
            }
            _ if is_inside => bytes.push(byte),
            _ => {}
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Return `0 issue "letsencrypt.org"`, from this form or from the one for types that a service does not know (RFC 3597).
fn caa(text: &str) -> Option<String> {
    if let Some(generic) = text.strip_prefix("\\#") {
        let (_, hex) = generic.trim().split_once(' ')?;
        let bytes = bytes_of(hex)?;
        let (&[flags, length], rest) = bytes.split_first_chunk::<2>()?;
        let (tag, value) = rest.split_at_checked(length.into())?;
        let (tag, value) = (str::from_utf8(tag).ok()?, str::from_utf8(value).ok()?);
        return Some(format!("{flags} {} \"{value}\"", tag.to_ascii_lowercase()));
    }
    let (flags, rest) = text.split_once(char::is_whitespace)?;
    let (tag, value) = rest.trim().split_once(char::is_whitespace)?;
    let flags: u8 = flags.parse().ok()?;
    Some(format!("{flags} {} \"{}\"", tag.to_ascii_lowercase(), unquoted(value.trim())))
}

fn bytes_of(hex: &str) -> Option<Vec<u8>> {
    let digits: Vec<char> = hex.chars().filter(|character| !character.is_whitespace()).collect();
    let pairs = digits.chunks(2).map(|pair| u8::from_str_radix(&pair.iter().collect::<String>(), 16));
    pairs.collect::<Result<_, _>>().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_a_record_is_the_same() {
        use DnsRecord::{A, Aaaa, Caa, Cname, Mx, Ns, Txt};
        for (record, text, expected) in [
            (A, " 203.0.113.7 ", Some("203.0.113.7")),
            (A, "203.0.113.007", None),
            (A, "plex.example.com", None),
            (Aaaa, "2001:DB8:0:0:0:0:0:1", Some("2001:db8::1")),
            (Aaaa, "203.0.113.7", None),
            (Cname, "Home.Example.COM.", Some("home.example.com")),
            (Ns, "ns1.example.com", Some("ns1.example.com")),
            (Ns, "", None),
            (Ns, "two words", None),
            (Mx, "010  Mail.Example.com.", Some("10 mail.example.com")),
            (Mx, "mail.example.com.", Some("mail.example.com")),
            (Mx, "0 .", Some("0 .")),
            (Mx, "ten mail.example.com", None),
            (Txt, "v=spf1 -all", Some("v=spf1 -all")),
            (Txt, "\"v=spf1 \" \"-all\"", Some("v=spf1 -all")),
            (Txt, "\"a \\\"b\\\" \\195\\164 \\\\\"", Some("a \"b\" \u{e4} \\")),
            (Txt, "\"", Some("\"")),
            (Txt, "\"\\\"", Some("\"")),
            (Caa, "0 Issue letsencrypt.org", Some("0 issue \"letsencrypt.org\"")),
            (Caa, "0 issue \"letsencrypt.org\"", Some("0 issue \"letsencrypt.org\"")),
            (
                Caa,
                "\\# 22 00 05 69 73 73 75 65 6c 65 74 73 65 6e 63 72 79 70 74 2e 6f 72 67",
                Some("0 issue \"letsencrypt.org\""),
            ),
            (Caa, "\\# 4 00 ff 69 73", None),
            (Caa, "\\# 1 \u{e4}", None),
            (Caa, "letsencrypt.org", None),
        ] {
            assert_eq!(record.normalized(text).as_deref(), expected, "{record:?} {text}");
        }
    }

    #[test]
    fn a_mail_server_may_be_expected_without_its_priority() {
        let is_same = |found, expected| DnsRecord::Mx.is_same(found, expected);
        assert!(is_same("10 mail.example.com", "mail.example.com"));
        assert!(is_same("10 mail.example.com", "10 mail.example.com"));
        assert!(!is_same("10 mail.example.com", "20 mail.example.com"));
        assert!(!is_same("10 mail.example.com", "example.com"));
        assert!(!DnsRecord::Txt.is_same("10 mail", "mail"));
    }
}

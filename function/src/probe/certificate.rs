//! Reads a certificate's validity and common name. A full X.509 parser would be larger than the rest of the probe.
//!
//! The path through the DER is fixed by RFC 5280: Certificate / tbsCertificate / [version] / serial / signature /
//! issuer / validity / subject. The certificate has been verified before, so anything unexpected yields `None`.

const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

const SET: u8 = 0x31;
const OBJECT_ID: u8 = 0x06;
const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];

/// When a certificate is valid, in Unix seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Validity {
    pub(super) begins: u64,
    pub(super) ends: u64,
}

/// Return a certificate's validity.
pub(super) fn validity(certificate: &[u8]) -> Option<Validity> {
    let (_, validity, _) = element(after_issuer(certificate)?)?;
    let (tag, text, rest) = element(validity)?;
    let begins = time(tag, text);
    let (tag, text, _) = element(rest)?;
    // A certificate may begin before 1970; only its end matters then.
    Some(Validity { begins: begins.unwrap_or_default(), ends: time(tag, text)? })
}

/// Return the last common name of a certificate's subject.
pub(super) fn common_name(certificate: &[u8]) -> Option<&str> {
    let (_, _, rest) = element(after_issuer(certificate)?)?;
    let (_, mut names, _) = element(rest)?;
    let mut found = None;
    while let Some((SET, mut attributes, rest)) = element(names) {
        while let Some((SEQUENCE, attribute, rest)) = element(attributes) {
            if let Some((OBJECT_ID, COMMON_NAME, value)) = element(attribute) {
                found = element(value).and_then(|(_, text, _)| std::str::from_utf8(text).ok());
            }
            attributes = rest;
        }
        names = rest;
    }
    found
}

/// Return what follows the issuer: the validity, the subject and so on.
fn after_issuer(certificate: &[u8]) -> Option<&[u8]> {
    let (tag, certificate, _) = element(certificate)?;
    let (tbs_tag, mut fields, _) = element(certificate)?;
    if tag != SEQUENCE || tbs_tag != SEQUENCE {
        return None;
    }
    if fields.first() == Some(&VERSION) {
        fields = element(fields)?.2;
    }
    for _serial_signature_issuer in 0..3 {
        fields = element(fields)?.2;
    }
    Some(fields)
}

/// Return the first element's tag and content, and what follows it.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&[tag, first], rest) = der.split_first_chunk::<2>()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        // Three bytes of length are more than any certificate needs; 0x80 is not valid DER.
        0x81..=0x83 => {
            let (bytes, rest) = rest.split_at_checked(usize::from(first - 0x80))?;
            (bytes.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)), rest)
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}

/// Parse `YYMMDDHHMMSSZ` or `YYYYMMDDHHMMSSZ`; two-digit years are those from 1950 to 2049.
fn time(tag: u8, text: &[u8]) -> Option<u64> {
    let digits = std::str::from_utf8(text.strip_suffix(b"Z")?).ok()?;
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (year, rest) = match (tag, digits.len()) {
        (UTC_TIME, 12) => {
            let (year, rest) = digits.split_at(2);
            let year: u64 = year.parse().ok()?;
            (year + if year < 50 { 2000 } else { 1900 }, rest)
        }
        (GENERALIZED_TIME, 14) => (digits[..4].parse().ok()?, &digits[4..]),
        _ => return None,
    };
    let part = |at: usize| rest[at..at + 2].parse::<u64>().ok();
    let (month, day) = (part(0)?, part(2)?);
    if !(1970..=9999).contains(&year) || !(1..=12).contains(&month) || day == 0 {
        return None;
    }
    // Days from a civil date, counted from 1 March so that the leap day comes last.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1 - 719_468;
    Some(days * 86_400 + part(4)? * 3_600 + part(6)? * 60 + part(8)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_time_formats_are_parsed() {
        for (tag, text, expected) in [
            (UTC_TIME, "700101000000Z", Some(0)),
            (UTC_TIME, "261103100500Z", Some(1_793_700_300)),
            (UTC_TIME, "240229000000Z", Some(1_709_164_800)),
            (GENERALIZED_TIME, "21000301000000Z", Some(4_107_542_400)),
            (UTC_TIME, "500101000000Z", None),
            (UTC_TIME, "2611031005Z", None),
            (UTC_TIME, "26110310050xZ", None),
            (GENERALIZED_TIME, "20261303100500Z", None),
            (0x04, "261103100500Z", None),
        ] {
            assert_eq!(time(tag, text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn malformed_certificates_yield_none() {
        for der in
            [&[][..], &[0x30], &[0x30, 0x84, 1, 1, 1, 1], &[0x30, 0x02, 0x30, 0x00], &[0x30, 0x05, 0x30]]
        {
            assert_eq!((validity(der), common_name(der)), (None, None));
        }
    }
}

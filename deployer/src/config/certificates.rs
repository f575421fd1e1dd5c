//! `ca_file`: the certificates that a target or a mail server is trusted by, read when the configuration is read.
//!
//! The text for the function is rebuilt from the certificates alone: comments, and above all a private key in the same
//! file, never get there.

use std::path::Path;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use plexmon_function::probe::Tls;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use super::reader::Value;
use crate::error::{Error, Result};

/// Longer lines are not PEM's.
const LINE: usize = 64;

/// A sequence with two bytes of length, as every certificate begins.
const DER: [u8; 2] = [0x30, 0x82];

const P521: &str = "1.3.132.0.35";
const MIN_RSA_BITS: usize = 2048;

/// The certificates in a file, in PEM and nothing else.
pub fn authority(value: &Value<'_>, folder: &Path) -> Result<String> {
    let path = folder.join(value.string()?);
    let shown = path.display().to_string();
    let bytes = std::fs::read(&path)
        .map_err(|error| value.error(format!("names `{shown}`, which cannot be read")).cause(error))?;
    let certificates = read(&bytes).map_err(|wrong| wrong.about(value, &shown))?;
    let pem: String = certificates.iter().map(|der| block(der)).collect();
    // The same code as in the function, so that nothing is found out there alone.
    Tls::accepts(&pem).map_err(|why| Wrong::new(why, RENEW).about(value, &shown))?;
    Ok(pem)
}

const RENEW: &str = "make or export the certificate again";
const NEEDS: &str = "the file must have a -----BEGIN CERTIFICATE----- block";
const NO_KEY: &str = "leave only the certificate in the file; nobody needs the key to trust it";

/// What is wrong with a file, and what to do.
#[derive(Debug, PartialEq, Eq)]
struct Wrong {
    what: String,
    hint: &'static str,
}

impl Wrong {
    fn new(what: impl Into<String>, hint: &'static str) -> Self {
        Self { what: what.into(), hint }
    }

    fn about(self, value: &Value<'_>, path: &str) -> Error {
        value.error(format!("names `{path}`, which {}", self.what)).hint(self.hint)
    }
}

/// All certificates of a file in PEM or DER.
fn read(bytes: &[u8]) -> std::result::Result<Vec<Vec<u8>>, Wrong> {
    if bytes.trim_ascii().is_empty() {
        return Err(Wrong::new("is empty", NEEDS));
    }
    if bytes.starts_with(&DER) {
        check(bytes, "").map_err(|_| {
            Wrong::new(
                "is neither PEM nor a certificate in DER",
                "convert a PKCS#12 or PKCS#7 file with openssl, certificates only",
            )
        })?;
        return Ok(vec![bytes.to_vec()]);
    }
    let text = text(bytes)?;
    let blocks = blocks(&text)?;
    let certificates: Vec<&Block<'_>> = blocks.iter().filter(|block| block.is_certificate()).collect();
    match (certificates.as_slice(), blocks.first()) {
        ([], None) => Err(Wrong::new("holds no PEM certificate", NEEDS)),
        ([], Some(other)) => Err(Wrong::new(format!("holds a {}, but no certificate", other.label), NEEDS)),
        (certificates, _) => certificates.iter().map(|block| block.certificate()).collect(),
    }
}

/// Editors on Windows write a mark at the beginning, some of them two bytes a letter.
fn text(bytes: &[u8]) -> std::result::Result<String, Wrong> {
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return Err(Wrong::new("is text in UTF-16", "save it as plain ASCII or UTF-8"));
    }
    let text = String::from_utf8_lossy(bytes);
    Ok(text.trim_start_matches('\u{feff}').replace("\r\n", "\n").replace('\r', "\n"))
}

/// The lines between two markers.
struct Block<'a> {
    label: &'a str,
    /// Where it begins in the file.
    line: usize,
    content: String,
}

/// All blocks. Whatever is between them is a comment.
fn blocks(text: &str) -> std::result::Result<Vec<Block<'_>>, Wrong> {
    let mut blocks = Vec::new();
    let mut open: Option<Block<'_>> = None;
    for (at, line) in text.lines().enumerate().map(|(at, line)| (at + 1, line.trim())) {
        if let Some(label) = marker(line, "BEGIN") {
            if label.contains("PRIVATE KEY") {
                return Err(Wrong::new(format!("has a private key in line {at}"), NO_KEY));
            }
            if let Some(open) = open {
                return Err(Wrong::new(
                    format!("has a block in line {} that does not end", open.line),
                    RENEW,
                ));
            }
            open = Some(Block { label, line: at, content: String::new() });
        } else if let Some(label) = marker(line, "END") {
            match open.take() {
                Some(block) if block.label == label => blocks.push(block),
                _ => return Err(Wrong::new(format!("has an end without a beginning in line {at}"), RENEW)),
            }
        } else if let Some(block) = &mut open {
            block.content.push_str(line);
        }
    }
    match open {
        Some(open) => Err(Wrong::new(format!("has a block in line {} that does not end", open.line), RENEW)),
        None => Ok(blocks),
    }
}

/// `CERTIFICATE` of `-----BEGIN CERTIFICATE-----`
fn marker<'a>(line: &'a str, what: &str) -> Option<&'a str> {
    line.strip_prefix("-----")?.strip_prefix(what)?.trim().strip_suffix("-----").map(str::trim)
}

impl Block<'_> {
    fn is_certificate(&self) -> bool {
        matches!(self.label, "CERTIFICATE" | "X509 CERTIFICATE" | "TRUSTED CERTIFICATE")
    }

    fn certificate(&self) -> std::result::Result<Vec<u8>, Wrong> {
        let place = format!(" in line {}", self.line);
        let compact: String = self.content.split_whitespace().collect();
        let der = BASE64_STANDARD
            .decode(compact)
            .map_err(|_| Wrong::new(format!("has a certificate{place} that is not base64"), RENEW))?;
        let used = check(&der, &place)?;
        // OpenSSL's trusted form has its own notes behind the certificate.
        let is_trusted = self.label.starts_with("TRUSTED");
        match der.get(..used) {
            Some(certificate) if is_trusted || used == der.len() => Ok(certificate.to_vec()),
            _ => Err(Wrong::new(format!("has a certificate{place} with more behind it"), RENEW)),
        }
    }
}

/// How long the certificate is. Refuses what no run could use.
fn check(der: &[u8], place: &str) -> std::result::Result<usize, Wrong> {
    let (rest, certificate) = X509Certificate::from_der(der)
        .map_err(|_| Wrong::new(format!("has a certificate{place} that cannot be read"), RENEW))?;
    let key = certificate.public_key();
    let curve = key.algorithm.parameters.as_ref().and_then(|curve| curve.as_oid().ok());
    if curve.is_some_and(|curve| curve.to_id_string() == P521) {
        return Err(Wrong::new(
            format!("has a certificate{place} with a key on the curve P-521, which is not supported"),
            "use P-256, P-384, RSA or Ed25519",
        ));
    }
    let bits = key.parsed().ok().map_or(0, |key| match key {
        x509_parser::public_key::PublicKey::RSA(rsa) => rsa.key_size(),
        _ => MIN_RSA_BITS,
    });
    if bits > 0 && bits < MIN_RSA_BITS {
        return Err(Wrong::new(
            format!("has a certificate{place} with an RSA key of {bits} bits, which is not supported"),
            "use at least 2048 bits",
        ));
    }
    Ok(der.len() - rest.len())
}

fn block(der: &[u8]) -> String {
    let text = BASE64_STANDARD.encode(der);
    let lines: Vec<&str> =
        text.as_bytes().chunks(LINE).filter_map(|line| std::str::from_utf8(line).ok()).collect();
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
}

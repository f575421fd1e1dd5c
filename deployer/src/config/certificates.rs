//! `ca_file`: the certificate authorities to trust for a target or a mail server.
//!
//! The function receives only the certificates themselves, in PEM. Comments never reach it, and neither does a private
//! key from the same file.

use std::path::Path;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use plexmon_function::probe::Tls;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use super::reader::Value;
use crate::error::{Error, Result};

/// The length of a line in PEM.
const LINE: usize = 64;

/// The first bytes of every certificate in DER: a sequence whose length takes two bytes.
const DER: [u8; 2] = [0x30, 0x82];

const P521: &str = "1.3.132.0.35";
const MIN_RSA_BITS: usize = 2048;

/// The certificates of a file as PEM, without anything else that is in it.
pub fn authority(value: &Value<'_>, folder: &Path) -> Result<String> {
    let path = folder.join(value.string()?);
    let shown = path.display().to_string();
    let bytes = std::fs::read(&path)
        .map_err(|error| value.error(format!("names `{shown}`, which cannot be read")).cause(error))?;
    let certificates = read(&bytes).map_err(|rejection| rejection.about(value, &shown))?;
    let pem: String = certificates.iter().map(|der| block(der)).collect();
    // The check of the function itself, so that no certificate fails only there.
    Tls::accepts(&pem).map_err(|why| Rejection::new(why, RENEW).about(value, &shown))?;
    Ok(pem)
}

const RENEW: &str = "create or export the certificate again";
const NEEDS: &str = "the file must have a -----BEGIN CERTIFICATE----- block";
const NO_KEY: &str = "leave only the certificate in the file; the key is not needed to trust it";

/// Why a file is rejected, and what the user can do.
#[derive(Debug, PartialEq, Eq)]
struct Rejection {
    why: String,
    hint: &'static str,
}

impl Rejection {
    fn new(why: impl Into<String>, hint: &'static str) -> Self {
        Self { why: why.into(), hint }
    }

    fn about(self, value: &Value<'_>, path: &str) -> Error {
        value.error(format!("names `{path}`, which {}", self.why)).hint(self.hint)
    }
}

/// All certificates of a file in PEM or DER.
fn read(bytes: &[u8]) -> std::result::Result<Vec<Vec<u8>>, Rejection> {
    if bytes.trim_ascii().is_empty() {
        return Err(Rejection::new("is empty", NEEDS));
    }
    if bytes.starts_with(&DER) {
        check(bytes, "").map_err(|_| {
            Rejection::new(
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
        ([], None) => Err(Rejection::new("contains no PEM certificate", NEEDS)),
        ([], Some(other)) => {
            Err(Rejection::new(format!("contains a {}, but no certificate", other.label), NEEDS))
        }
        (certificates, _) => certificates.iter().map(|block| block.certificate()).collect(),
    }
}

/// The text of a PEM file. Editors on Windows prepend a byte order mark; some write UTF-16.
fn text(bytes: &[u8]) -> std::result::Result<String, Rejection> {
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return Err(Rejection::new("is text in UTF-16", "save it as plain ASCII or UTF-8"));
    }
    let text = String::from_utf8_lossy(bytes);
    Ok(text.trim_start_matches('\u{feff}').replace("\r\n", "\n").replace('\r', "\n"))
}

/// The lines between a BEGIN and an END marker.
struct Block<'a> {
    label: &'a str,
    /// The line at which it begins.
    line: usize,
    content: String,
}

/// All blocks of a file; text outside of them is a comment.
fn blocks(text: &str) -> std::result::Result<Vec<Block<'_>>, Rejection> {
    let mut blocks = Vec::new();
    let mut open: Option<Block<'_>> = None;
    for (at, line) in text.lines().enumerate().map(|(at, line)| (at + 1, line.trim())) {
        if let Some(label) = marker(line, "BEGIN") {
            if label.contains("PRIVATE KEY") {
                return Err(Rejection::new(format!("has a private key at line {at}"), NO_KEY));
            }
            if let Some(open) = open {
                return Err(Rejection::new(
                    format!("has a block at line {} that does not end", open.line),
                    RENEW,
                ));
            }
            open = Some(Block { label, line: at, content: String::new() });
        } else if let Some(label) = marker(line, "END") {
            match open.take() {
                Some(block) if block.label == label => blocks.push(block),
                _ => {
                    return Err(Rejection::new(
                        format!("has an END marker without a BEGIN at line {at}"),
                        RENEW,
                    ));
                }
            }
        } else if let Some(block) = &mut open {
            block.content.push_str(line);
        }
    }
    match open {
        Some(open) => {
            Err(Rejection::new(format!("has a block at line {} that does not end", open.line), RENEW))
        }
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

    fn certificate(&self) -> std::result::Result<Vec<u8>, Rejection> {
        let place = format!(" at line {}", self.line);
        let compact: String = self.content.split_whitespace().collect();
        let der = BASE64_STANDARD
            .decode(compact)
            .map_err(|_| Rejection::new(format!("has a certificate{place} that is not base64"), RENEW))?;
        let used = check(&der, &place)?;
        // OpenSSL's trusted form appends its own data to the certificate.
        let is_trusted = self.label.starts_with("TRUSTED");
        match der.get(..used) {
            Some(certificate) if is_trusted || used == der.len() => Ok(certificate.to_vec()),
            _ => {
                Err(Rejection::new(format!("has a certificate{place} that is followed by other data"), RENEW))
            }
        }
    }
}

/// The length of the certificate. Reject one that the function cannot use.
fn check(der: &[u8], place: &str) -> std::result::Result<usize, Rejection> {
    let (rest, certificate) = X509Certificate::from_der(der)
        .map_err(|_| Rejection::new(format!("has a certificate{place} that cannot be read"), RENEW))?;
    let key = certificate.public_key();
    let curve = key.algorithm.parameters.as_ref().and_then(|curve| curve.as_oid().ok());
    if curve.is_some_and(|curve| curve.to_id_string() == P521) {
        return Err(Rejection::new(
            format!("has a certificate{place} with a key on the curve P-521, which is not supported"),
            "use P-256, P-384, RSA or Ed25519",
        ));
    }
    let bits = key.parsed().ok().map_or(0, |key| match key {
        x509_parser::public_key::PublicKey::RSA(rsa) => rsa.key_size(),
        _ => MIN_RSA_BITS,
    });
    if bits > 0 && bits < MIN_RSA_BITS {
        return Err(Rejection::new(
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

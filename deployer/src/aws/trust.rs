//! Which certificate authorities are trusted: only those of `AWS_CA_BUNDLE` or of the profile's `ca_bundle` if one is set,
//! as in the AWS CLI; otherwise those of the system.
//!
//! The SDK panics on a bundle that it cannot parse and, in debug builds, without any system certificate, so both are
//! checked first.

use std::path::PathBuf;

use aws_smithy_http_client::tls::TrustStore;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;

use super::profiles::expanded;
use super::settings::{AwsSettings, Setting};
use crate::error::{Error, Result};

/// The certificate authorities for connections to AWS.
#[derive(Debug, Clone)]
pub struct Trust {
    pub store: TrustStore,
    pub origin: TrustOrigin,
}

/// Where the authorities come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TrustOrigin {
    System,
    /// No bundle is set and the system has no certificates, so no TLS connection can succeed.
    None,
    /// A bundle, and the setting that names it.
    Bundle {
        named_by: String,
        path: PathBuf,
    },
}

impl Trust {
    /// Read the configured bundle, or check whether the system has certificates.
    pub fn read(settings: &AwsSettings<'_>) -> Result<Self> {
        match settings.get("AWS_CA_BUNDLE", "ca_bundle") {
            Some(Setting { value, named_by }) => bundle(named_by, expanded(value)),
            None if system_has_certificates() => {
                Ok(Self { store: TrustStore::default(), origin: TrustOrigin::System })
            }
            None => Ok(Self { store: TrustStore::empty(), origin: TrustOrigin::None }),
        }
    }
}

fn bundle(named_by: String, path: PathBuf) -> Result<Trust> {
    let failed = || format!("could not read {named_by} at `{}`", path.display());
    let hint =
        "set it to a file with certificates in PEM format, or remove the setting to use those of the system";
    let usage = |cause: String| Error::usage(failed()).cause(cause).hint(hint);
    let pem = std::fs::read(&path).map_err(|error| usage(error.to_string()))?;
    let mut store = TrustStore::empty();
    let mut count = 0;
    for (index, certificate) in CertificateDer::pem_slice_iter(&pem).enumerate() {
        let number = index + 1;
        // The library's own text is `Debug` output.
        let certificate =
            certificate.map_err(|_| usage(format!("certificate {number} is not valid PEM or Base64")))?;
        match rustls::RootCertStore::empty().add(certificate.clone()) {
            Ok(()) => {
                store.add_pem_certificate(to_pem(&certificate));
                count += 1;
            }
            // A valid certificate that our TLS library does not support is skipped.
            Err(_) if x509_parser::parse_x509_certificate(&certificate).is_ok() => {}
            Err(_) => return Err(usage(format!("certificate {number} cannot be parsed"))),
        }
    }
    if count == 0 {
        return Err(usage("it contains no usable certificate".to_owned()));
    }
    Ok(Trust { store, origin: TrustOrigin::Bundle { named_by, path } })
}

fn to_pem(certificate: &CertificateDer<'_>) -> String {
    use base64::Engine as _;
    let text = base64::engine::general_purpose::STANDARD.encode(certificate);
    format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n")
}

/// Whether the system has certificates. macOS and Windows always do, and listing them takes time.
fn system_has_certificates() -> bool {
    if cfg!(any(target_os = "macos", windows)) {
        return true;
    }
    let found = rustls_native_certs::load_native_certs().certs;
    rustls::RootCertStore::empty().add_parsable_certificates(found).0 > 0
}

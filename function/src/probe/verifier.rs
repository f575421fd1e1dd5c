//! Verifies servers against the certificates in the target's `ca_file`: each may be a CA, or the server's own
//! certificate.
//!
//! `openssl req -x509` makes a certificate that is both a CA and the server's own. No chain can be built from it, but an
//! owner who configures exactly that certificate has said what to trust.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::{WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};

use super::certificate::{common_name, validity};

/// Verifies chains up to the authorities, and accepts the listed certificates themselves.
pub(super) struct Verifier {
    pub(super) authorities: Arc<RootCertStore>,
    pub(super) algorithms: WebPkiSupportedAlgorithms,
    pub(super) listed: Vec<CertificateDer<'static>>,
}

impl fmt::Debug for Verifier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Verifier")
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if self.listed.iter().any(|listed| listed.as_ref() == end_entity.as_ref()) {
            check_validity(end_entity, now)?;
            check_name(end_entity, server_name)?;
            return Ok(ServerCertVerified::assertion());
        }
        // The same as rustls's own verifier without revocation lists.
        let parsed = ParsedCertificate::try_from(end_entity)?;
        let (roots, algorithms) = (&self.authorities, self.algorithms.all);
        verify_server_cert_signed_by_trust_anchor(&parsed, roots, intermediates, now, algorithms)?;
        verify_server_name(&parsed, server_name)?;
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

fn check_validity(certificate: &CertificateDer<'_>, now: UnixTime) -> Result<(), Error> {
    let time = |seconds| UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds));
    let validity = validity(certificate).ok_or(CertificateError::BadEncoding)?;
    if now.as_secs() < validity.begins {
        let not_before = time(validity.begins);
        return Err(CertificateError::NotValidYetContext { time: now, not_before }.into());
    }
    if now.as_secs() > validity.ends {
        let not_after = time(validity.ends);
        return Err(CertificateError::ExpiredContext { time: now, not_after }.into());
    }
    Ok(())
}

/// Check the alternative names; where there are none, check the common name, as curl does.
fn check_name(certificate: &CertificateDer<'_>, name: &ServerName<'_>) -> Result<(), Error> {
    let parsed = ParsedCertificate::try_from(certificate)?;
    match verify_server_name(&parsed, name) {
        Err(Error::InvalidCertificate(CertificateError::NotValidForNameContext { presented, .. }))
            if presented.is_empty()
                && common_name(certificate).is_some_and(|common| is_same_name(common, name)) =>
        {
            Ok(())
        }
        outcome => outcome,
    }
}

fn is_same_name(common: &str, name: &ServerName<'_>) -> bool {
    match name {
        ServerName::DnsName(name) => common.eq_ignore_ascii_case(name.as_ref()),
        ServerName::IpAddress(address) => common.parse() == Ok(IpAddr::from(*address)),
        _ => false,
    }
}

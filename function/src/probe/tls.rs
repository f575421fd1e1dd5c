//! The TLS link: certificates are always verified, and failures are explained.

use std::collections::BTreeMap;
use std::fmt;
use std::io::Error as IoError;
use std::sync::{Arc, Mutex, PoisonError};

use rustls::client::Resumption;
use rustls::crypto::{CryptoProvider, ring};
use rustls::{AlertDescription, CertificateError, ClientConfig, Error, RootCertStore};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, ServerName};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::cause::Cause;
use super::certificate::Validity;
use super::error::ProbeError;
use super::verifier::Verifier;
use super::{certificate, connect};
use crate::time::date;

/// The TLS configurations: ring, the public CAs, TLS 1.2 and 1.3. Cheap to clone.
#[derive(Clone)]
pub struct Tls {
    provider: Arc<CryptoProvider>,
    roots: Arc<RootCertStore>,
    public: Arc<ClientConfig>,
    /// The configurations for probes, by protocol and `ca_pem`. Cached: each contains a copy of all public CAs, and targets
    /// that are probed concurrently usually share one.
    for_probes: Arc<Mutex<Configs>>,
}

/// Configurations by protocol and `ca_pem`.
type Configs = BTreeMap<(Alpn, Option<String>), Arc<ClientConfig>>;

/// Which protocol a client asks for within TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Alpn {
    /// HTTP/1.1.
    Http,
    /// None: the server decides.
    None,
}

impl fmt::Debug for Tls {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Tls")
    }
}

impl Tls {
    /// Create the configurations. Fails only if the cryptography does not support the protocol versions, which a test
    /// rules out.
    pub fn new() -> Result<Self, Error> {
        let provider = Arc::new(ring::default_provider());
        let roots = Arc::new(RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() });
        let public = Arc::new(config(&provider, &roots)?);
        Ok(Self { provider, roots, public, for_probes: Arc::default() })
    }

    /// Return the configuration for clients that keep connections, without ALPN.
    pub fn public(&self) -> ClientConfig {
        (*self.public).clone()
    }

    /// Check whether a probe can use all certificates in this PEM text. The deployer validates `ca_file` with it.
    pub fn accepts(pem: &str) -> Result<(), String> {
        Self::new().map_err(|why| why.to_string())?.trusting(pem).map(|_| ())
    }

    /// Return a client configuration that also trusts the certificates in `ca_pem`.
    pub fn client(&self, ca_pem: Option<&str>) -> Result<Arc<ClientConfig>, String> {
        match ca_pem {
            None => Ok(Arc::clone(&self.public)),
            Some(pem) => self.trusting(pem).map(Arc::new),
        }
    }

    /// Perform a full handshake. Sessions are never resumed: a resumed one would not show an expired certificate.
    pub(super) async fn handshake(
        &self,
        tcp: TcpStream,
        host: &str,
        ca_pem: Option<&str>,
        alpn: Alpn,
    ) -> Result<TlsStream<TcpStream>, ProbeError> {
        let config = self.for_probe(ca_pem, alpn).map_err(ProbeError::of(Cause::Certificate))?;
        let name = ServerName::try_from(host.to_owned()).map_err(|_| {
            ProbeError::new(Cause::Certificate, format!("no certificate can be valid for the name {host}"))
        })?;
        TlsConnector::from(config).connect(name, tcp).await.map_err(|why| describe(&why, host))
    }

    fn for_probe(&self, ca_pem: Option<&str>, alpn: Alpn) -> Result<Arc<ClientConfig>, String> {
        let mut known = self.for_probes.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (alpn, ca_pem.map(str::to_owned));
        if let Some(config) = known.get(&key) {
            return Ok(Arc::clone(config));
        }
        let mut config = match ca_pem {
            None => self.public(),
            Some(pem) => self.trusting(pem)?,
        };
        config.resumption = Resumption::disabled();
        if alpn == Alpn::Http {
            config.alpn_protocols = vec![b"http/1.1".to_vec()];
        }
        let config = Arc::new(config);
        known.insert(key, Arc::clone(&config));
        Ok(config)
    }

    /// Build a configuration that trusts the public CAs and the certificates in this PEM text.
    fn trusting(&self, pem: &str) -> Result<ClientConfig, String> {
        let listed: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
        let listed = listed.ok().filter(|listed| !listed.is_empty()).ok_or(BAD_CA)?;
        let mut roots = (*self.roots).clone();
        for certificate in &listed {
            roots.add(certificate.clone()).map_err(|_| BAD_CA)?;
        }
        let provider = Arc::clone(&self.provider);
        let (authorities, algorithms) = (Arc::new(roots), provider.signature_verification_algorithms);
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|why| why.to_string())?;
        // "Dangerous" only because rustls cannot know what this verifier does.
        let config = config.dangerous().with_custom_certificate_verifier(Arc::new(Verifier {
            authorities,
            algorithms,
            listed,
        }));
        Ok(config.with_no_client_auth())
    }
}

const BAD_CA: &str = "the configured CA certificate cannot be read";

fn config(provider: &Arc<CryptoProvider>, roots: &Arc<RootCertStore>) -> Result<ClientConfig, Error> {
    Ok(ClientConfig::builder_with_provider(Arc::clone(provider))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(Arc::clone(roots))
        .with_no_client_auth())
}

/// Return when the server's certificate is valid.
pub(super) fn validity(session: &TlsStream<TcpStream>) -> Option<Validity> {
    let (_, connection) = session.get_ref();
    certificate::validity(connection.peer_certificates()?.first()?)
}

/// Return the server's certificate, in DER.
pub(super) fn certificate(session: &TlsStream<TcpStream>) -> Option<Vec<u8>> {
    let (_, connection) = session.get_ref();
    Some(connection.peer_certificates()?.first()?.to_vec())
}

/// Describe the session: `TLS 1.3, certificate until 2027-01-02`.
pub(super) fn described(session: &TlsStream<TcpStream>, validity: Option<Validity>) -> String {
    let (_, connection) = session.get_ref();
    let version = match connection.protocol_version() {
        Some(rustls::ProtocolVersion::TLSv1_3) => "TLS 1.3",
        _ => "TLS 1.2",
    };
    match validity {
        Some(validity) => format!("{version}, certificate until {}", date(validity.ends)),
        None => version.to_owned(),
    }
}

fn describe(why: &IoError, host: &str) -> ProbeError {
    let tls_error = |why: String| ProbeError::new(Cause::Tls, why);
    match why.get_ref().and_then(|inner| inner.downcast_ref::<Error>()) {
        Some(Error::InvalidCertificate(certificate)) => {
            ProbeError::new(Cause::Certificate, describe_certificate_error(certificate, host))
        }
        Some(Error::InvalidMessage(_)) => tls_error("the server does not speak TLS on this port".to_owned()),
        Some(Error::AlertReceived(AlertDescription::UnrecognisedName)) => {
            tls_error(format!("the server has no certificate for {host}"))
        }
        Some(Error::AlertReceived(AlertDescription::HandshakeFailure)) => tls_error(
            "the server offers no cipher or key that plexmon supports (P-521 keys are not supported)"
                .to_owned(),
        ),
        Some(Error::AlertReceived(AlertDescription::NoApplicationProtocol)) => {
            tls_error("the server supports only HTTP/2".to_owned())
        }
        Some(Error::AlertReceived(alert)) => {
            tls_error(format!("the server rejected the TLS handshake ({alert:?})"))
        }
        Some(Error::PeerIncompatible(_)) => {
            tls_error("the server offers neither TLS 1.2 nor TLS 1.3".to_owned())
        }
        Some(other) => tls_error(format!("TLS failed: {other}")),
        None => tls_error(connect::describe(why)),
    }
}

fn describe_certificate_error(why: &CertificateError, host: &str) -> String {
    match why {
        CertificateError::ExpiredContext { not_after, .. } => {
            format!("certificate expired on {}", date(not_after.as_secs()))
        }
        CertificateError::Expired => "certificate expired".to_owned(),
        CertificateError::NotValidYetContext { not_before, .. } => {
            format!("certificate is not valid before {}", date(not_before.as_secs()))
        }
        CertificateError::NotValidYet => "certificate is not valid yet".to_owned(),
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            format!("certificate is not valid for {host}")
        }
        // A forged certificate with the name of a known CA has a bad signature.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => {
            "certificate is not signed by a trusted authority".to_owned()
        }
        CertificateError::Revoked => "certificate was revoked".to_owned(),
        CertificateError::UnsupportedSignatureAlgorithmContext { .. }
        | CertificateError::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => {
            "certificate has an unsupported signature (by a P-521 key, or with SHA-1)".to_owned()
        }
        // webpki's name for a CA certificate that is used as the server's.
        CertificateError::Other(other) if other.to_string().contains("CaUsedAsEndEntity") => {
            "certificate is not signed by a trusted authority (it is a CA certificate itself)".to_owned()
        }
        other => format!("certificate is invalid: {other}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_probe_never_resumes_a_session() {
        let tls = Tls::new().unwrap();
        let resumption = |config: &ClientConfig| format!("{:?}", config.resumption);
        let (for_probe, public) = (tls.for_probe(None, Alpn::Http).unwrap(), tls.public());
        assert_ne!(resumption(&for_probe), resumption(&public), "clients resume, to save time");
        assert_eq!(resumption(&for_probe), format!("{:?}", Resumption::disabled()));
    }
}

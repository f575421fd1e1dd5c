//! The TLS link: certificates are always verified, and a failure is told in plain words.

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

use super::cause::{Cause, Fault};
use super::certificate::Validity;
use super::trust::Trust;
use super::{certificate, connect};
use crate::time::date;

/// The one TLS configuration: ring, the public authorities, TLS 1.2 and 1.3. Cheap to clone.
#[derive(Clone)]
pub struct Tls {
    provider: Arc<CryptoProvider>,
    roots: Arc<RootCertStore>,
    public: Arc<ClientConfig>,
    /// What probes use, by the private authority in PEM. Made once: each has a copy of all public authorities, and many
    /// targets that are asked at once usually share one.
    probing: Arc<Mutex<BTreeMap<Option<String>, Arc<ClientConfig>>>>,
}

impl fmt::Debug for Tls {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Tls")
    }
}

impl Tls {
    /// Fails only if the cryptography cannot do the protocol versions, which a test rules out.
    pub fn new() -> Result<Self, Error> {
        let provider = Arc::new(ring::default_provider());
        let roots = Arc::new(RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() });
        let public = Arc::new(config(&provider, &roots)?);
        Ok(Self { provider, roots, public, probing: Arc::default() })
    }

    /// The configuration for clients that keep connections, without protocol negotiation set.
    pub fn public(&self) -> ClientConfig {
        (*self.public).clone()
    }

    /// Whether all certificates in this PEM text can be trusted by a probe; for the reader of a configuration.
    pub fn accepts(pem: &str) -> Result<(), String> {
        Self::new().map_err(|why| why.to_string())?.trusting(pem).map(|_| ())
    }

    /// The same, which trusts the certificates in `ca_pem` as well, if there are any.
    pub fn client(&self, ca_pem: Option<&str>) -> Result<Arc<ClientConfig>, String> {
        match ca_pem {
            None => Ok(Arc::clone(&self.public)),
            Some(pem) => self.trusting(pem).map(Arc::new),
        }
    }

    /// A full handshake. A resumed session would not show an expired certificate, so there is none.
    pub(super) async fn handshake(
        &self,
        tcp: TcpStream,
        host: &str,
        ca_pem: Option<&str>,
    ) -> Result<TlsStream<TcpStream>, Fault> {
        let config = self.for_probe(ca_pem).map_err(Fault::of(Cause::Certificate))?;
        let name = ServerName::try_from(host.to_owned()).map_err(|_| {
            Fault::new(Cause::Certificate, format!("no certificate can be valid for the name {host}"))
        })?;
        TlsConnector::from(config).connect(name, tcp).await.map_err(|why| in_words(&why, host))
    }

    fn for_probe(&self, ca_pem: Option<&str>) -> Result<Arc<ClientConfig>, String> {
        let mut known = self.probing.lock().unwrap_or_else(PoisonError::into_inner);
        let key = ca_pem.map(str::to_owned);
        if let Some(config) = known.get(&key) {
            return Ok(Arc::clone(config));
        }
        let mut config = match ca_pem {
            None => self.public(),
            Some(pem) => self.trusting(pem)?,
        };
        config.resumption = Resumption::disabled();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        let config = Arc::new(config);
        known.insert(key, Arc::clone(&config));
        Ok(config)
    }

    /// The public authorities and the certificates in this PEM text.
    fn trusting(&self, pem: &str) -> Result<ClientConfig, String> {
        let listed: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
        let listed = listed.ok().filter(|listed| !listed.is_empty()).ok_or(BAD_AUTHORITY)?;
        let mut roots = (*self.roots).clone();
        for certificate in &listed {
            roots.add(certificate.clone()).map_err(|_| BAD_AUTHORITY)?;
        }
        let provider = Arc::clone(&self.provider);
        let (authorities, algorithms) = (Arc::new(roots), provider.signature_verification_algorithms);
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|why| why.to_string())?;
        // What is "dangerous" here is only that rustls cannot know what this verifier does.
        let config = config.dangerous().with_custom_certificate_verifier(Arc::new(Trust {
            authorities,
            algorithms,
            listed,
        }));
        Ok(config.with_no_client_auth())
    }
}

const BAD_AUTHORITY: &str = "the configured authority's certificate cannot be read";

fn config(provider: &Arc<CryptoProvider>, roots: &Arc<RootCertStore>) -> Result<ClientConfig, Error> {
    Ok(ClientConfig::builder_with_provider(Arc::clone(provider))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(Arc::clone(roots))
        .with_no_client_auth())
}

/// When the server's certificate is valid.
pub(super) fn validity(session: &TlsStream<TcpStream>) -> Option<Validity> {
    let (_, connection) = session.get_ref();
    certificate::validity(connection.peer_certificates()?.first()?)
}

/// The server's certificate, in DER.
pub(super) fn certificate(session: &TlsStream<TcpStream>) -> Option<Vec<u8>> {
    let (_, connection) = session.get_ref();
    Some(connection.peer_certificates()?.first()?.to_vec())
}

/// `TLS 1.3, certificate until 2027-01-02`
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

fn in_words(why: &IoError, host: &str) -> Fault {
    let of_tls = |why: String| Fault::new(Cause::Tls, why);
    match why.get_ref().and_then(|inner| inner.downcast_ref::<Error>()) {
        Some(Error::InvalidCertificate(certificate)) => {
            Fault::new(Cause::Certificate, certificate_in_words(certificate, host))
        }
        Some(Error::InvalidMessage(_)) => of_tls("the server does not speak TLS on this port".to_owned()),
        Some(Error::AlertReceived(AlertDescription::UnrecognisedName)) => {
            of_tls(format!("the server knows no certificate for {host}"))
        }
        Some(Error::AlertReceived(AlertDescription::HandshakeFailure)) => of_tls(
            "the server has no cipher or key that plexmon supports (keys on the curve P-521 are not)"
                .to_owned(),
        ),
        Some(Error::AlertReceived(AlertDescription::NoApplicationProtocol)) => {
            of_tls("the server speaks HTTP/2 only".to_owned())
        }
        Some(Error::AlertReceived(alert)) => of_tls(format!("the server refuses TLS ({alert:?})")),
        Some(Error::PeerIncompatible(_)) => {
            of_tls("the server offers neither TLS 1.2 nor TLS 1.3".to_owned())
        }
        Some(other) => of_tls(format!("TLS failed: {other}")),
        None => of_tls(connect::in_words(why)),
    }
}

fn certificate_in_words(why: &CertificateError, host: &str) -> String {
    match why {
        CertificateError::ExpiredContext { not_after, .. } => {
            format!("certificate expired on {}", date(not_after.as_secs()))
        }
        CertificateError::Expired => "certificate expired".to_owned(),
        CertificateError::NotValidYetContext { not_before, .. } => {
            format!("certificate not valid before {}", date(not_before.as_secs()))
        }
        CertificateError::NotValidYet => "certificate not valid yet".to_owned(),
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            format!("certificate is not valid for {host}")
        }
        // A bad signature is what a forger gets who copies an authority's name.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => {
            "certificate is not signed by a trusted authority".to_owned()
        }
        CertificateError::Revoked => "certificate was revoked".to_owned(),
        CertificateError::UnsupportedSignatureAlgorithmContext { .. }
        | CertificateError::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => {
            "certificate is signed in a way that is not supported (by a key on the curve P-521, or with SHA-1)".to_owned()
        }
        // webpki's name for an authority's own certificate that is used as the server's.
        CertificateError::Other(other) if other.to_string().contains("CaUsedAsEndEntity") => {
            "certificate is not signed by a trusted authority (it is an authority's own)".to_owned()
        }
        other => format!("certificate is not acceptable: {other}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_probe_never_resumes_a_session() {
        let tls = Tls::new().unwrap();
        let resumption = |config: &ClientConfig| format!("{:?}", config.resumption);
        let (probing, public) = (tls.for_probe(None).unwrap(), tls.public());
        assert_ne!(resumption(&probing), resumption(&public), "clients do, to save time");
        assert_eq!(resumption(&probing), format!("{:?}", Resumption::disabled()));
    }
}

//! Why AWS did not answer, as far as the error shows it, and what the user can do.

use std::error::Error as StdError;

use rustls::{CertificateError, Error as TlsError};

use super::causes::find;
use super::http_client::{NoCertificates, ProxyFailure};

/// Why this machine got no answer from AWS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConnectionProblem {
    /// The system has no certificate authorities.
    NoCertificates,
    /// The server's certificate comes from an authority that is not trusted.
    UnknownIssuer,
    /// The server's certificate has expired, or is not valid yet.
    CertificateTime,
    /// The server's certificate is for another name.
    CertificateName,
    /// TLS failed in another way.
    Tls,
    /// The proxy from an environment variable failed.
    Proxy { variable: &'static str, wants_password: bool },
    /// The settings contradict each other: there is no endpoint to call.
    Settings,
    /// The network failed; nothing more is known.
    Network,
}

/// Phrases with which AWS's endpoint rules reject settings.
const REFUSED_SETTINGS: [&str; 2] = ["Invalid Configuration", "this partition does not support"];

impl ConnectionProblem {
    /// Find the problem among an error's causes.
    pub fn of(causes: &[&(dyn StdError + 'static)]) -> Self {
        if find::<NoCertificates>(causes).is_some() {
            return Self::NoCertificates;
        }
        if let Some(error) = find::<TlsError>(causes) {
            return tls(error);
        }
        // The SDK's error type is private, so only the text of AWS's endpoint rules identifies it.
        let texts: Vec<String> = causes.iter().map(ToString::to_string).collect();
        if texts.iter().any(|text| REFUSED_SETTINGS.iter().any(|words| text.contains(words))) {
            return Self::Settings;
        }
        match find::<ProxyFailure>(causes) {
            Some(proxy) => {
                // The tunnel's error type is private, so only its text identifies it.
                let wants_password = texts.iter().any(|text| text.contains("proxy authorization required"));
                Self::Proxy { variable: proxy.variable, wants_password }
            }
            None => Self::Network,
        }
    }

    /// One thing that the user can do.
    pub fn hint(&self) -> String {
        let text = match self {
            Self::NoCertificates => {
                "install the package `ca-certificates`, or set AWS_CA_BUNDLE to a bundle of CA certificates"
            }
            Self::UnknownIssuer => {
                "if a proxy or firewall here inspects TLS, set AWS_CA_BUNDLE or `ca_bundle` of the profile to the file with \
                 its CA certificate; otherwise check the endpoint"
            }
            Self::CertificateTime => {
                "check the clock of this computer, then the certificate of the endpoint or the proxy"
            }
            Self::CertificateName => {
                "check AWS_ENDPOINT_URL, the region and whether another server answers in place of AWS"
            }
            Self::Tls => {
                "check AWS_ENDPOINT_URL and HTTPS_PROXY: the server that answered does not use TLS like AWS"
            }
            Self::Proxy { variable, wants_password: true } => {
                return format!("put the user and password into {variable}: http://user:password@host:port");
            }
            Self::Proxy { variable, .. } => {
                return format!(
                    "check the proxy in {variable} (hosts in NO_PROXY are reached without it), then run the same command \
                     again: it continues"
                );
            }
            Self::Settings => {
                "correct the region, AWS_ENDPOINT_URL, AWS_USE_FIPS_ENDPOINT or AWS_USE_DUALSTACK_ENDPOINT"
            }
            Self::Network => {
                "check the network, the region and AWS_ENDPOINT_URL, then run the same command again: it continues"
            }
        };
        text.to_owned()
    }
}

fn tls(error: &TlsError) -> ConnectionProblem {
    let TlsError::InvalidCertificate(reason) = error else { return ConnectionProblem::Tls };
    match reason {
        CertificateError::UnknownIssuer | CertificateError::BadSignature => ConnectionProblem::UnknownIssuer,
        CertificateError::Expired
        | CertificateError::ExpiredContext { .. }
        | CertificateError::NotValidYet
        | CertificateError::NotValidYetContext { .. } => ConnectionProblem::CertificateTime,
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            ConnectionProblem::CertificateName
        }
        _ => ConnectionProblem::UnknownIssuer,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::causes::causes;

    #[test]
    fn each_reason_of_the_tls_library_has_its_problem() {
        for (reason, expected) in [
            (CertificateError::UnknownIssuer, ConnectionProblem::UnknownIssuer),
            (CertificateError::Expired, ConnectionProblem::CertificateTime),
            (CertificateError::NotValidYet, ConnectionProblem::CertificateTime),
            (CertificateError::NotValidForName, ConnectionProblem::CertificateName),
        ] {
            let wrapped = std::io::Error::other(std::io::Error::new(
                std::io::ErrorKind::InvalidData,
                TlsError::InvalidCertificate(reason),
            ));
            assert_eq!(ConnectionProblem::of(&causes(&wrapped)), expected);
        }
        let plain = std::io::Error::new(std::io::ErrorKind::InvalidData, TlsError::HandshakeNotComplete);
        assert_eq!(ConnectionProblem::of(&causes(&plain)), ConnectionProblem::Tls);
        assert_eq!(ConnectionProblem::of(&causes(&std::io::Error::other("no"))), ConnectionProblem::Network);
    }
}

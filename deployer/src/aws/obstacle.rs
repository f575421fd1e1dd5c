//! Why no answer came, as far as it shows, and what to do about it.

use std::error::Error as StdError;

use rustls::{CertificateError, Error as TlsError};

use super::chain::find;
use super::http_client::{NoCertificates, ProxyFailure};

/// What keeps this machine from an answer of AWS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Obstacle {
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
    /// The proxy that a variable names.
    Proxy { variable: &'static str, wants_password: bool },
    /// The settings contradict each other: there is no endpoint to call.
    Settings,
    /// Nothing more is known.
    Network,
}

/// How the rules of AWS's endpoints begin or end when they refuse settings.
const REFUSED_SETTINGS: [&str; 2] = ["Invalid Configuration", "this partition does not support"];

impl Obstacle {
    /// Looks through an error's causes.
    pub fn of(causes: &[&(dyn StdError + 'static)]) -> Self {
        if find::<NoCertificates>(causes).is_some() {
            return Self::NoCertificates;
        }
        if let Some(error) = find::<TlsError>(causes) {
            return tls(error);
        }
        // The type is private to the SDK; the text is that of AWS's rules.
        let texts: Vec<String> = causes.iter().map(ToString::to_string).collect();
        if texts.iter().any(|text| REFUSED_SETTINGS.iter().any(|words| text.contains(words))) {
            return Self::Settings;
        }
        match find::<ProxyFailure>(causes) {
            Some(proxy) => {
                // The tunnel's own error type is private; its text is all that there is.
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
                "install the package `ca-certificates`, or name a bundle of CA certificates in AWS_CA_BUNDLE"
            }
            Self::UnknownIssuer => {
                "if a proxy or firewall here inspects TLS, name the file with its CA certificate in AWS_CA_BUNDLE or in \
                 the profile's `ca_bundle`; otherwise check where the endpoint leads"
            }
            Self::CertificateTime => {
                "check this computer's clock, then the certificate of the endpoint or the proxy"
            }
            Self::CertificateName => {
                "check AWS_ENDPOINT_URL, the region and what answers in place of AWS here"
            }
            Self::Tls => {
                "check AWS_ENDPOINT_URL and HTTPS_PROXY: what answered does not speak TLS as AWS does"
            }
            Self::Proxy { variable, wants_password: true } => {
                return format!("put the user and password into {variable}: http://user:password@host:port");
            }
            Self::Proxy { variable, .. } => {
                return format!(
                    "check the proxy in {variable}; hosts in NO_PROXY are reached without it; then run the same command \
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

fn tls(error: &TlsError) -> Obstacle {
    let TlsError::InvalidCertificate(reason) = error else { return Obstacle::Tls };
    match reason {
        CertificateError::UnknownIssuer | CertificateError::BadSignature => Obstacle::UnknownIssuer,
        CertificateError::Expired
        | CertificateError::ExpiredContext { .. }
        | CertificateError::NotValidYet
        | CertificateError::NotValidYetContext { .. } => Obstacle::CertificateTime,
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            Obstacle::CertificateName
        }
        _ => Obstacle::UnknownIssuer,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::chain::causes;

    #[test]
    fn a_certificate_is_judged_by_its_reason() {
        for (reason, expected) in [
            (CertificateError::UnknownIssuer, Obstacle::UnknownIssuer),
            (CertificateError::Expired, Obstacle::CertificateTime),
            (CertificateError::NotValidYet, Obstacle::CertificateTime),
            (CertificateError::NotValidForName, Obstacle::CertificateName),
        ] {
            let wrapped = std::io::Error::other(std::io::Error::new(
                std::io::ErrorKind::InvalidData,
                TlsError::InvalidCertificate(reason),
            ));
            assert_eq!(Obstacle::of(&causes(&wrapped)), expected);
        }
        let plain = std::io::Error::new(std::io::ErrorKind::InvalidData, TlsError::HandshakeNotComplete);
        assert_eq!(Obstacle::of(&causes(&plain)), Obstacle::Tls);
        assert_eq!(Obstacle::of(&causes(&std::io::Error::other("no"))), Obstacle::Network);
    }
}

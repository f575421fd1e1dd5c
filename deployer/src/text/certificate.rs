//! A server's certificate on one line: its issuer, names and expiry.

use std::net::Ipv4Addr;

use jiff::Timestamp;
use x509_parser::prelude::{FromDer as _, GeneralName, X509Certificate};

/// `issued by R11 (Let's Encrypt) for plex.example.com and 2 more, until 2027-01-02`
pub fn described(der: &[u8]) -> Option<String> {
    let (_, certificate) = X509Certificate::from_der(der).ok()?;
    let text = |value: Option<&str>| value.map(clean).unwrap_or_default();
    let issuer = certificate.issuer();
    let name = text(issuer.iter_common_name().next().and_then(|name| name.as_str().ok()));
    let organization = text(issuer.iter_organization().next().and_then(|name| name.as_str().ok()));
    let issuer = match (name.is_empty(), organization.is_empty()) {
        (false, false) => format!("{name} ({organization})"),
        (false, true) => name,
        (true, false) => organization,
        (true, true) => "an unnamed authority".to_owned(),
    };
    let until = Timestamp::from_second(certificate.validity().not_after.timestamp()).ok()?;
    Some(format!("issued by {issuer} for {}, until {}", names(&certificate), until.strftime("%Y-%m-%d")))
}

fn names(certificate: &X509Certificate<'_>) -> String {
    let alternative = certificate.subject_alternative_name().ok().flatten();
    let names: Vec<String> = alternative
        .iter()
        .flat_map(|names| &names.value.general_names)
        .filter_map(|name| match name {
            GeneralName::DNSName(name) => Some(clean(name)),
            GeneralName::IPAddress(address) => {
                <[u8; 4]>::try_from(*address).ok().map(|address| Ipv4Addr::from(address).to_string())
            }
            _ => None,
        })
        .collect();
    match names.as_slice() {
        [] => "no name".to_owned(),
        [only] => only.clone(),
        [first, others @ ..] => format!("{first} and {} more", others.len()),
    }
}

/// Remove control characters: the text comes from the server and is not trusted.
fn clean(text: &str) -> String {
    plexmon_function::text::single_line(text, 60)
}

//! Certificates in `ca_file`, as the function receives them.

use std::sync::Arc;

use plexmon_function::contract::secrets::TargetSecrets;
use plexmon_function::contract::settings::Target;
use plexmon_function::probe::{Cause, Observation, Tls, probe};
use plexmon_testing::certificates::{Authority, server_config};
use rcgen::{BasicConstraints, Certificate, CertificateParams, DnType, IsCa, KeyPair};
use rustls::ServerConfig;

use crate::fixtures;
use crate::server::{Server, http};

const GOOD: &str = r#"<MediaContainer size="0" machineIdentifier="abc" version="1"/>"#;

/// A certificate as `openssl req -x509` makes it: both a CA and the server's own.
fn self_issued(names: &[&str], common_name: &str, until: i32) -> (Certificate, Arc<ServerConfig>) {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut params = CertificateParams::new(names).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, common_name);
    params.not_before = rcgen::date_time_ymd(2020, 1, 1);
    params.not_after = rcgen::date_time_ymd(until, 6, 30);
    let key = KeyPair::generate().unwrap();
    let certificate = params.self_signed(&key).unwrap();
    let config = server_config(certificate.der().clone(), &key);
    (certificate, config)
}

async fn observe(config: Arc<ServerConfig>, ca_pem: String) -> Observation {
    let server = Server::start_tls(&[http("200 OK", "", GOOD)], config).await;
    let ca_pem = Some(ca_pem);
    let target = Target { url: server.https("localhost"), ca_pem, timeout_s: 5, ..fixtures::target("plex") };
    probe(&target, &TargetSecrets::default(), &Tls::new().unwrap()).await
}

#[tokio::test]
async fn the_servers_own_certificate_is_trusted_for_its_names_and_validity() {
    for (names, common_name, until, why) in [
        (&["localhost"][..], "anything", 2049, None),
        (&["plex.example.com", "localhost"], "anything", 2049, None),
        (&[], "localhost", 2049, None),
        (&[], "plex.example.com", 2049, Some("certificate is not valid for localhost")),
        (&["plex.example.com"], "localhost", 2049, Some("certificate is not valid for localhost")),
        (&["localhost"], "localhost", 2024, Some("certificate expired on 2024-06-30")),
    ] {
        let (certificate, side) = self_issued(names, common_name, until);
        let observation = observe(side, certificate.pem()).await;
        let found = observation.failed.as_ref().map(|failed| failed.why.as_str());
        assert_eq!(found, why, "{names:?} {common_name}");
        assert_eq!(observation.cause(), why.map(|_| Cause::Certificate));
    }
}

#[tokio::test]
async fn only_exactly_that_certificate_is_trusted() {
    let (_, side) = self_issued(&["localhost"], "home", 2049);
    let (other, _) = self_issued(&["localhost"], "home", 2049);
    let observation = observe(side, other.pem()).await;
    assert_eq!(observation.cause(), Some(Cause::Certificate), "{observation:?}");
}

#[tokio::test]
async fn several_certificates_may_be_listed() {
    let authority = Authority::new();
    let (own, side) = self_issued(&["localhost"], "home", 2049);
    let both = format!("{}{}", authority.pem(), own.pem());
    assert!(observe(side, both.clone()).await.ok);
    assert!(observe(authority.server("localhost", 2049), both).await.ok);
}

#[tokio::test]
async fn a_listed_certificate_needs_no_authority() {
    let authority = Authority::new();
    let (leaf, key) = authority.certificate(&["localhost"], 2049);
    let alone = leaf.pem();
    let side = server_config(leaf.der().clone(), &key);
    let observation = observe(side, alone).await;
    assert!(observation.ok, "{observation:?}");
    assert_eq!(
        observation.certificate_expires.zip(observation.certificate_begins),
        Some((2_508_624_000, 1_577_836_800))
    );
}

//! Certificates, and servers without TLS.

use plexmon_function::contract::secrets::TargetSecrets;
use plexmon_function::contract::settings::Target;
use plexmon_function::probe::{LinkName, Tls, probe};
use plexmon_testing::certificates::{Authority, self_signed};

use super::{GOOD, assert_failed, observe, target};
use crate::server::{Answer, Server, http};

#[tokio::test]
async fn a_certificate_of_the_targets_own_authority_is_trusted() {
    let authority = Authority::new();
    let server = Server::start_tls(&[http("200 OK", "", GOOD)], authority.server("localhost", 2049)).await;
    let trusting = Target { ca_pem: Some(authority.pem()), ..target(server.https("localhost")) };
    let observation = observe(&trusting).await;
    assert!(observation.ok, "{observation:?}");
    assert_eq!(observation.certificate_expires, Some(2_508_624_000), "2049-06-30");
    assert_eq!(observation.links[2].detail, "TLS 1.3, certificate until 2049-06-30");
    let distrusting = Target { ca_pem: None, ..trusting.clone() };
    let untrusted = "certificate is not signed by a trusted authority";
    assert_failed(&observe(&distrusting).await, LinkName::Tls, untrusted);
    let other = Target { ca_pem: Some(Authority::new().pem()), ..trusting.clone() };
    assert!(observe(&other).await.failed.unwrap().why.starts_with("certificate is not "));
    let corrupt = Target { ca_pem: Some("-----BEGIN".to_owned()), ..trusting };
    assert_failed(&observe(&corrupt).await, LinkName::Tls, "the configured CA certificate cannot be read");
}

#[tokio::test]
async fn invalid_certificates_are_distinguished() {
    let authority = Authority::new();
    for (config, why) in [
        (authority.server("localhost", 2024), "certificate expired on 2024-06-30"),
        (authority.server("plex.example.com", 2049), "certificate is not valid for localhost"),
        (self_signed("localhost"), "certificate is not signed by a trusted authority"),
    ] {
        let server = Server::start_tls(&[http("200 OK", "", GOOD)], config).await;
        let observation =
            observe(&Target { ca_pem: Some(authority.pem()), ..target(server.https("localhost")) }).await;
        assert_failed(&observation, LinkName::Tls, why);
        assert!(server.requests().is_empty(), "nothing was sent over it");
    }
}

#[tokio::test]
async fn a_server_without_tls_is_reported() {
    let plain = Server::start(&[Answer::Immediately(b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec())]).await;
    let observation = observe(&target(plain.https("localhost"))).await;
    assert_failed(&observation, LinkName::Tls, "the server does not speak TLS on this port");
}

#[tokio::test]
async fn every_probe_opens_a_new_connection() {
    let authority = Authority::new();
    let keep = "connection: keep-alive\r\n";
    let server = Server::start_tls(&[http("200 OK", keep, GOOD)], authority.server("localhost", 2049)).await;
    let target = Target { ca_pem: Some(authority.pem()), ..target(server.https("localhost")) };
    let tls = Tls::new().unwrap();
    for _ in 0..2 {
        let observation = probe(&target, &TargetSecrets::default(), &tls).await;
        assert!(observation.ok && observation.certificate_expires.is_some(), "{observation:?}");
    }
    assert_eq!(server.requests().len(), 2);
}

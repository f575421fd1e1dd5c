//! Ports: open ones, with TLS or a greeting, and closed ones.

use plexmon_function::contract::settings::{Expect, Protocol, Target};
use plexmon_function::probe::{Cause, LinkName, Observation, Verdict};
use plexmon_testing::certificates::Authority;

use super::{assert_failed, observe, target};
use crate::server::{Answer, Server, refusing, silent};

fn port(address: std::net::SocketAddr) -> Target {
    Target {
        protocol: Protocol::Tcp { tls: false },
        contains: None,
        status: Vec::new(),
        timeout_s: 2,
        ..target(format!("tcp://{address}"))
    }
}

fn greeting(address: std::net::SocketAddr, text: &str) -> Target {
    Target { contains: Some(text.to_owned()), ..port(address) }
}

fn links(observation: &Observation) -> Vec<LinkName> {
    observation.links.iter().map(|link| link.name).collect()
}

#[tokio::test]
async fn an_open_port_is_up_without_any_request() {
    let server = Server::start(&[Answer::Hang(Vec::new())]).await;
    let observation = observe(&port(server.address)).await;
    assert!(observation.ok && observation.http.is_none(), "{observation:?}");
    assert_eq!(links(&observation), [LinkName::Dns, LinkName::Tcp]);
    assert_eq!(server.requests_once(1).await, [""], "nothing was sent");
    let (_reserved, address) = refusing();
    assert_failed(&observe(&port(address)).await, LinkName::Tcp, "connection refused");
}

#[tokio::test]
async fn the_certificate_of_a_port_with_tls_is_verified() {
    let authority = Authority::new();
    let server = Server::start_tls(&[Answer::Hang(Vec::new())], authority.server("localhost", 2049)).await;
    let url = format!("tcp://localhost:{}", server.address.port());
    let protocol = Protocol::Tcp { tls: true };
    let target = Target { url, protocol, ca_pem: Some(authority.pem()), ..port(server.address) };
    let observation = observe(&target).await;
    assert!(observation.ok, "{observation:?}");
    assert_eq!(observation.certificate_expires, Some(2_508_624_000), "2049-06-30");
    assert_eq!(links(&observation), [LinkName::Dns, LinkName::Tcp, LinkName::Tls]);
    let untrusted = observe(&Target { ca_pem: None, ..target.clone() }).await;
    assert_failed(&untrusted, LinkName::Tls, "certificate is not signed by a trusted authority");
    let expired = Server::start_tls(&[Answer::Hang(Vec::new())], authority.server("localhost", 2024)).await;
    let url = format!("tcp://localhost:{}", expired.address.port());
    let why = "certificate expired on 2024-06-30";
    assert_failed(&observe(&Target { url, ..target }).await, LinkName::Tls, why);
}

/// A server that insists on its own protocol in TLS ends the handshake when a client offers only another one.
#[tokio::test]
async fn a_port_with_tls_is_not_asked_for_http() {
    let authority = Authority::new();
    let mut config = (*authority.server("localhost", 2049)).clone();
    config.alpn_protocols = vec![b"imap".to_vec()];
    let server = Server::start_tls(&[Answer::Immediately(b"* OK ready\r\n".to_vec())], config.into()).await;
    let target = Target {
        url: format!("tcp://localhost:{}", server.address.port()),
        protocol: Protocol::Tcp { tls: true },
        ca_pem: Some(authority.pem()),
        ..greeting(server.address, "OK")
    };
    let observation = observe(&target).await;
    assert!(observation.ok, "{observation:?}");
    assert_eq!(observation.links[2].detail, "TLS 1.3, certificate until 2049-06-30, `* OK ready`");
    let http = Target { url: server.https("localhost"), protocol: Protocol::Http, ..target };
    assert_failed(&observe(&http).await, LinkName::Tls, "the server supports only HTTP/2");
}

#[tokio::test]
async fn the_greeting_of_a_server_is_searched() {
    let ssh = Server::start(&[Answer::Immediately(b"SSH-2.0-OpenSSH_9.6\r\n".to_vec())]).await;
    let observation = observe(&greeting(ssh.address, "SSH-2.0")).await;
    assert!(observation.ok, "{observation:?}");
    assert_eq!(observation.links[1].detail, format!("{}, `SSH-2.0-OpenSSH_9.6`", ssh.address));
    let other = Server::start(&[Answer::Immediately(b"220 \x1b[31mmail\r\nmore\r\n".to_vec())]).await;
    let why = "the server sends `220  [31mmail`, which does not contain `SSH-2.0`";
    assert_failed(&observe(&greeting(other.address, "SSH-2.0")).await, LinkName::Tcp, why);
    let none = Server::start(&[Answer::Immediately(Vec::new())]).await;
    let why = "the server does not send anything";
    let observation = observe(&Target { timeout_s: 1, ..greeting(none.address, "SSH-2.0") }).await;
    assert_failed(&observation, LinkName::Tcp, why);
    assert_eq!(observation.cause(), Some(Cause::Timeout), "it accepts connections");
}

#[tokio::test]
async fn a_greeting_without_end_is_cut() {
    let endless = Answer::Immediately(b"x".repeat(1 << 20));
    let server = Server::start(&[endless]).await;
    let observation = observe(&greeting(server.address, "SSH-2.0")).await;
    let failure = observation.failed.unwrap();
    assert_eq!((failure.cause, failure.link), (Cause::Condition, LinkName::Tcp));
    assert!(failure.why.ends_with("…`, which does not contain `SSH-2.0`"), "{}", failure.why);
}

#[tokio::test]
async fn a_port_that_must_be_closed_may_refuse_or_be_silent() {
    let closed =
        |address| Target { expect: Expect::Refusal, app: "port 22 of h".to_owned(), ..port(address) };
    let (_reserved, address) = refusing();
    let observation = observe(&closed(address)).await;
    assert!(observation.ok && !observation.is_silent, "{observation:?}");
    assert_eq!(observation.links[1].detail, "refuses connections, as expected");
    let (_connections, address) = silent().await;
    let observation = observe(&Target { timeout_s: 1, ..closed(address) }).await;
    assert!(observation.is_silent, "{observation:?}");
    let server = Server::start(&[Answer::Hang(Vec::new())]).await;
    let open = observe(&closed(server.address)).await;
    assert_failed(&open, LinkName::Tcp, "port 22 of h accepts connections");
    assert_eq!((open.verdict(), open.cause()), (Verdict::Down, Some(Cause::Exposed)));
    let nowhere = Target { url: "tcp://does-not-exist.invalid:22".to_owned(), ..closed(address) };
    assert_eq!(observe(&nowhere).await.verdict(), Verdict::Unknown, "a name proves nothing");
}

//! Registries, whose answers may be anything.

use std::time::Duration;

use plexmon_function::contract::settings::DomainSettings;
use plexmon_function::contract::state::DomainStatus;
use plexmon_function::probe::{Registration, Tls, ask_registry};
use tokio::time::Instant;

use crate::server::{Answer, Server, http, refusing};

const GOOD: &str = r#"{"objectClassName":"domain","ldhName":"example.com","status":["server hold"],
    "events":[{"eventAction":"expiration","eventDate":"2026-12-10T00:00:00Z"}]}"#;

async fn asked(rdap: String) -> Option<Registration> {
    let domain = DomainSettings { name: "example.com".to_owned(), rdap };
    ask_registry(&domain, &Tls::new().unwrap(), Instant::now() + Duration::from_secs(1)).await
}

#[tokio::test]
async fn the_answer_of_a_registry_is_read() {
    let server = Server::start(&[http("200 OK", "", GOOD)]).await;
    let expected = Registration { expires: Some(1_796_860_800), status: Some(DomainStatus::ServerHold) };
    assert_eq!(asked(server.url()).await, Some(expected));
    let request = server.requests().remove(0);
    assert!(request.contains("accept: application/rdap+json\r\n"), "{request}");
    let location = format!("location: {}\r\n", server.url());
    let other = Server::start(&[http("302 Found", &location, "")]).await;
    assert_eq!(asked(other.url()).await, Some(expected), "a redirect is followed");
}

#[tokio::test]
async fn anything_else_is_no_answer() {
    let (_reserved, address) = refusing();
    assert_eq!(asked(format!("http://{address}/")).await, None);
    for bad in [
        http("404 Not Found", "", "{\"errorCode\":404}"),
        http("403 Forbidden", "", GOOD),
        http("429 Too Many Requests", "retry-after: 60\r\n", ""),
        http("200 OK", "", "<html>example.com</html>"),
        http("200 OK", "", &GOOD.replace("example.com", "example.net")),
        http("200 OK", "", &format!("{GOOD}{}", " ".repeat(100_000))),
        http("302 Found", "location: /elsewhere\r\n", ""),
        http("302 Found", "", ""),
        Answer::Endless(b"HTTP/1.1 200 OK\r\n\r\n".to_vec(), b"[".repeat(1000)),
        Answer::Hang(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{".to_vec()),
        Answer::Hang(Vec::new()),
        Answer::Reset,
    ] {
        let server = Server::start(&[bad]).await;
        assert_eq!(asked(server.url()).await, None);
    }
}

#[tokio::test]
async fn a_circle_of_redirects_ends() {
    let (socket, address) = refusing();
    drop(socket);
    let listener = tokio::net::TcpListener::bind(address).await.unwrap();
    let count = tokio::spawn(async move {
        for count in 0.. {
            let accepted = tokio::time::timeout(Duration::from_millis(500), listener.accept()).await;
            let Ok(Ok((mut stream, _))) = accepted else { return count };
            crate::server::read_request(&mut stream).await;
            let response = format!(
                "HTTP/1.1 302 Found\r\nconnection: close\r\nlocation: http://{address}/\r\ncontent-length: 0\r\n\r\n"
            );
            let _ = tokio::io::AsyncWriteExt::write_all(&mut stream, response.as_bytes()).await;
        }
        0
    });
    assert_eq!(asked(format!("http://{address}/")).await, None);
    assert_eq!(count.await.unwrap(), 3, "two redirects are followed");
}

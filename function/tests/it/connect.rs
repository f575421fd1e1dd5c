//! Connections and requests: several addresses, and a second attempt if nothing was sent.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt, Full};
use plexmon_function::connect::{ConnectError, Link, connect_to_any};
use plexmon_function::http::{Http, SendError};
use plexmon_function::probe::Tls;
use plexmon_testing::certificates::{Authority, self_signed};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio::time::sleep;

use crate::channels::soon;
use crate::server::{Server, http, read_request, refusing};

fn client() -> Http {
    Http::new(&Tls::new().unwrap())
}

fn get(address: SocketAddr) -> Request<Full<Bytes>> {
    Request::get(format!("http://{address}/x")).body(Full::default()).unwrap()
}

#[tokio::test]
async fn an_address_that_fails_at_tls_is_skipped() {
    let authority = Authority::new();
    let tls = Tls::new().unwrap().client(Some(&authority.pem())).unwrap();
    let good = Server::start_tls(&[http("200 OK", "", "")], authority.server("localhost", 2050)).await;
    let untrusted = Server::start_tls(&[http("200 OK", "", "")], self_signed("localhost")).await;
    let (good, untrusted) = (good.address, untrusted.address);
    for addresses in [vec![good], vec![untrusted, good], vec![untrusted, untrusted, good]] {
        let link = connect_to_any(addresses, "localhost", Some(&tls)).await;
        assert!(matches!(link, Ok(Link::Secure(_))), "{link:?}");
    }
    let ConnectError(why) = connect_to_any(vec![untrusted], "localhost", Some(&tls)).await.unwrap_err();
    assert!(why.starts_with("invalid peer certificate"), "{why}");
    let none = connect_to_any(Vec::new(), "localhost", None).await.unwrap_err();
    assert_eq!(none, ConnectError("its host name has no address".to_owned()));
}

/// The clock is paused: it advances when all tasks wait.
#[tokio::test(start_paused = true)]
async fn a_request_that_was_not_sent_is_sent_once_more() {
    let (socket, address) = refusing();
    let serve = async {
        // After the first attempt, which was refused.
        sleep(Duration::from_millis(100)).await;
        let listener = socket.listen(8).unwrap();
        let (mut stream, _) = listener.accept().await.unwrap();
        let request = read_request(&mut stream).await;
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").await.unwrap();
        request
    };
    let client = client();
    let served = async { Ok(serve.await) };
    let (answer, request) = tokio::try_join!(client.send(get(address), soon()), served).unwrap();
    assert_eq!(answer.status(), 200);
    assert!(request.starts_with("GET /x HTTP/1.1"), "{request}");
}

#[tokio::test]
async fn a_reused_connection_that_was_closed_is_not_a_failure() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let client = client();
    for _ in 0..3 {
        let serve = async {
            // Announces keep-alive and closes the connection.
            let (mut stream, _) = listener.accept().await.unwrap();
            read_request(&mut stream).await;
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").await.unwrap();
            stream.shutdown().await.unwrap();
        };
        let (answer, ()) = tokio::join!(client.send(get(address), soon()), serve);
        let body = answer.unwrap().into_body().collect().await.unwrap().to_bytes();
        assert_eq!(body, "ok");
    }
}

#[tokio::test]
async fn a_server_that_refuses_twice_fails() {
    let (_reserved, address) = refusing();
    let failed = client().send(get(address), soon()).await.unwrap_err();
    assert_eq!(failed, SendError::NotSent("connection refused".to_owned()));
}

//! What all channels that speak HTTP have in common: what an answer's status means, and what it means to get none.

use plexmon_function::notify::Delivery;
use plexmon_function::secrets::ChannelSecrets;
use tokio::net::TcpListener;

use super::{ALL, at, channel, later, message, refused, send};
use crate::server::{Answer, Server, http};

/// These addresses are secrets: where nothing is, the secret is wrong.
fn has_secret_address(service: &str) -> bool {
    ["Discord", "Slack", "the webhook"].contains(&service)
}

#[tokio::test]
async fn the_status_decides() {
    for (service, setup) in ALL {
        for status in [200, 201, 204] {
            let answer = http(&format!("{status} Good"), "", "");
            assert_eq!(send(setup, answer, &message()).await, Delivery::Delivered, "{service} {status}");
        }
        for status in [302, 408, 429, 500, 503, 507] {
            let answer = http(&format!("{status} Bad"), "location: /\r\nretry-after: 9\r\n", "<html>");
            let expected = later(&format!("{service} answered HTTP {status}"), false);
            assert_eq!(send(setup, answer, &message()).await, expected);
        }
        for status in [400, 401, 403, 404, 410, 413, 422] {
            let blames = match status {
                401 | 403 => true,
                404 | 410 => has_secret_address(service),
                _ => false,
            };
            let expected = refused(&format!("{service} answered HTTP {status}"), blames);
            assert_eq!(send(setup, http(&format!("{status} Bad"), "", "<html>"), &message()).await, expected);
        }
    }
}

#[tokio::test]
async fn an_answer_need_not_be_read_to_its_end() {
    for (service, setup) in ALL {
        let taken = Answer::Hang(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n".to_vec());
        assert_eq!(send(setup, taken, &message()).await, Delivery::Delivered, "{service}");
        let expected = refused(&format!("{service} answered HTTP 400"), false);
        let endless = Answer::Endless(b"HTTP/1.1 400 Bad\r\n\r\n".to_vec(), vec![b'x'; 4096]);
        assert_eq!(send(setup, endless, &message()).await, expected);
        let torn = Answer::Bytes(b"HTTP/1.1 400 Bad\r\ncontent-length: 99\r\n\r\n{\"error\"".to_vec());
        assert_eq!(send(setup, torn, &message()).await, expected);
    }
}

#[tokio::test]
async fn a_lost_answer_proves_nothing() {
    for (service, setup) in ALL {
        let lost = later(&format!("{service}'s answer was lost"), true);
        for answer in [Answer::Bytes(Vec::new()), Answer::Reset, Answer::Bytes(b"SSH-2.0\r\n\r\n".to_vec())] {
            assert_eq!(send(setup, answer, &message()).await, lost);
        }
    }
}

#[tokio::test]
async fn what_never_left_has_not_arrived() {
    for (service, setup) in ALL {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (kind, secrets) = setup(&format!("http://{}", listener.local_addr().unwrap()));
        drop(listener);
        let expected = later(&format!("no connection to {service}"), false);
        assert_eq!(channel(kind).send(&message(), &secrets).await, expected);
    }
}

#[tokio::test]
async fn without_secrets_nothing_is_sent_yet() {
    for (service, setup) in ALL {
        let server = Server::start(&[http("200 OK", "", "{}")]).await;
        let (kind, all) = setup(&at(&server));
        let channel = channel(kind);
        for missing in all.keys() {
            let rest: ChannelSecrets = all.clone().into_iter().filter(|(name, _)| name != missing).collect();
            let expected = later(&format!("there is no {missing} for {service} among the secrets"), false);
            assert_eq!(channel.send(&message(), &rest).await, expected);
        }
        assert!(server.requests().is_empty());
    }
}

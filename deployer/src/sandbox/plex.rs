//! A stand-in for a Plex server: it answers `/identity`, and can be broken and repaired.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use hyper::StatusCode;

use super::http::{Reply, Server, reply};
use crate::error::Result;

const IDENTITY: &str = concat!(
    r#"<?xml version="1.0" encoding="UTF-8"?>"#,
    "\n",
    r#"<MediaContainer size="0" claimed="1" machineIdentifier="5a7db0c5a7db0c5a7db0c5a7db0c5a7db0c5a7db" "#,
    r#"version="1.42.2.10156-f737b826c">"#,
    "\n</MediaContainer>\n",
);

/// The answer of a reverse proxy when the Plex behind it is not running.
const BAD_GATEWAY: &str = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n\
    <center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n";

/// A Plex server, as it appears from outside without a token.
#[derive(Debug)]
pub struct PlexStandIn {
    server: Server,
    state: Arc<State>,
}

#[derive(Debug, Default)]
struct State {
    broken: AtomicBool,
    requests: AtomicUsize,
}

impl PlexStandIn {
    /// Start a healthy server on a free loopback port.
    pub async fn start() -> Result<Self> {
        let state = Arc::new(State::default());
        let answering = Arc::clone(&state);
        let server = Server::start(move |request| answering.answer(request.uri().path())).await?;
        Ok(Self { server, state })
    }

    /// The address without a path, as a user writes it.
    pub fn url(&self) -> &str {
        self.server.url()
    }

    /// Answer as if Plex were stopped and only the proxy in front of it were running.
    pub fn break_it(&self) {
        self.state.broken.store(true, Ordering::SeqCst);
    }

    /// Answer as a healthy server again.
    pub fn repair(&self) {
        self.state.broken.store(false, Ordering::SeqCst);
    }

    /// The number of requests so far, while broken or not.
    pub fn requests(&self) -> usize {
        self.state.requests.load(Ordering::SeqCst)
    }
}

impl State {
    fn answer(&self, path: &str) -> Reply {
        self.requests.fetch_add(1, Ordering::SeqCst);
        if self.broken.load(Ordering::SeqCst) {
            return reply(StatusCode::BAD_GATEWAY, "text/html", BAD_GATEWAY);
        }
        match path {
            "/identity" => reply(StatusCode::OK, "text/xml;charset=utf-8", IDENTITY),
            // All other paths need a token.
            _ => reply(
                StatusCode::UNAUTHORIZED,
                "text/html",
                "<html><body><h1>401 Unauthorized</h1></body></html>",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::http::client::ask;
    use super::*;

    #[tokio::test]
    async fn it_is_healthy_then_broken_then_repaired() {
        let plex = PlexStandIn::start().await.unwrap();
        let identity = format!("{}/identity", plex.url());

        let (status, body) = ask("GET", &identity, "", "").await;
        assert_eq!(status, 200);
        assert!(body.contains("machineIdentifier="), "{body}");

        plex.break_it();
        let (status, body) = ask("GET", &identity, "", "").await;
        assert_eq!(status, 502);
        assert!(!body.contains("machineIdentifier="), "{body}");

        plex.repair();
        assert_eq!(ask("GET", &identity, "", "").await.0, 200);
        assert_eq!(ask("GET", &format!("{}/", plex.url()), "", "").await.0, 401);
        assert_eq!(plex.requests(), 4);
    }

    #[tokio::test]
    async fn it_stops_listening_when_it_is_dropped() {
        let plex = PlexStandIn::start().await.unwrap();
        let address = plex.url().strip_prefix("http://").unwrap().to_owned();
        drop(plex);
        let mut refused = false;
        for _ in 0..100 {
            refused |= tokio::net::TcpStream::connect(&address).await.is_err();
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
        assert!(refused);
    }
}

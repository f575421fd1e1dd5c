//! A stand-in for a Plex server: it answers `/identity`, and can be broken and mended.

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

/// What a reverse proxy in front of Plex says when Plex is not running.
const BAD_GATEWAY: &str = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n\
    <center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n";

/// A Plex server, as far as one can tell from outside without a token.
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
    /// Starts a healthy one on a free port of the loopback device.
    pub async fn start() -> Result<Self> {
        let state = Arc::new(State::default());
        let answering = Arc::clone(&state);
        let server = Server::start(move |request| answering.answer(request.uri().path())).await?;
        Ok(Self { server, state })
    }

    /// Without a path, as a user writes it.
    pub fn url(&self) -> &str {
        self.server.url()
    }

    /// From now on it looks as if Plex were stopped and only the proxy in front of it ran.
    pub fn break_it(&self) {
        self.state.broken.store(true, Ordering::SeqCst);
    }

    /// From now on it is healthy.
    pub fn mend(&self) {
        self.state.broken.store(false, Ordering::SeqCst);
    }

    /// How often it was asked for anything, broken or not.
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
            // All else needs a token.
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
    async fn it_is_healthy_then_broken_then_mended() {
        let plex = PlexStandIn::start().await.unwrap();
        let identity = format!("{}/identity", plex.url());

        let (status, body) = ask("GET", &identity, "", "").await;
        assert_eq!(status, 200);
        assert!(body.contains("machineIdentifier="), "{body}");

        plex.break_it();
        let (status, body) = ask("GET", &identity, "", "").await;
        assert_eq!(status, 502);
        assert!(!body.contains("machineIdentifier="), "{body}");

        plex.mend();
        assert_eq!(ask("GET", &identity, "", "").await.0, 200);
        assert_eq!(ask("GET", &format!("{}/", plex.url()), "", "").await.0, 401);
        assert_eq!(plex.requests(), 4);
    }

    #[tokio::test]
    async fn when_dropped_nobody_listens_any_more() {
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

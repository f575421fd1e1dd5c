//! A stand-in for Cloudflare's edge, with Access and a tunnel: it responds as documented, or forwards to the home's nginx.

use std::sync::{Arc, Mutex};

use plexmon_testing::certificates::Authority;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use super::apps::is_behind_access;
use super::net::{LAST_YEAR, TOKEN_ID, TOKEN_SECRET, Trouble, http};
use crate::server::read_request;

/// Start it in front of this port of nginx, and return its port. It runs until the test's runtime ends.
pub fn start(authority: &Authority, nginx: u16, trouble: &Arc<Mutex<Trouble>>) -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let listener = TcpListener::from_std(listener).unwrap();
    let port = listener.local_addr().unwrap().port();
    let acceptor = TlsAcceptor::from(authority.server("127.0.0.1", LAST_YEAR));
    let trouble = Arc::clone(trouble);
    tokio::spawn(async move {
        loop {
            let (tcp, _) = listener.accept().await.unwrap();
            let (acceptor, trouble) = (acceptor.clone(), Arc::clone(&trouble));
            tokio::spawn(async move {
                let Ok(mut session) = acceptor.accept(tcp).await else { return };
                let request = read_request(&mut session).await;
                let own = own_answer(&request, &trouble.lock().unwrap());
                let answer = match own {
                    Some(answer) => answer,
                    None => through_the_tunnel(&request, nginx).await,
                };
                // The client may have disconnected.
                let _ = session.write_all(answer.as_bytes()).await;
                let _ = session.shutdown().await;
            });
        }
    });
    port
}

/// The edge's own response, if it does not forward the request: of bot protection first, then Access, then the tunnel.
fn own_answer(request: &str, trouble: &Trouble) -> Option<String> {
    let app = request.split(['/', ' ']).nth(2).unwrap_or_default();
    let has = |name: &str, value: &str| request.contains(&format!("{name}: {value}\r\n"));
    let has_token = has("cf-access-client-id", TOKEN_ID) && has("cf-access-client-secret", TOKEN_SECRET);
    if trouble.challenged.contains(app) {
        let headers = "cf-mitigated: challenge\r\nserver: cloudflare\r\ncontent-type: text/html\r\n";
        return Some(http("403 Forbidden", headers, "<title>Just a moment...</title>"));
    }
    if trouble.blocked.contains(app) {
        return Some(http("403 Forbidden", "server: cloudflare\r\ncf-ray: 8a-IAD\r\n", "error code: 1020"));
    }
    if is_behind_access(app) && !trouble.open.contains(app) && (!has_token || trouble.is_token_revoked) {
        let login = "location: https://team.cloudflareaccess.com/cdn-cgi/access/login/127.0.0.1?kid=1&meta=2\r\n\
                     server: cloudflare\r\ncf-access-domain: 127.0.0.1\r\n";
        return Some(http("302 Found", login, ""));
    }
    let unconnected = "server: cloudflare\r\ncf-ray: 8a-IAD\r\n";
    trouble.is_unconnected.then(|| http("530 <none>", unconnected, "error code: 1033"))
}

/// Forward the request as `cloudflared` does. The edge replaces the `Server` header of the response.
async fn through_the_tunnel(request: &str, nginx: u16) -> String {
    let (line, rest) = request.split_once("\r\n").unwrap();
    let mut stream = TcpStream::connect(("127.0.0.1", nginx)).await.unwrap();
    let added =
        "cf-connecting-ip: 192.0.2.7\r\ncf-ray: 8a-IAD\r\nx-forwarded-proto: https\r\nconnection: close";
    stream.write_all(format!("{line}\r\n{added}\r\n{rest}").as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let kept = head.split("\r\n").filter(|line| !line.to_ascii_lowercase().starts_with("server:"));
    let head = kept.chain(["Server: cloudflare", "CF-RAY: 8a-IAD"]).collect::<Vec<_>>().join("\r\n");
    format!("{head}\r\n\r\n{body}")
}

//! The home's way to the world: one port with TLS, behind it Cloudflare's edge, a tunnel, a proxy and the apps, each of
//! which answers as it is documented to.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustls::ServerConfig;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::sleep;
use tokio_rustls::TlsAcceptor;

use super::apps::{is_behind_access, well};
use crate::server::{Authority, read_request};

pub const TOKEN_ID: &str = "monitor.access";
pub const TOKEN_SECRET: &str = "cfast_right";

/// Later than any certificate here has to be looked at.
const LAST_YEAR: i32 = 2090;

/// What is amiss at home. Apps are meant by their names.
#[derive(Default)]
pub struct Trouble {
    /// Neither power nor line: Cloudflare has no tunnel to send anything through.
    pub is_off: bool,
    /// Apps that do not run.
    pub stopped: BTreeSet<String>,
    /// Apps that fail once.
    pub hiccups: BTreeSet<String>,
    /// Apps that Cloudflare's bot protection shields.
    pub challenged: BTreeSet<String>,
    /// Apps that migrate their database.
    pub migrating: BTreeSet<String>,
    /// Apps whose Access application was deleted.
    pub open: BTreeSet<String>,
    /// Apps that take their time.
    pub slow: BTreeSet<String>,
    /// The service token was revoked, and Access shows everybody the login.
    pub is_token_revoked: bool,
    /// Another Plex server answers in this one's place.
    pub is_another_plex: bool,
}

/// The port, and what is behind it.
pub struct Net {
    pub port: u16,
    pub trouble: Arc<Mutex<Trouble>>,
    authority: Authority,
    /// Bound and never listening: nobody else is given the port while nothing listens there.
    _reserved: TcpSocket,
    serving: Option<JoinHandle<()>>,
}

impl Net {
    pub fn new() -> Self {
        let reserved = socket(0);
        let port = reserved.local_addr().unwrap().port();
        let mut net = Self {
            port,
            trouble: Arc::default(),
            authority: Authority::new(),
            _reserved: reserved,
            serving: None,
        };
        net.open(LAST_YEAR);
        net
    }

    pub fn authority(&self) -> String {
        self.authority.pem()
    }

    /// Takes connections, with a new certificate that ends on the 30th of June of that year.
    pub async fn certificate_until(&mut self, year: i32) {
        self.close().await;
        self.open(year);
    }

    /// Refuses connections from now on.
    pub async fn close(&mut self) {
        if let Some(serving) = self.serving.take() {
            serving.abort();
            // Until then it still listens.
            let _ = serving.await;
        }
    }

    /// Takes connections again.
    pub async fn reopen(&mut self) {
        self.certificate_until(LAST_YEAR).await;
    }

    fn open(&mut self, year: i32) {
        let listener = socket(self.port).listen(64).unwrap();
        let config = self.authority.server("127.0.0.1", year);
        let trouble = Arc::clone(&self.trouble);
        self.serving = Some(tokio::spawn(async move {
            loop {
                let (tcp, _) = listener.accept().await.unwrap();
                tokio::spawn(serve(tcp, Arc::clone(&config), Arc::clone(&trouble)));
            }
        }));
    }
}

/// Two sockets of ours may have one port, as long as not both listen.
fn socket(port: u16) -> TcpSocket {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_reuseport(true).unwrap();
    socket.set_reuseaddr(true).unwrap();
    socket.bind(([127, 0, 0, 1], port).into()).unwrap();
    socket
}

async fn serve(tcp: TcpStream, config: Arc<ServerConfig>, trouble: Arc<Mutex<Trouble>>) {
    let Ok(mut session) = TlsAcceptor::from(config).accept(tcp).await else { return };
    let request = read_request(&mut session).await;
    let (answer, delay) = {
        let mut trouble = trouble.lock().unwrap();
        (answer(&request, &mut trouble), delay(&request, &trouble))
    };
    sleep(delay).await;
    // Whoever asked may have had enough.
    let _ = session.write_all(answer.as_bytes()).await;
    let _ = session.shutdown().await;
}

fn app(request: &str) -> &str {
    request.split(['/', ' ']).nth(2).unwrap_or_default()
}

fn delay(request: &str, trouble: &Trouble) -> Duration {
    Duration::from_millis(if trouble.slow.contains(app(request)) { 3000 } else { 0 })
}

/// The edge first, then the tunnel, then the proxy, then the app.
fn answer(request: &str, trouble: &mut Trouble) -> String {
    let app = app(request);
    let has = |name: &str, value: &str| request.contains(&format!("{name}: {value}\r\n"));
    let has_token = has("cf-access-client-id", TOKEN_ID) && has("cf-access-client-secret", TOKEN_SECRET);
    if trouble.challenged.contains(app) {
        let headers = "cf-mitigated: challenge\r\nserver: cloudflare\r\ncontent-type: text/html\r\n";
        return http("403 Forbidden", headers, "<title>Just a moment...</title>");
    }
    if is_behind_access(app) && !trouble.open.contains(app) && (!has_token || trouble.is_token_revoked) {
        let login = "location: https://team.cloudflareaccess.com/cdn-cgi/access/login/127.0.0.1?kid=1&meta=2\r\n\
                     server: cloudflare\r\ncf-access-domain: 127.0.0.1\r\n";
        return http("302 Found", login, "");
    }
    if trouble.is_off {
        return http("530 <none>", "server: cloudflare\r\ncf-ray: 8a-IAD\r\n", "error code: 1033");
    }
    if trouble.hiccups.remove(app) || trouble.stopped.contains(app) {
        let page = "<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center>\
                    <hr><center>nginx</center></body></html>";
        return http("502 Bad Gateway", "server: nginx\r\ncontent-type: text/html\r\n", page);
    }
    if trouble.migrating.contains(app) {
        let page = "<Response code=\"503\" title=\"Maintenance\" \
                    status=\"Plex Media Server is currently running database migrations.\"/>";
        return http("503 Service Unavailable", "content-type: text/xml\r\n", page);
    }
    http("200 OK", "", &well(app, trouble.is_another_plex))
}

fn http(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\n\r\n{body}", body.len())
}

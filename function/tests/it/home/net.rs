//! The home's net: apps, each on a port of its own, nginx in front of them, and one of the two ways to there.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use plexmon_testing::certificates::Authority;
use tokio::net::{TcpListener, TcpSocket};

use super::nginx::Nginx;
use super::running::App;
use super::{Way, apps, edge};

pub const TOKEN_ID: &str = "monitor.access";
pub const TOKEN_SECRET: &str = "cfast_right";

/// Later than any certificate here has to be looked at.
pub const LAST_YEAR: i32 = 2090;

/// What is amiss with Cloudflare and with apps that run. Apps are meant by their names.
#[derive(Default)]
pub struct Trouble {
    /// Cloudflare has no tunnel to send anything through.
    pub is_unconnected: bool,
    /// Apps that hang up once.
    pub hiccups: BTreeSet<String>,
    /// Apps that Cloudflare's bot protection shields.
    pub challenged: BTreeSet<String>,
    /// Apps before which Cloudflare's firewall turns the monitor away.
    pub blocked: BTreeSet<String>,
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

pub struct Net {
    /// Where the monitor asks.
    pub port: u16,
    pub trouble: Arc<Mutex<Trouble>>,
    way: Way,
    authority: Authority,
    nginx: Nginx,
    apps: Vec<App>,
}

impl Net {
    pub async fn new(way: Way) -> Self {
        let authority = Authority::new();
        let trouble = Arc::default();
        let apps: Vec<App> = apps::names().map(|name| App::new(name, &trouble)).collect();
        let mut nginx = Nginx::new(apps.iter().map(|app| (app.name, app.port.number)));
        nginx.start(&authority, LAST_YEAR).await;
        let port = match way {
            Way::Tunnel => edge::start(&authority, nginx.inner.number, &trouble),
            Way::Port => nginx.port.number,
        };
        Self { port, trouble, way, authority, nginx, apps }
    }

    pub fn authority(&self) -> String {
        self.authority.pem()
    }

    /// nginx begins anew with a certificate that ends on the 30th of June of that year.
    pub async fn certificate_until(&mut self, year: i32) {
        self.nginx.start(&self.authority, year).await;
    }

    /// The same with one that is good for long.
    pub async fn renew(&mut self) {
        self.certificate_until(LAST_YEAR).await;
    }

    /// Power and line: without, there is no tunnel, and no nginx that takes connections.
    pub async fn power(&mut self, is_on: bool) {
        self.trouble.lock().unwrap().is_unconnected = !is_on;
        match self.way {
            // Nothing gets there to notice whether nginx runs.
            Way::Tunnel => {}
            Way::Port if is_on => self.renew().await,
            Way::Port => self.nginx.stop(),
        }
    }

    pub fn app(&mut self, name: &str) -> &mut App {
        self.apps.iter_mut().find(|app| app.name == name).unwrap()
    }
}

/// A port that nobody else is given while nothing listens there.
pub struct Port {
    pub number: u16,
    /// Bound and never listening.
    _reserved: TcpSocket,
}

impl Port {
    pub fn new() -> Self {
        let reserved = socket(0);
        Self { number: reserved.local_addr().unwrap().port(), _reserved: reserved }
    }

    pub fn listen(&self) -> TcpListener {
        socket(self.number).listen(64).unwrap()
    }
}

/// Two sockets may have one port as long as not both listen: nginx asks for the same leave.
fn socket(port: u16) -> TcpSocket {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_reuseaddr(true).unwrap();
    socket.bind(([127, 0, 0, 1], port).into()).unwrap();
    socket
}

pub fn http(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\n\r\n{body}", body.len())
}

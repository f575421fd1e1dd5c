//! The home's network: apps, each on its own port, nginx in front of them, and one of the two routes to it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use plexmon_testing::certificates::Authority;
use tokio::net::{TcpListener, TcpSocket};

use super::nginx::Nginx;
use super::running::App;
use super::{Route, apps, edge};

pub const TOKEN_ID: &str = "monitor.access";
pub const TOKEN_SECRET: &str = "cfast_right";

/// The year in which certificates expire that no scenario is about.
pub const LAST_YEAR: i32 = 2090;

/// The troubles of Cloudflare and of running apps, which are listed by name.
#[derive(Default)]
pub struct Trouble {
    /// The tunnel is not connected to Cloudflare.
    pub is_unconnected: bool,
    /// Apps that close the next connection.
    pub hiccups: BTreeSet<String>,
    /// Apps behind Cloudflare's bot protection.
    pub challenged: BTreeSet<String>,
    /// Apps at which Cloudflare's firewall blocks the monitor.
    pub blocked: BTreeSet<String>,
    /// Apps that migrate their database.
    pub migrating: BTreeSet<String>,
    /// Apps whose Access application was deleted.
    pub open: BTreeSet<String>,
    /// Apps that respond slowly.
    pub slow: BTreeSet<String>,
    /// The service token was revoked, and Access redirects the monitor to its login.
    pub is_token_revoked: bool,
    /// What apps say about themselves, by the path that is requested.
    pub inside: BTreeMap<String, String>,
    /// A different Plex server responds.
    pub is_another_plex: bool,
}

pub struct Net {
    /// The port that the monitor probes.
    pub port: u16,
    pub trouble: Arc<Mutex<Trouble>>,
    route: Route,
    authority: Authority,
    nginx: Nginx,
    apps: Vec<App>,
}

impl Net {
    pub async fn new(route: Route) -> Self {
        let authority = Authority::new();
        let trouble = Arc::default();
        let apps: Vec<App> = apps::names().map(|name| App::new(name, &trouble)).collect();
        let mut nginx = Nginx::new(apps.iter().map(|app| (app.name, app.port.number)));
        nginx.start(&authority, LAST_YEAR).await;
        let port = match route {
            Route::Tunnel => edge::start(&authority, nginx.inner.number, &trouble),
            Route::Port => nginx.port.number,
        };
        Self { port, trouble, route, authority, nginx, apps }
    }

    pub fn authority(&self) -> String {
        self.authority.pem()
    }

    /// Restart nginx with a certificate that expires on 30 June of this year.
    pub async fn certificate_until(&mut self, year: i32) {
        self.nginx.start(&self.authority, year).await;
    }

    /// Restart nginx with a certificate that stays valid.
    pub async fn renew(&mut self) {
        self.certificate_until(LAST_YEAR).await;
    }

    /// Switch power and internet connection: without them, the tunnel is not connected, and nginx refuses connections.
    pub async fn power(&mut self, is_on: bool) {
        self.trouble.lock().unwrap().is_unconnected = !is_on;
        match self.route {
            // nginx can keep running, because no request reaches it.
            Route::Tunnel => {}
            Route::Port if is_on => self.renew().await,
            Route::Port => self.nginx.stop(),
        }
    }

    pub fn app(&mut self, name: &str) -> &mut App {
        self.apps.iter_mut().find(|app| app.name == name).unwrap()
    }
}

/// A port that is reserved while nothing listens on it.
pub struct Port {
    pub number: u16,
    /// Bound, but never listening.
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

/// Two sockets may be bound to one port if at most one of them listens; nginx also sets this option.
fn socket(port: u16) -> TcpSocket {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_reuseaddr(true).unwrap();
    socket.bind(([127, 0, 0, 1], port).into()).unwrap();
    socket
}

pub fn http(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\n\r\n{body}", body.len())
}

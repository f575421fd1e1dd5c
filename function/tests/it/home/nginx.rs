//! The home's reverse proxy: the real nginx, with a typical configuration and a certificate of the test's own authority.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Duration;

use plexmon_testing::certificates::Authority;
use plexmon_testing::debian;
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep};

use super::net::Port;

/// An idle machine needs a hundredth of this.
const TO_START: Duration = Duration::from_secs(20);
const POLL: Duration = Duration::from_millis(2);

/// A reverse proxy, whose two ports stay reserved while it is stopped.
pub struct Nginx {
    /// With TLS, for the internet.
    pub port: Port,
    /// Without TLS, for the tunnel.
    pub inner: Port,
    /// Its configuration, certificate, log and temporary files.
    directory: TempDir,
    running: Option<Child>,
}

impl Nginx {
    /// A stopped nginx that will forward `/name/` to the port of that app.
    pub fn new<'a>(apps: impl Iterator<Item = (&'a str, u16)>) -> Self {
        let directory = TempDir::with_prefix("nginx-").unwrap();
        let nginx = Self { port: Port::new(), inner: Port::new(), directory, running: None };
        nginx.write("nginx.conf", &configuration(nginx.port.number, nginx.inner.number, apps));
        nginx
    }

    /// Start it with a new certificate that expires on 30 June of this year. It accepts connections afterwards.
    pub async fn start(&mut self, authority: &Authority, year: i32) {
        self.stop();
        let (chain, key) = authority.certificate(&["127.0.0.1"], year);
        self.write("home.crt", &chain.pem());
        self.write("home.key", &key.serialize_pem());
        let log = File::create(self.directory.path().join("error.log")).unwrap();
        let mut nginx = debian::program("nginx", Path::new(env!("CARGO_TARGET_TMPDIR")));
        nginx.arg("-p").arg(self.directory.path()).args(["-c", "nginx.conf"]);
        nginx.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        let mut running = nginx.spawn().unwrap();
        let deadline = Instant::now() + TO_START;
        for port in [self.port.number, self.inner.number] {
            while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
                let ended = running.try_wait().unwrap();
                if ended.is_some() || Instant::now() > deadline {
                    let _ = running.kill();
                    panic!("nginx does not start ({:?}): {}", running.wait().unwrap(), self.log());
                }
                sleep(POLL).await;
            }
        }
        self.running = Some(running);
    }

    /// Stop it. Connections are refused afterwards.
    pub fn stop(&mut self) {
        if let Some(mut running) = self.running.take() {
            running.kill().unwrap();
            running.wait().unwrap();
        }
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.directory.path().join(name), text).unwrap();
    }

    fn log(&self) -> String {
        fs::read_to_string(self.directory.path().join("error.log")).unwrap_or_default()
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The configuration, with a single process, so that only one has to be stopped.
fn configuration<'a>(port: u16, inner: u16, apps: impl Iterator<Item = (&'a str, u16)>) -> String {
    let mut locations = String::new();
    for (name, app) in apps {
        writeln!(locations, "        location /{name}/ {{ proxy_pass http://127.0.0.1:{app}/; }}").unwrap();
    }
    format!(
        "daemon off;
master_process off;
worker_processes 1;
pid nginx.pid;
error_log stderr;
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_session_cache shared:home:1m;
    server {{
        listen 127.0.0.1:{port} ssl;
        listen 127.0.0.1:{inner};
        ssl_certificate home.crt;
        ssl_certificate_key home.key;
        proxy_http_version 1.1;
        proxy_set_header Host $host;
        proxy_set_header X-Real-IP $remote_addr;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        proxy_set_header X-Forwarded-Proto $scheme;
        proxy_connect_timeout 5s;
        proxy_read_timeout 60s;
        proxy_buffering on;
{locations}    }}
}}
"
    )
}

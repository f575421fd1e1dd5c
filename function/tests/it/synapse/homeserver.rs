//! Synapse, the homeserver that most rooms are on: a fresh one on a free port, with one user.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt, Full};
use plexmon_function::http::Http;
use plexmon_function::probe::Tls;
use plexmon_testing::python;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep};

use crate::channels::soon;
use crate::home::Port;

const REQUIREMENTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/synapse/requirements.txt");

/// An idle machine needs a tenth of this.
const TO_START: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(20);

const USER: &str = "plexmon";
const PASSWORD: &str = "of-a-test";

/// A running homeserver, which ends with this value.
pub struct Homeserver {
    url: String,
    programs: PathBuf,
    /// Its configuration, key and log; its database is in memory.
    directory: TempDir,
    running: Child,
    _port: Port,
}

/// A room, and a user in it.
pub struct Room {
    pub url: String,
    pub id: String,
    pub token: String,
}

impl Homeserver {
    pub async fn start() -> Self {
        let installed = Path::new(env!("CARGO_TARGET_TMPDIR")).join("synapse");
        let programs = python::programs(Path::new(REQUIREMENTS), Path::new("python3"), &installed, &[]);
        let (port, directory) = (Port::new(), TempDir::with_prefix("synapse-").unwrap());
        let configuration = configuration(port.number, directory.path());
        fs::write(directory.path().join("homeserver.yaml"), configuration.to_string()).unwrap();
        let synapse = || {
            let mut synapse = Command::new(programs.join("python"));
            synapse.args(["-m", "synapse.app.homeserver", "-c", "homeserver.yaml"]);
            synapse.current_dir(directory.path()).stdin(Stdio::null());
            synapse
        };
        let keys = synapse().arg("--generate-keys").output().unwrap();
        assert!(keys.status.success(), "{keys:?}");
        let log = File::create(directory.path().join("log")).unwrap();
        let mut synapse = synapse();
        let running = synapse.stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap();
        let url = format!("http://127.0.0.1:{}", port.number);
        let mut homeserver = Self { url, programs, directory, running, _port: port };
        homeserver.wait().await;
        homeserver
    }

    /// Wait until it accepts connections.
    async fn wait(&mut self) {
        let deadline = Instant::now() + TO_START;
        let address = self.url.trim_start_matches("http://").to_owned();
        while TcpStream::connect(&address).await.is_err() {
            let ended = self.running.try_wait().unwrap();
            if ended.is_some() || Instant::now() > deadline {
                let log = fs::read_to_string(self.directory.path().join("log")).unwrap_or_default();
                panic!("Synapse does not start ({ended:?}): {log}");
            }
            sleep(POLL).await;
        }
    }

    /// Register the user with the shared secret, log in, and create a room.
    pub async fn room(&self) -> Room {
        let mut register = Command::new(self.programs.join("register_new_matrix_user"));
        register.args(["--user", USER, "--password", PASSWORD, "--no-admin", "-c", "homeserver.yaml"]);
        let registered = register.arg(&self.url).current_dir(self.directory.path()).output().unwrap();
        assert!(registered.status.success(), "{registered:?}");
        let identifier = json!({"type": "m.id.user", "user": USER});
        let login = json!({"type": "m.login.password", "identifier": identifier, "password": PASSWORD});
        let login = call("POST", &format!("{}/_matrix/client/v3/login", self.url), "", &login).await;
        let token = login["access_token"].as_str().unwrap().to_owned();
        let create = format!("{}/_matrix/client/v3/createRoom", self.url);
        let created = call("POST", &create, &token, &json!({"name": "Alerts"})).await;
        Room { url: self.url.clone(), id: created["room_id"].as_str().unwrap().to_owned(), token }
    }
}

impl Drop for Homeserver {
    fn drop(&mut self) {
        let _ = self.running.kill();
        let _ = self.running.wait();
    }
}

impl Room {
    /// The texts of the messages in the room, in order.
    pub async fn messages(&self) -> Vec<String> {
        let url = format!("{}/_matrix/client/v3/rooms/{}/messages?dir=f&limit=100", self.url, self.id);
        let found = call("GET", &url, &self.token, &Value::Null).await;
        let events = found["chunk"].as_array().unwrap().iter();
        let messages = events.filter(|event| event["type"] == "m.room.message");
        messages.map(|event| event["content"]["body"].as_str().unwrap().to_owned()).collect()
    }
}

async fn call(method: &str, url: &str, token: &str, body: &Value) -> Value {
    let request =
        Request::builder().method(method).uri(url).header("authorization", format!("Bearer {token}"));
    let body = if body.is_null() { Bytes::new() } else { body.to_string().into() };
    let http = Http::new(&Tls::new().unwrap());
    let response = http.send(request.body(Full::new(body)).unwrap(), soon()).await.unwrap();
    let (head, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    assert!(head.status.is_success(), "{method} {url}: {} {body:?}", head.status);
    serde_json::from_slice(&body).unwrap()
}

/// The settings, as JSON, which is YAML. The limits of rates are the defaults.
fn configuration(port: u16, directory: &Path) -> Value {
    json!({
        "server_name": "localhost",
        "listeners": [{
            "port": port,
            "type": "http",
            "tls": false,
            "bind_addresses": ["127.0.0.1"],
            "resources": [{"names": ["client"]}],
        }],
        "database": {"name": "sqlite3", "args": {"database": ":memory:"}},
        "registration_shared_secret": "of-a-test",
        "pid_file": directory.join("pid"),
        "signing_key_path": directory.join("key"),
        "media_store_path": directory.join("media"),
        "report_stats": false,
        "suppress_key_server_warning": true,
        "trusted_key_servers": [],
    })
}

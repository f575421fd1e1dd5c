//! Warnings: a target that is up, but reports a value beyond its limit.

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};

use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::support::{Fixture, runtime};

/// A host that reports its load in Prometheus' text format.
struct Host {
    url: String,
    load: Arc<Mutex<f64>>,
    serving: JoinHandle<()>,
}

impl Host {
    fn new() -> Self {
        let listener = runtime().block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))).unwrap();
        let url = format!("http://{}/metrics", listener.local_addr().unwrap());
        let load = Arc::new(Mutex::new(1.0));
        let reported = load.clone();
        let serving = runtime().spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                // A request without a body fits into one packet.
                let _ = stream.read(&mut [0; 4096]).await;
                let body = format!("# TYPE node_load5 gauge\nnode_load5 {}\n", reported.lock().unwrap());
                let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
                let _ = stream.write_all((head + &body).as_bytes()).await;
            }
        });
        Self { url, load, serving }
    }

    fn set_load(&self, load: f64) {
        *self.load.lock().unwrap() = load;
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

#[test]
fn a_warning_is_notified_and_the_target_is_degraded_until_it_ends() {
    let (fixture, host) = (Fixture::new(), Host::new());
    let target = format!(
        "[[target]]\nname = \"nas\"\nurl = \"{}\"\n\
         metrics = [{{ name = \"node_load5\", max = 8, label = \"Load\", severity = \"warn\" }}]\n\n[notify.pushover]",
        host.url
    );
    fixture.edit("[notify.pushover]", &target);
    fixture.up().ended(0);
    assert_eq!(fixture.messages()[0].title.as_deref(), Some("Monitoring started: 2 apps, all up"));

    host.set_load(12.3);
    let reply = fixture.invoke().ended(0).json();
    assert_eq!(reply["targets"][1]["warnings"][0]["why"], "Load: 12.3, more than 8");
    assert_eq!(reply["notices"][0]["detail"], "warning");
    let message = &fixture.messages()[0];
    assert_eq!(message.title.as_deref(), Some("Nas is degraded"));
    assert_eq!(message.message, "Load: 12.3, more than 8.");
    fixture.invoke().ended(0);
    assert!(fixture.messages().is_empty(), "a warning is notified once");

    let status = fixture.with_code(&["status"]).run().ended(0).stdout;
    assert!(status.contains("nas         degraded since "), "{status}");
    assert!(status.contains(": Load: 12.3, more than 8"), "{status}");
    let status = fixture.with_code(&["status", "--json"]).run().ended(0).json();
    assert_eq!(status["targets"][1]["status"], "degraded");
    assert_eq!(status["targets"][1]["warnings"][0]["why"], "Load: 12.3, more than 8");
    assert_eq!((&status["targets"][0]["status"], &status["in_sync"]), (&json!("up"), &json!(true)));

    host.set_load(2.0);
    fixture.invoke().ended(0);
    let message = &fixture.messages()[0];
    assert_eq!(message.title.as_deref(), Some("Nas: warning ended"));
    assert!(message.message.starts_with("Load: 2. The warning lasted "), "{}", message.message);
    let status = fixture.with_code(&["status", "--json"]).run().ended(0).json();
    assert_eq!(status["targets"][1]["status"], "up");
    fixture.down().ended(0);
    assert_eq!(fixture.inventory(), [""; 0]);
}

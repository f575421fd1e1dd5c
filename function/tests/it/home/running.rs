//! The running apps, each with its own listener, so that connections to a stopped app are refused.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio::time::sleep;

use super::apps::response;
use super::net::{Port, Trouble, http};
use crate::server::read_request;

pub struct App {
    pub name: &'static str,
    pub port: Port,
    trouble: Arc<Mutex<Trouble>>,
    listening: Option<JoinHandle<()>>,
}

impl App {
    /// A running app.
    pub fn new(name: &'static str, trouble: &Arc<Mutex<Trouble>>) -> Self {
        let mut app = Self { name, port: Port::new(), trouble: Arc::clone(trouble), listening: None };
        app.start();
        app
    }

    pub fn start(&mut self) {
        assert!(self.listening.is_none(), "{} runs", self.name);
        let (listener, name, trouble) = (self.port.listen(), self.name, Arc::clone(&self.trouble));
        self.listening = Some(tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(serve(stream, name, Arc::clone(&trouble)));
            }
        }));
    }

    /// Stop it. Connections are refused afterwards.
    pub async fn stop(&mut self) {
        if let Some(listening) = self.listening.take() {
            listening.abort();
            // It listens until the task has ended.
            let _ = listening.await;
        }
    }
}

async fn serve(mut stream: TcpStream, name: &str, trouble: Arc<Mutex<Trouble>>) {
    let request = read_request(&mut stream).await;
    let path = request.split(' ').nth(1).unwrap_or_default();
    let (answer, delay) = {
        let mut trouble = trouble.lock().unwrap();
        if trouble.hiccups.remove(name) {
            return;
        }
        (answer(name, path, &trouble), if trouble.slow.contains(name) { 3000 } else { 0 })
    };
    // A slow app delays its response.
    sleep(Duration::from_millis(delay)).await;
    // The client may have disconnected.
    let _ = stream.write_all(answer.as_bytes()).await;
    let _ = stream.shutdown().await;
}

fn answer(name: &str, path: &str, trouble: &Trouble) -> String {
    if let Some(inside) = trouble.inside.get(path) {
        return http("200 OK", "content-type: application/json\r\n", inside);
    }
    if trouble.migrating.contains(name) {
        let page = "<Response code=\"503\" title=\"Maintenance\" \
                    status=\"Plex Media Server is currently running database migrations.\"/>";
        return http("503 Service Unavailable", "content-type: text/xml\r\n", page);
    }
    http("200 OK", "", &response(name, trouble.is_another_plex))
}

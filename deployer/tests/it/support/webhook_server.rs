//! A stand-in for a service that receives notifications over HTTP: it stores request bodies and confirms them.

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::runtime;

/// ntfy's confirmation of a message; a webhook accepts any response.
const CONFIRMATION: &str =
    r#"{"id":"sPs71M8A2T","time":1793700300,"event":"message","topic":"home","message":"taken"}"#;

pub struct WebhookServer {
    url: String,
    received: Arc<Mutex<Vec<String>>>,
    accepting: JoinHandle<()>,
}

impl WebhookServer {
    pub fn new() -> Self {
        let listener = runtime().block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let received = Arc::new(Mutex::new(Vec::new()));
        let store = received.clone();
        let accepting = runtime().spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                if let Some(body) = receive(stream, &store).await {
                    panic!("not valid: {body}");
                }
            }
        });
        Self { url, received, accepting }
    }

    /// Return `http://127.0.0.1:PORT`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Return the bodies received since the last call.
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.received.lock().unwrap())
    }
}

impl Drop for WebhookServer {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// Store the body, then respond, so that the sender can rely on it. Return a body that is not valid.
async fn receive(mut stream: TcpStream, received: &Mutex<Vec<String>>) -> Option<String> {
    let mut reader = BufReader::new(&mut stream);
    let (mut length, mut line) = (0, String::new());
    loop {
        line.clear();
        reader.read_line(&mut line).await.ok()?;
        let lower = line.to_ascii_lowercase();
        match lower.trim_end().strip_prefix("content-length:") {
            Some(number) => length = number.trim().parse().ok()?,
            None if lower.trim_end().is_empty() => break,
            None => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).await.ok()?;
    match String::from_utf8(body) {
        Ok(body) => received.lock().unwrap().push(body),
        Err(error) => return Some(error.to_string()),
    }
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length:";
    let response = format!("{head} {}\r\n\r\n{CONFIRMATION}", CONFIRMATION.len());
    stream.write_all(response.as_bytes()).await.ok()?;
    None
}

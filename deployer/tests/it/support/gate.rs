//! A proxy between the deployer and AWS that holds the first request with a certain text.
//!
//! Events "in the middle of `up`" then happen at the same point on slow and fast machines.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use super::{emulator, runtime};

const TIME_LIMIT: Duration = Duration::from_secs(60);

pub struct Gate {
    url: String,
    held: watch::Receiver<bool>,
    open: watch::Sender<bool>,
    accepting: JoinHandle<()>,
}

/// The state of the gate for one connection.
struct GateState {
    before: String,
    held: watch::Sender<bool>,
    open: watch::Receiver<bool>,
}

impl Gate {
    /// Hold the requests that contain `text` until it is opened.
    pub fn before(text: &str) -> Self {
        let listener = runtime().block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (held_sender, held) = watch::channel(false);
        let (open, opened) = watch::channel(false);
        let state = Arc::new(GateState { before: text.to_owned(), held: held_sender, open: opened });
        Self { url, held, open, accepting: runtime().spawn(accept(listener, state)) }
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// Wait until a request is held.
    pub fn wait(&self) {
        let mut held = self.held.clone();
        let waited = runtime()
            .block_on(async { tokio::time::timeout(TIME_LIMIT, held.wait_for(|held| *held)).await.is_ok() });
        assert!(waited, "no request reached the gate");
    }

    pub fn open(&self) {
        self.open.send(true).unwrap();
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, state: Arc<GateState>) {
    let mut connections = JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        connections.spawn(pass(client, state.clone()));
    }
}

async fn pass(client: TcpStream, state: Arc<GateState>) -> std::io::Result<()> {
    let address = emulator().endpoint().trim_start_matches("http://");
    let (mut from_aws, mut to_aws) = TcpStream::connect(address).await?.into_split();
    let (mut from_client, mut to_client) = client.into_split();
    let forward = async {
        let mut buffer = vec![0; 64 * 1024];
        loop {
            let read = from_client.read(&mut buffer).await?;
            if read == 0 {
                return to_aws.shutdown().await;
            }
            if String::from_utf8_lossy(&buffer[..read]).contains(&state.before) {
                state.held.send_replace(true);
                if state.open.clone().wait_for(|open| *open).await.is_err() {
                    // The gate was dropped without being opened, and so is the request.
                    return Ok(());
                }
            }
            to_aws.write_all(&buffer[..read]).await?;
        }
    };
    let backward = tokio::io::copy(&mut from_aws, &mut to_client);
    tokio::try_join!(forward, backward)?;
    Ok(())
}

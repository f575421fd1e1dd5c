//! The emulator keeps the accounts apart, which all other tests rely on: they run in parallel with the same names.

use std::net::Ipv4Addr;

use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::support::{Fixture, NAME, runtime};

/// Start an app that holds its second request until it is released. Return its address, the sign that it holds the
/// request, and the sender that releases it.
fn app_that_waits() -> (String, oneshot::Receiver<()>, oneshot::Sender<()>) {
    let listener = runtime().block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (held, is_held) = oneshot::channel();
    let (release, released) = oneshot::channel();
    runtime().spawn(async move {
        answer(&listener, async {}).await;
        let released = async { held.send(()).and(released.await.map_err(drop)).unwrap() };
        answer(&listener, released).await;
        loop {
            answer(&listener, async {}).await;
        }
    });
    (url, is_held, release)
}

/// Answer one request after that.
async fn answer(listener: &TcpListener, after: impl Future<Output = ()>) {
    let (mut stream, _) = listener.accept().await.unwrap();
    // A request without a body fits into one packet.
    let _ = stream.read(&mut [0; 4096]).await;
    after.await;
    let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").await;
}

#[test]
fn an_update_in_one_account_does_not_end_a_run_in_another() {
    let (fixture, other) = (Fixture::new(), Fixture::deployed());
    let (url, held, release) = app_that_waits();
    fixture.edit(
        "[notify.pushover]",
        &format!("[[target]]\nname = \"nas\"\nurl = \"{url}\"\n\n[notify.pushover]"),
    );
    fixture.up().ended(0);

    let run = fixture.deploy(&["invoke"]).start();
    runtime().block_on(held).unwrap();
    other.aws("lambda", "update_function_configuration", json!({"FunctionName": NAME, "Timeout": 20}));
    release.send(()).unwrap();
    run.end().ended(0);
}

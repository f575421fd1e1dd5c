//! The emulator keeps the accounts apart, which all other tests rely on: they run in parallel with the same names.

use std::net::Ipv4Addr;

use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::support::{Fixture, NAME, runtime};

/// Start an app that answers its second request only when it is told to. Return its address, the news that this request is
/// held, and the way to tell it.
fn app_that_waits() -> (String, oneshot::Receiver<()>, oneshot::Sender<()>) {
    let listener = runtime().block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (held, is_held) = oneshot::channel();
    let (tell, told) = oneshot::channel();
    runtime().spawn(async move {
        answer(&listener, async {}).await;
        let told = async { held.send(()).and(told.await.map_err(drop)).unwrap() };
        answer(&listener, told).await;
        loop {
            answer(&listener, async {}).await;
        }
    });
    (url, is_held, tell)
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
    let (url, held, tell) = app_that_waits();
    fixture.edit(
        "[notify.pushover]",
        &format!("[[target]]\nname = \"nas\"\nurl = \"{url}\"\n\n[notify.pushover]"),
    );
    fixture.up().ended(0);

    let run = fixture.deploy(&["invoke"]).start();
    runtime().block_on(held).unwrap();
    other.aws("lambda", "update_function_configuration", json!({"FunctionName": NAME, "Timeout": 20}));
    tell.send(()).unwrap();
    run.end().ended(0);
}

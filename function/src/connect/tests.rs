//! Which address wins, and when. The clock is paused: it advances when all tasks wait.

use std::io::{Error, ErrorKind};
use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::time::{Instant, sleep};

use super::{ConnectError, Link, connect_to_any, race};

/// How an address responds to a connection.
#[derive(Clone, Copy)]
enum Host {
    /// Accepts it after this many milliseconds.
    Accepts(u64),
    /// Refuses it after this many milliseconds.
    Refuses(u64),
    /// Drops every packet.
    Silent,
}
use Host::{Accepts, Refuses, Silent};

/// Return the number of the address that won, or why none did, and after how many milliseconds.
async fn raced(hosts: &[Host]) -> (Result<u16, ConnectError>, u128) {
    let addresses: Vec<SocketAddr> =
        (0..).take(hosts.len()).map(|port| ([192, 0, 2, 1], port).into()).collect();
    let started = Instant::now();
    let won = race(&addresses, async |address: SocketAddr| match hosts[usize::from(address.port())] {
        Accepts(ms) => {
            sleep(Duration::from_millis(ms)).await;
            Ok(())
        }
        Refuses(ms) => {
            sleep(Duration::from_millis(ms)).await;
            Err(Error::from(ErrorKind::ConnectionRefused))
        }
        Silent => std::future::pending().await,
    });
    (won.await.map(|(address, ())| address.port()), started.elapsed().as_millis())
}

fn failed(why: &str) -> Result<u16, ConnectError> {
    Err(ConnectError(why.to_owned()))
}

#[tokio::test(start_paused = true)]
async fn every_address_gets_its_full_time() {
    for (hosts, expected) in [
        // Sydney from Europe, with four addresses.
        (vec![Accepts(300); 4], (Ok(0), 300)),
        // A lost packet: the kernel sends the next after one second.
        (vec![Accepts(1_300)], (Ok(0), 1_300)),
        (vec![Accepts(2_900)], (Ok(0), 2_900)),
        (vec![Silent, Silent, Silent, Accepts(300)], (Ok(3), 1_800)),
        (vec![Silent, Accepts(2_900)], (Ok(1), 3_400)),
        // The earlier attempt is not cancelled.
        (vec![Accepts(900), Accepts(900)], (Ok(0), 900)),
        (vec![Refuses(0), Accepts(10)], (Ok(1), 10)),
        (vec![Refuses(700), Silent, Accepts(10)], (Ok(2), 710)),
        (vec![Silent], (failed("no connection within 3 s"), 3_000)),
        (vec![Silent; 4], (failed("no connection within 3 s"), 4_500)),
        (vec![Refuses(5), Silent], (failed("connection refused"), 3_005)),
        (vec![], (failed("its host name has no address"), 0)),
    ] {
        assert_eq!(raced(&hosts).await, expected);
    }
}

#[tokio::test]
async fn an_address_that_refuses_is_skipped() {
    let (closed, open) =
        (TcpListener::bind("127.0.0.1:0").await.unwrap(), TcpListener::bind("127.0.0.1:0").await.unwrap());
    let addresses = vec![closed.local_addr().unwrap(), open.local_addr().unwrap()];
    drop(closed);
    let Ok(Link::Plain(tcp)) = connect_to_any(addresses.clone(), "localhost", None).await else {
        panic!("no connection")
    };
    assert_eq!(tcp.peer_addr().unwrap(), addresses[1]);
}

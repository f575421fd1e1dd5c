//! Which address wins, and when. The clock is paused: it moves on when everybody waits.

use std::io::{Error, ErrorKind};
use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::time::{Instant, sleep};

use super::{ConnectError, Link, connect_to_any, race};

/// What an address does with a connection.
#[derive(Clone, Copy)]
enum Host {
    /// Takes it after this many milliseconds.
    Takes(u64),
    /// Refuses it after this many milliseconds.
    Refuses(u64),
    /// Drops every packet.
    Silent,
}
use Host::{Refuses, Silent, Takes};

/// The number of the address that won, or why none did, and after how many milliseconds.
async fn raced(hosts: &[Host]) -> (Result<u16, ConnectError>, u128) {
    let addresses: Vec<SocketAddr> =
        (0..).take(hosts.len()).map(|port| ([192, 0, 2, 1], port).into()).collect();
    let started = Instant::now();
    let won = race(&addresses, async |address: SocketAddr| match hosts[usize::from(address.port())] {
        Takes(ms) => {
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
async fn every_address_has_its_full_time() {
    for (hosts, expected) in [
        // As far as Sydney is from Europe, with a name that has four addresses.
        (vec![Takes(300); 4], (Ok(0), 300)),
        // A lost packet: the kernel sends the next after one second.
        (vec![Takes(1_300)], (Ok(0), 1_300)),
        (vec![Takes(2_900)], (Ok(0), 2_900)),
        (vec![Silent, Silent, Silent, Takes(300)], (Ok(3), 1_800)),
        (vec![Silent, Takes(2_900)], (Ok(1), 3_400)),
        // The earlier one is not given up.
        (vec![Takes(900), Takes(900)], (Ok(0), 900)),
        (vec![Refuses(0), Takes(10)], (Ok(1), 10)),
        (vec![Refuses(700), Silent, Takes(10)], (Ok(2), 710)),
        (vec![Silent], (failed("no connection within 3 s"), 3_000)),
        (vec![Silent; 4], (failed("no connection within 3 s"), 4_500)),
        (vec![Refuses(5), Silent], (failed("connection refused"), 3_005)),
        (vec![], (failed("its name has no address"), 0)),
    ] {
        assert_eq!(raced(&hosts).await, expected);
    }
}

#[tokio::test]
async fn an_address_that_refuses_is_passed_over() {
    let (closed, open) =
        (TcpListener::bind("127.0.0.1:0").await.unwrap(), TcpListener::bind("127.0.0.1:0").await.unwrap());
    let addresses = vec![closed.local_addr().unwrap(), open.local_addr().unwrap()];
    drop(closed);
    let Ok(Link::Plain(tcp)) = connect_to_any(addresses.clone(), "localhost", None).await else {
        panic!("no connection")
    };
    assert_eq!(tcp.peer_addr().unwrap(), addresses[1]);
}

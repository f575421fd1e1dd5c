//! A hundred long bodies at the same time: what they occupy is bounded, and none of them is an outage.

use std::process::Command;

use futures_util::future::join_all;
use plexmon_function::contract::secrets::TargetSecrets;
use plexmon_function::contract::settings::Target;
use plexmon_function::probe::{Tls, Verdict, probe};

use super::json;
use crate::server::{Answer, Server};
use crate::{fixtures, peak_memory};

const SERVER: &str = "PLEXMON_LONG_BODIES";

/// What a hundred bodies of 500 KiB may take beyond one of them, with the buffers of their connections, which take half of
/// it.
const MAX_MORE_KIB: u64 = 64 << 10;

/// Probes the server of the other test, in a process of its own, which prints its peak memory.
#[tokio::test]
#[ignore = "it is run by the other test"]
async fn probe_a_server_many_times() {
    let setting = std::env::var(SERVER).unwrap();
    let (count, url) = setting.split_once(' ').unwrap();
    let count: usize = count.parse().unwrap();
    let target = |_| Target {
        url: url.to_owned(),
        timeout_s: 3,
        contains: None,
        json: vec![json(r#"{"path":"$..a","exists":true}"#)],
        ..fixtures::target("app")
    };
    let targets: Vec<Target> = (0..count).map(target).collect();
    let (secrets, tls) = (TargetSecrets::default(), Tls::new().unwrap());
    let seen = join_all(targets.iter().map(|target| probe(target, &secrets, &tls))).await;
    let unknown = seen.iter().filter(|seen| seen.verdict() == Verdict::Unknown).count();
    println!("RESULT {unknown} {}", peak_memory::of_this_process());
}

/// Return how many of this many probes had no room, and the peak memory in KiB.
async fn probed(count: usize, url: &str) -> (u64, u64) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", "conditions::memory::probe_a_server_many_times", "--ignored", "--nocapture"])
        .env(SERVER, format!("{count} {url}"));
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let result = text.lines().find_map(|line| Some(line.split_once("RESULT ")?.1));
    let (unknown, peak) = result.unwrap_or_else(|| panic!("{text}")).split_once(' ').unwrap();
    (unknown.parse().unwrap(), peak.parse().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn many_long_bodies_at_once_are_bounded() {
    // Almost all of it arrives, and then nothing.
    let body = format!("HTTP/1.1 200 OK\r\n\r\n[{}", "0,".repeat(250 << 10));
    let server = Server::start(&[Answer::Hang(body.into_bytes())]).await;
    let (none, one) = probed(1, &server.url()).await;
    let (unknown, hundred) = probed(100, &server.url()).await;
    println!("{one} KiB for one, {hundred} KiB for a hundred, of which {unknown} had no room");
    assert!(none == 0 && unknown > 50, "{unknown} had no room");
    assert!(hundred - one < MAX_MORE_KIB, "{one} KiB, {hundred} KiB");
}

//! `check` with IPv4 and IPv6, with TLS, and in terminals of several widths.
#![cfg(target_os = "linux")]

use std::io::{BufRead as _, BufReader};
use std::net::{Ipv6Addr, ToSocketAddrs as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use plexmon_deploy::sandbox::PlexStandIn;
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};

use crate::support::{Deploy, python, runtime, snapshot};

const TLS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/certificates");

fn plex() -> PlexStandIn {
    runtime().block_on(PlexStandIn::start()).unwrap()
}

fn home(target: &str) -> TempDir {
    let home = tempfile::tempdir().unwrap();
    let text = format!("[[target]]\nname = \"plex\"\nkind = \"plex\"\n{target}\n");
    std::fs::write(home.path().join("config.toml"), text).unwrap();
    home
}

/// The same Plex on the IPv6 loopback address only; `None` on a machine without IPv6.
fn on_v6(plex: &PlexStandIn) -> Option<u16> {
    let listener = runtime().block_on(TcpListener::bind((Ipv6Addr::LOCALHOST, 0))).ok()?;
    let port = listener.local_addr().unwrap().port();
    let behind = plex.url().trim_start_matches("http://").to_owned();
    runtime().spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let mut server = TcpStream::connect(&behind).await.unwrap();
            tokio::spawn(async move { tokio::io::copy_bidirectional(&mut client, &mut server).await });
        }
    });
    Some(port)
}

/// Whether `localhost` has addresses of both families on this machine, as on most.
fn localhost_has_both() -> bool {
    let addresses: Vec<_> = ("localhost", 0).to_socket_addrs().unwrap().collect();
    addresses.iter().any(std::net::SocketAddr::is_ipv4) && addresses.iter().any(std::net::SocketAddr::is_ipv6)
}

#[test]
fn a_server_without_ipv6_is_up_with_a_note_if_its_name_has_an_ipv6_address() {
    let plex = plex();
    let port = plex.url().rsplit(':').next().unwrap();
    let home = home(&format!("url = \"http://localhost:{port}\""));
    let check = Deploy::new(home.path()).args(["check"]).run().ended(0);
    let v6: Vec<&str> = check.stdout.lines().skip_while(|line| !line.starts_with("  IPv6")).collect();
    if localhost_has_both() {
        snapshot!(v6.join("\n"), @r"
          IPv6  FAILED: connection refused
                the monitor uses IPv4 only, but phones and guests with IPv6 are
                affected: repair or remove the AAAA record
        ");
    } else {
        assert_eq!(v6, [""; 0], "without such an address, there is no note");
    }
}

#[test]
fn a_server_with_only_ipv6_cannot_be_reached_from_aws() {
    let plex = plex();
    let Some(port) = on_v6(&plex) else { return };
    let home = home(&format!("url = \"http://[::1]:{port}\""));
    snapshot!(Deploy::new(home.path()).env("AWS_ENDPOINT_URL", "http://127.0.0.1:9").args(["check"]).run().whole().replace(&port.to_string(), "[PORT]"), @"
    exit 1
    --- stdout
    plex: down ([TIME])
      DNS   FAILED [TIME]  [BAR]  the host name has no address
      dns: check the host name in `url` and its DNS record; AWS uses A records
        (IPv4) only
      IPv6  ok, [TIME]
    --- stderr
    error: 1 of 1 down, seen from here

    hint: repair the target or correct the configuration; after `up`, the monitor would report the same
    ");
    let document = Deploy::new(home.path()).args(["check", "--json"]).run().ended(1).json();
    assert_eq!((&document["targets"][0]["ok"], &document["ipv6"][0]["ok"]), (&false.into(), &true.into()));
}

/// A Plex behind TLS. It stops when its stdin is closed, at the latest when this process ends.
fn behind_tls() -> (Child, u16) {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/support/tls.py");
    let mut command = Command::new(python());
    command.args(["-I", script]).arg(Path::new(TLS).join("server.pem")).env_clear();
    let mut server = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut line).unwrap();
    (server, line.trim().parse().unwrap())
}

#[test]
fn a_certificate_of_a_private_authority_is_described() {
    let (mut server, port) = behind_tls();
    let url = format!("url = \"https://127.0.0.1:{port}\"");
    let trusting = home(&format!("{url}\nca_file = \"authority.pem\""));
    std::fs::copy(Path::new(TLS).join("authority.pem"), trusting.path().join("authority.pem")).unwrap();
    snapshot!(Deploy::new(trusting.path()).env("AWS_ENDPOINT_URL", "http://127.0.0.1:9").args(["check"]).run().whole(), @"
    exit 0
    --- stdout
    plex: up ([TIME])
      DNS   ok [TIME]  [BAR]  127.0.0.1
      TCP   ok [TIME]  [BAR]  127.0.0.1:[PORT]
      TLS   ok [TIME]  [BAR]  TLS 1.3, certificate until 2100-01-01
      HTTP  ok [TIME]  [BAR]  HTTP 200
      body  ok [TIME]  [BAR]  contains `machineIdentifier=`
      certificate: issued by Home CA (At Home) for plex.home.example and 2 more,
        until 2100-01-01
    ");
    let distrusting = home(&url);
    snapshot!(Deploy::new(distrusting.path()).args(["check"]).run().ended(1).stdout, @"
    plex: down ([TIME])
      DNS   ok [TIME]  [BAR]  127.0.0.1
      TCP   ok [TIME]  [BAR]  127.0.0.1:[PORT]
      TLS   FAILED [TIME]  [BAR]
            certificate is not signed by a trusted authority
      certificate: renew or correct the certificate; for a private authority, set
        `ca_file`
    ");
    drop(server.stdin.take());
    assert!(server.wait().unwrap().success());
}

#[test]
fn lines_wrap_at_the_width_of_the_terminal() {
    let plex = plex();
    plex.break_it();
    let home = home(&format!("url = \"{}\"", plex.url()));
    let check = |columns| {
        let deploy = Deploy::on_a_terminal(home.path(), columns, "", "");
        deploy.env("AWS_ENDPOINT_URL", "http://127.0.0.1:9").args(["check"]).run().ended(1).stdout
    };
    let above_the_error = |screen: String| screen.split("error:").next().unwrap().to_owned();
    snapshot!(above_the_error(check(60)), @"
    plex: down ([TIME])
      DNS   ok [TIME]  [BAR]  127.0.0.1
      TCP   ok [TIME]  [BAR]  127.0.0.1:[PORT]
      HTTP  FAILED [TIME]  [BAR]
            Plex is stopped; the proxy returns 502
      app: the proxy works, but the app behind it does not
        respond correctly: check that it is running
    ");
    snapshot!(above_the_error(check(120)), @"
    plex: down ([TIME])
      DNS   ok [TIME]  [BAR]  127.0.0.1
      TCP   ok [TIME]  [BAR]  127.0.0.1:[PORT]
      HTTP  FAILED [TIME]  [BAR]  Plex is stopped; the proxy returns 502
      app: the proxy works, but the app behind it does not respond correctly: check that it is running
    ");
}

//! Scenarios: the registration of a domain ends, DNS records change, and ports open and close.

use plexmon_function::contract::settings::{DnsRecord, DomainSettings, Expect, Protocol, Target};

use super::inbox::Sent;
use super::net::Port;
use super::{Home, Route};
use crate::fixtures;
use crate::server::{Answer, Server, http};

/// 2026-12-10, when the registration ends.
const END: u64 = 1_796_860_800;
const DAY_S: u64 = 24 * 60 * 60;

/// The registry's answer: when the registration ends, and a status.
fn registration(date: &str, status: &str) -> Answer {
    let json = serde_json::json!({
        "objectClassName": "domain",
        "ldhName": "example.com",
        "status": [status],
        "events": [{ "eventAction": "expiration", "eventDate": date }],
    });
    http("200 OK", "content-type: application/rdap+json\r\n", &json.to_string())
}

/// A home below a domain with these answers of its registry, one a day.
async fn home_with_registry(answers: &[Answer]) -> (Home, Server) {
    let registry = Server::start(answers).await;
    let rdap = format!("http://{}/domain/example.com", registry.address);
    let home = Home::with(Route::Port, |settings| {
        // Several targets have the same domain.
        for target in &mut settings.targets {
            target.domain = Some(DomainSettings { name: "example.com".to_owned(), rdap: rdap.clone() });
        }
    });
    (home.await, registry)
}

pub async fn the_domain_ends() -> Vec<Sent> {
    let ends = registration("2026-12-10T00:00:00Z", "active");
    let renewed = registration("2027-12-10T00:00:00Z", "active");
    let days = [31, 30, 29, 15, 14, 8, 7, 2, 1];
    let mut answers = vec![ends; days.len() + 1];
    answers.push(renewed);
    let (mut home, registry) = home_with_registry(&answers).await;
    for days in days {
        home.now = END - days * DAY_S;
        home.runs(2).await;
    }
    home.now = END;
    home.runs(1).await;
    home.now = END + DAY_S;
    home.runs(2).await;
    assert_eq!(registry.requests().len(), days.len() + 3, "one request a day, for all targets together");
    let title = "00:00 phone: Plex: domain expires soon";
    let warning = |left: &str| {
        format!(
            "{title} | The domain example.com expires in {left}, on 2026-12-10. Renew it at your registrar."
        )
    };
    let expired =
        format!("{title} | The domain example.com expired on 2026-12-10. Renew it at your registrar.");
    let expected = [warning("30 d"), warning("14 d"), warning("7 d"), warning("1 d"), expired];
    home.assert_sent(&expected.each_ref().map(String::as_str))
}

pub async fn the_domain_is_suspended() -> Vec<Sent> {
    let of = |status| registration("2027-12-10T00:00:00Z", status);
    let (mut home, _registry) =
        home_with_registry(&[of("active"), of("clientHold"), of("client hold"), of("active")]).await;
    for days in 1..4 {
        home.now = fixtures::NOW + days * DAY_S;
        home.runs(2).await;
    }
    home.assert_sent(&[
        "10:05 phone: Plex: domain needs attention | The domain example.com does not resolve: its registrar \
                        has suspended it (client hold). Contact your registrar.",
    ])
}

pub async fn the_address_changes() -> Vec<Sent> {
    let record = |address: &str| {
        let json = serde_json::json!({ "Status": 0, "Answer": [{ "type": 1, "data": address }] });
        http("200 OK", "", &json.to_string())
    };
    let (right, wrong) = (record("203.0.113.7"), record("203.0.113.9"));
    let service = Server::start(&[right.clone(), wrong.clone(), wrong, right]).await;
    let home = Home::with(Route::Port, |settings| {
        settings.targets.push(Target {
            url: "dns://plex.example.com".to_owned(),
            protocol: Protocol::Dns {
                record: DnsRecord::A,
                equals: vec!["203.0.113.7".to_owned()],
                resolvers: vec![service.url()],
            },
            contains: None,
            site: "home".to_owned(),
            ..fixtures::target("address")
        });
    });
    let mut home = home.await;
    home.runs(3).await;
    home.assert_sent(&[
        "10:10 both: Address is DOWN | plex.example.com: A is 203.0.113.9 instead of 203.0.113.7 (DNS). Down since \
         10:10 UTC (2026-11-03).",
        "10:20 both: Address RECOVERED after 10 min | Down 10 min (10:10-10:20 UTC).",
    ])
}

/// A home with a port beside its apps.
async fn home_with_port(port: &Port, expect: Expect) -> Home {
    let url = format!("tcp://127.0.0.1:{}", port.number);
    let app = if expect == Expect::Refusal { "port 22 of home.example.com" } else { "" };
    Home::with(Route::Port, |settings| {
        settings.targets.push(Target {
            url,
            protocol: Protocol::Tcp { tls: false },
            expect,
            app: app.to_owned(),
            contains: None,
            ..fixtures::target("ssh")
        });
    })
    .await
}

pub async fn a_port_closes() -> Vec<Sent> {
    let port = Port::new();
    let listener = port.listen();
    let mut home = home_with_port(&port, Expect::Answer).await;
    drop(listener);
    home.runs(2).await;
    let _listener = port.listen();
    home.runs(1).await;
    home.assert_sent(&[
        "10:10 both: Ssh is DOWN | Connection refused (TCP). Down since 10:10 UTC (2026-11-03).",
        "10:20 both: Ssh RECOVERED after 10 min | Down 10 min (10:10-10:20 UTC).",
    ])
}

pub async fn a_port_opens() -> Vec<Sent> {
    let port = Port::new();
    let mut home = home_with_port(&port, Expect::Refusal).await;
    let listener = port.listen();
    home.runs(2).await;
    drop(listener);
    home.runs(1).await;
    home.assert_sent(&[
        "10:10 both: Port 22 of home.example.com is OPEN to the internet | Port 22 of home.example.com accepts \
         connections. Open since 10:10 UTC (2026-11-03).",
        "10:20 both: Port 22 of home.example.com is closed again | Was open (10:10-10:20 UTC).",
    ])
}

//! DNS records, asked of stand-ins for DNS services, some of which lie, hang or fail.

use plexmon_function::contract::settings::{DnsRecord, Protocol, Target};
use plexmon_function::probe::{Cause, LinkName, Observation, Verdict};

use super::{assert_failed, observe, target};
use crate::server::{Answer, Server, http, refusing};

/// The answer of a service with these records, as `(type, data)`.
fn answer(records: &[(u64, &str)]) -> Answer {
    let records: Vec<serde_json::Value> = records
        .iter()
        .map(|(number, data)| serde_json::json!({"name": "plex.example.com", "type": number, "TTL": 300, "data": data}))
        .collect();
    let json = serde_json::json!({"Status": 0, "TC": false, "AD": false, "Answer": records});
    http("200 OK", "content-type: application/dns-json\r\n", &json.to_string())
}

fn status(json: &str) -> Answer {
    http("200 OK", "content-type: application/dns-json\r\n", json)
}

fn record(record: DnsRecord, equals: &[&str], resolvers: Vec<String>) -> Target {
    let equals = equals.iter().map(|text| (*text).to_owned()).collect();
    Target {
        protocol: Protocol::Dns { record, equals, resolvers },
        contains: None,
        status: Vec::new(),
        timeout_s: 2,
        ..target("dns://plex.example.com".to_owned())
    }
}

/// Compare the answer of one service.
async fn seen(of: DnsRecord, equals: &[&str], answer: Answer) -> Observation {
    let server = Server::start(&[answer]).await;
    observe(&record(of, equals, vec![server.url()])).await
}

fn outcome(observation: &Observation) -> (Verdict, String) {
    (observation.verdict(), observation.failed.as_ref().map(ToString::to_string).unwrap_or_default())
}

#[tokio::test]
async fn the_query_and_the_records_are_those_of_the_type() {
    let alias = (5, "home.example.com.");
    let server = Server::start(&[answer(&[alias, (1, "203.0.113.7")])]).await;
    let observation = observe(&record(DnsRecord::A, &["203.0.113.7"], vec![server.url()])).await;
    assert!(observation.ok, "{observation:?}");
    assert_eq!(observation.address, Some([203, 0, 113, 7].into()));
    assert_eq!(observation.links[0].detail, "A 203.0.113.7, says 127.0.0.1");
    let request = server.requests().remove(0);
    assert!(request.starts_with("GET /identity?name=plex.example.com&type=A HTTP/1.1\r\n"), "{request}");
    assert!(request.contains("accept: application/dns-json\r\n"), "{request}");
    let changed = seen(DnsRecord::A, &["203.0.113.7"], answer(&[alias, (1, "203.0.113.9")])).await;
    let why = "plex.example.com: A is 203.0.113.9 instead of 203.0.113.7";
    assert_failed(&changed, LinkName::Dns, why);
    assert_eq!(changed.cause(), Some(Cause::Condition));
    assert!(seen(DnsRecord::A, &[], answer(&[(1, "203.0.113.9")])).await.ok, "any address will do");
}

#[tokio::test]
async fn sets_are_compared_whatever_their_order_and_spelling() {
    use DnsRecord::{Aaaa, Cname, Mx, Txt};
    for (of, equals, records, why) in [
        (Aaaa, &["2001:db8::1"][..], &[(28, "2001:0DB8:0::1")][..], ""),
        (Cname, &["home.example.com"], &[(5, "Home.Example.com.")], ""),
        (
            Mx,
            &["b.example.com", "10 a.example.com"],
            &[(15, "10 A.example.com."), (15, "20 b.example.com.")],
            "",
        ),
        (Txt, &["v=spf1 -all", "b"], &[(16, "\"b\""), (16, "\"v=spf1 \" \"-all\"")], ""),
        (
            Mx,
            &["a.example.com"],
            &[(15, "10 a.example.com."), (15, "20 evil.example.net.")],
            "plex.example.com: MX are 10 a.example.com and 20 evil.example.net instead of a.example.com (DNS)",
        ),
        (
            Mx,
            &["a.example.com", "b.example.com"],
            &[(15, "10 a.example.com.")],
            "plex.example.com: MX is 10 a.example.com instead of a.example.com and b.example.com (DNS)",
        ),
        (Cname, &["home.example.com"], &[(1, "203.0.113.7")], "plex.example.com has no CNAME record (DNS)"),
        (Txt, &["b"], &[(16, "\"a\nb\u{1b}[31m\"")], "plex.example.com: TXT is a b [31m instead of b (DNS)"),
        (
            Cname,
            &["a.example.com"],
            &[(5, "b."), (5, "c."), (5, "d."), (5, "e."), (5, "f."), (5, "g."), (5, "h.")],
            "plex.example.com: CNAME are b, c, d, e, f and 2 more instead of a.example.com (DNS)",
        ),
    ] {
        let observation = seen(of, equals, answer(records)).await;
        let verdict = if why.is_empty() { Verdict::Up } else { Verdict::Down };
        assert_eq!(outcome(&observation), (verdict, why.to_owned()), "{records:?}");
    }
}

#[tokio::test]
async fn a_name_that_does_not_exist_or_is_not_signed_correctly_is_down() {
    let missing = seen(DnsRecord::A, &[], status("{\"Status\":3,\"Authority\":[]}")).await;
    assert_eq!(missing.cause(), Some(Cause::Dns));
    assert_eq!(outcome(&missing).1, "plex.example.com does not exist (NXDOMAIN) (DNS)");
    let broken = "{\"Status\":2,\"Comment\":[\"EDE(9): DNSKEY Missing\\n\"]}";
    let failed = seen(DnsRecord::A, &[], status(broken)).await;
    let why = "plex.example.com cannot be resolved (SERVFAIL): EDE(9): DNSKEY Missing (DNS)";
    assert_eq!(outcome(&failed), (Verdict::Down, why.to_owned()));
}

#[tokio::test]
async fn another_service_is_asked_where_one_has_no_answer() {
    let good = Server::start(&[answer(&[(1, "203.0.113.7")])]).await;
    let (_reserved, address) = refusing();
    let refuses = format!("http://{address}/resolve");
    for bad in [
        http("500 Oh", "", ""),
        http("200 OK", "", "<html>blocked by your provider</html>"),
        http("200 OK", "", "{\"Status\":\"0\"}"),
        http("200 OK", "", "[]"),
        status("{\"Status\":5}"),
        status("{\"Status\":2}"),
        http("302 Found", "location: https://dns.google/\r\n", ""),
        http("200 OK", "", &"x".repeat(100_000)),
        Answer::Endless(b"HTTP/1.1 200 OK\r\n\r\n{".to_vec(), b"\"a\":[".repeat(1000)),
        Answer::Hang(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n{".to_vec()),
        Answer::Reset,
    ] {
        let server = Server::start(&[bad]).await;
        let resolvers = vec![refuses.clone(), server.url(), good.url()];
        let observation = observe(&record(DnsRecord::A, &["203.0.113.7"], resolvers)).await;
        assert!(observation.ok, "{observation:?}");
    }
}

#[tokio::test]
async fn without_any_answer_the_record_is_unknown() {
    let (_reserved, address) = refusing();
    let page = Server::start(&[http("200 OK", "", "<html></html>")]).await;
    let hangs = Server::start(&[Answer::Hang(Vec::new())]).await;
    let resolvers = vec![format!("http://{address}/"), page.url(), hangs.url()];
    let observation = observe(&record(DnsRecord::A, &[], resolvers)).await;
    assert_eq!((observation.verdict(), observation.cause()), (Verdict::Unknown, Some(Cause::Resolver)));
    let why = outcome(&observation).1;
    assert!(why.starts_with("no DNS service answers (127.0.0.1: no connection"), "{why}");
    // A service that could not resolve the name has answered.
    let failure = Server::start(&[status("{\"Status\":2}")]).await;
    let resolvers = vec![format!("http://{address}/"), failure.url()];
    let observation = observe(&record(DnsRecord::A, &[], resolvers)).await;
    assert_eq!((observation.verdict(), observation.cause()), (Verdict::Down, Some(Cause::Dns)));
}

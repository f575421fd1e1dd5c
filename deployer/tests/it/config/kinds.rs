//! Targets that are not apps: ports and DNS records.

use plexmon_function::contract::settings::{DnsRecord, Expect, Protocol, Target};

use super::{parse, refuses, target};

fn of_kind(kind: &str, url: &str, lines: &str) -> String {
    format!("[[target]]\nname = \"a\"\nkind = \"{kind}\"\nurl = \"{url}\"\n{lines}\n")
}

fn tcp(lines: &str) -> String {
    of_kind("tcp", "tcp://home.example.com:22", lines)
}

fn dns(lines: &str) -> String {
    of_kind("dns", "dns://plex.example.com", lines)
}

fn read(text: &str) -> Target {
    let mut targets = parse(text).unwrap().targets;
    assert_eq!(targets.len(), 1);
    targets.remove(0)
}

#[test]
fn ports_and_records_reach_the_function() {
    let ssh = read(&tcp("contains = \"SSH-2.0\""));
    assert_eq!((ssh.protocol, ssh.url.as_str()), (Protocol::Tcp { tls: false }, "tcp://home.example.com:22"));
    assert_eq!((ssh.contains.as_deref(), ssh.status), (Some("SSH-2.0"), Vec::new()));
    assert_eq!(read(&tcp("tls = true")).protocol, Protocol::Tcp { tls: true });
    let closed = read(&tcp("exposure = \"closed\""));
    assert_eq!((closed.expect, closed.app()), (Expect::Refusal, "port 22 of home.example.com"));
    let any = read(&dns(""));
    let resolvers =
        ["https://cloudflare-dns.com/dns-query", "https://dns.google/resolve"].map(str::to_owned).to_vec();
    let protocol = Protocol::Dns { record: DnsRecord::A, equals: Vec::new(), resolvers };
    assert_eq!((any.protocol.clone(), any.url.as_str()), (protocol, "dns://plex.example.com"));
    let bare = read(&of_kind("dns", "Plex.Example.COM.", "equals = \"203.0.113.7\""));
    assert_eq!(bare.url, any.url);
    assert_ne!(bare.check_id(), any.check_id(), "the expected record identifies the check");
    let mail =
        read(&of_kind("dns", "_dmarc.example.com", "record = \"TXT\"\nresolver = \"https://dns.example\""));
    let protocol = Protocol::Dns {
        record: DnsRecord::Txt,
        equals: Vec::new(),
        resolvers: vec!["https://dns.example/".to_owned()],
    };
    assert_eq!((mail.protocol, mail.url.as_str()), (protocol, "dns://_dmarc.example.com"));
}

#[test]
fn addresses_of_ports_are_checked() {
    let url = |url: &str| of_kind("tcp", url, "");
    refuses![
        url("home.example.com:22"),
        url("https://home.example.com:22"),
        url("tcp://home.example.com"),
        url("tcp://home.example.com:0"),
        url("tcp://home.example.com:70000"),
        url("tcp://:22"),
        url("tcp://me:hush@home.example.com:22"),
        url("tcp://home.example.com:22/path"),
        url("tcp://mail.example.com:25"),
    ];
}

#[test]
fn names_and_values_of_records_are_checked() {
    refuses![
        of_kind("dns", "https://plex.example.com", ""),
        of_kind("dns", "dns://203.0.113.7", ""),
        of_kind("dns", "dns://", ""),
        of_kind("dns", "plex example.com", ""),
        of_kind("dns", "plex..example.com", ""),
        dns("record = \"SRV\""),
        dns("equals = \"home.example.com\""),
        dns("equals = [\"203.0.113.7\", \"2001:db8::1\"]"),
        dns("equals = []"),
        dns("record = \"MX\"\nequals = \"ten mail.example.com\""),
        dns("resolver = \"http://dns.example.com/dns-query\""),
        dns("resolver = \"1.1.1.1\""),
    ];
}

#[test]
fn keys_of_other_kinds_are_rejected() {
    refuses![
        target("kind = \"udp\""),
        target("tls = true"),
        target("record = \"A\""),
        target("resolver = \"https://dns.google/resolve\""),
        tcp("status = 200"),
        tcp("headers = { Accept = \"*/*\" }"),
        tcp("method = \"POST\""),
        tcp("equals = \"203.0.113.7\""),
        tcp("exposure = \"closed\"\ntls = true"),
        tcp("contains = \"SSH\"\nexposure = \"closed\""),
        dns("contains = \"203\""),
        dns("exposure = \"closed\""),
        dns("tls = true"),
        dns("pin = true"),
    ];
}

/// What is known about the domain of a target with this address and these lines.
fn domain(url: &str, lines: &str) -> Option<(String, String)> {
    let text = format!("[[target]]\nname = \"a\"\nurl = \"{url}\"\n{lines}\n");
    read(&text).domain.map(|domain| (domain.name, domain.rdap))
}

#[test]
fn the_registry_of_a_domain_is_found() {
    let of = |name: &str, rdap: &str| Some((name.to_owned(), rdap.to_owned()));
    let verisign = of("example.com", "https://rdap.verisign.com/com/v1/domain/example.com");
    let expiry = "domain_expiry = true";
    assert_eq!(domain("https://plex.home.example.com/web", expiry), verisign);
    assert_eq!(domain("https://plex.example.net", "domain_expiry = \"Example.com.\""), verisign);
    assert_eq!(domain("https://plex.example.com", "domain_expiry = false"), None);
    let uk = domain("https://plex.example.co.uk", expiry).unwrap();
    assert_eq!(uk.0, "example.co.uk");
    assert_eq!(domain("https://plex.example.de", expiry), None, "its registry does not publish it");
    let own = "domain_expiry = true\nrdap = \"https://rdap.example.net/v1\"";
    let expected = of("example.de", "https://rdap.example.net/v1/domain/example.de");
    assert_eq!(domain("https://plex.example.de", own), expected);
    let record = of_kind("dns", "plex.example.com", expiry);
    assert_eq!(read(&record).domain.unwrap().name, "example.com");
    let warned = parse(&of_kind("dns", "plex.example.de", expiry)).unwrap();
    let circumstances =
        plexmon_deploy::config::Circumstances { now: 1_793_700_300, aws_is_local: false, secrets: None };
    assert_eq!(
        warned.warnings(&circumstances),
        [
            "config.toml:5: `domain_expiry`: the registry of `example.de` does not publish when registrations end, so there is \
          no warning about it"
        ]
    );
}

#[test]
fn domains_that_cannot_be_watched_are_rejected() {
    let at = |url: &str| format!("[[target]]\nname = \"a\"\nurl = \"{url}\"\ndomain_expiry = true\n");
    refuses![
        at("https://203.0.113.7"),
        at("https://plex"),
        target("domain_expiry = \"example\""),
        target("domain_expiry = \"https://example.com\""),
        target("domain_expiry = 30"),
        target("rdap = \"https://rdap.example.net/\""),
        target("domain_expiry = true\nrdap = \"http://rdap.example.net/\""),
    ];
}

#[test]
fn redirects_are_checked_where_they_can_be() {
    let http = |lines: &str| target(lines).replace("https://", "http://");
    refuses![
        target("redirect = \"http\""),
        target("redirect = true"),
        target("redirect = \"https\"\nexposure = \"closed\""),
        http("redirect = \"https\"\nstatus = 301"),
        http("redirect = \"https\"\ncontains = \"ok\""),
        tcp("redirect = \"https\""),
    ];
    let warned = read(&target("redirect = \"https\"\nseverity = \"warn\""));
    assert_eq!(warned.check_id(), read(&target("")).check_id(), "a warning does not identify the check");
}

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

//! The channel `email` against a real mail server.
#![cfg(target_os = "linux")]

use std::fs;
use std::io::{BufRead, BufReader, Lines};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use plexmon_function::contract::delivery::Delivery;
use plexmon_function::contract::settings::{ChannelKind, Smtp, SmtpTls};
use plexmon_function::message::Message;
use plexmon_testing::certificates::Authority;
use plexmon_testing::python;
use serde_json::Value;
use tempfile::TempDir;

use crate::channels::{deliver, message, secrets, soon};

const SOURCES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/mail_server");
const USER: &str = "plexmon@example.com";
const PASSWORD: &str = "of-a-test";

/// A running mail server, which ends with this value.
struct MailServer {
    running: Child,
    lines: Lines<BufReader<ChildStdout>>,
    starttls: u16,
    implicit: u16,
    authority: Authority,
    _certificates: TempDir,
}

impl MailServer {
    fn start() -> Self {
        let installed = Path::new(env!("CARGO_TARGET_TMPDIR")).join("mail_server");
        let requirements = Path::new(SOURCES).join("requirements.txt");
        let programs = python::programs(&requirements, Path::new("python3"), &installed, &[]);
        let authority = Authority::new();
        let (certificate, key) = authority.certificate(&["localhost"], 2050);
        let directory = TempDir::with_prefix("mail-").unwrap();
        let write = |name: &str, text: String| {
            let path = directory.path().join(name);
            fs::write(&path, text).unwrap();
            path
        };
        let (certificate, key) = (write("certificate", certificate.pem()), write("key", key.serialize_pem()));
        let mut server = Command::new(programs.join("python"));
        server
            .args(["-W", "ignore"])
            .arg(Path::new(SOURCES).join("server.py"))
            .args([certificate, key])
            .args([USER, PASSWORD]);
        let mut running = server.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(running.stdout.take().unwrap()).lines();
        let ports = lines.next().unwrap().unwrap();
        let (starttls, implicit) = ports.split_once(' ').unwrap();
        let (starttls, implicit) = (starttls.parse().unwrap(), implicit.parse().unwrap());
        Self { running, lines, starttls, implicit, authority, _certificates: directory }
    }

    async fn send(&self, tls: SmtpTls, password: &str, message: &Message) -> Delivery {
        let smtp = Smtp {
            host: "localhost".to_owned(),
            port: if tls == SmtpTls::Implicit { self.implicit } else { self.starttls },
            tls,
            user: Some(USER.to_owned()),
            from: "plexmon <plexmon@example.com>".to_owned(),
            to: vec!["me@example.com".to_owned(), "you@example.org".to_owned()],
            hello: None,
            ca_pem: Some(self.authority.pem()),
        };
        deliver(ChannelKind::Email(smtp), message, &secrets(&[("password", password)]), soon()).await
    }

    /// The next mail. The server prints it before it confirms it.
    fn mail(&mut self) -> Value {
        serde_json::from_str(&self.lines.next().unwrap().unwrap()).unwrap()
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        let _ = self.running.kill();
        let _ = self.running.wait();
    }
}

#[tokio::test]
async fn a_mail_server_accepts_mails_with_either_kind_of_tls_and_refuses_a_wrong_password() {
    let mut server = MailServer::start();
    // A line that begins with a dot ends a mail, unless it is escaped; a long one must be wrapped.
    let body = format!(".\n..\nÜnable & co {}", "long ".repeat(400));
    let message = Message { body: body.clone(), url: String::new(), ..message() };
    for tls in [SmtpTls::Starttls, SmtpTls::Implicit] {
        assert_eq!(server.send(tls, PASSWORD, &message).await, Delivery::Delivered, "{tls:?}");
        let mail = server.mail();
        assert_eq!(mail["from"], "plexmon@example.com");
        assert_eq!(mail["to"], serde_json::json!(["me@example.com", "you@example.org"]));
        assert_eq!(mail["hello"], "example.com");
        let data = mail["data"].as_str().unwrap();
        let (head, text) = data.split_once("\r\n\r\n").unwrap();
        assert!(head.contains("\r\nSubject: plex is DOWN\r\n"), "{head}");
        assert!(data.split("\r\n").all(|line| line.len() <= 998), "longer lines are not allowed");
        assert_eq!(unquoted(text).trim_end(), body.replace('\n', "\r\n").trim_end());
    }
    let delivery = server.send(SmtpTls::Starttls, "wrong", &message).await;
    let Delivery::Refused { why, credentials: true } = delivery else { panic!("{delivery:?}") };
    assert_eq!(why, "the mail server answered SMTP 535");
}

/// Decode quoted-printable text.
fn unquoted(text: &str) -> String {
    let mut bytes = Vec::new();
    let joined = text.replace("=\r\n", "");
    let mut rest = joined.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let code = (*first == b'=').then(|| std::str::from_utf8(&after[..2]).unwrap());
        bytes.push(code.map_or(*first, |code| u8::from_str_radix(code, 16).unwrap()));
        rest = if code.is_some() { &after[2..] } else { after };
    }
    String::from_utf8(bytes).unwrap()
}

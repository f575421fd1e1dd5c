//! Requests to mail servers, and the outcomes of their answers.

use std::sync::Arc;
use std::time::Duration;

use plexmon_function::contract::delivery::Delivery;
use plexmon_function::contract::secrets::ChannelSecrets;
use plexmon_function::contract::settings::{ChannelKind, Smtp, SmtpTls};
use plexmon_function::message::Message;
use plexmon_function::notify::email::check;
use plexmon_testing::certificates::{Authority, self_signed};
use rustls::ServerConfig;
use tokio::time::Instant;

use super::smtp::{MailServer, Odd, PASSWORD, USER};
use super::{channel, endless, later, message, refused, secrets, soon};
use crate::server::{Answer, Server};

/// An authority, and the TLS configuration of mail servers with its certificate.
pub struct MailSetup {
    authority: Authority,
    pub tls: Arc<ServerConfig>,
}

impl MailSetup {
    pub fn new() -> Self {
        let authority = Authority::new();
        let tls = authority.server("localhost", 2050);
        Self { authority, tls }
    }

    fn smtp(&self, port: u16, tls: SmtpTls) -> Smtp {
        Smtp {
            host: "localhost".to_owned(),
            port,
            tls,
            user: Some(USER.to_owned()),
            from: "plexmon <plexmon@example.com>".to_owned(),
            to: vec!["me@example.com".to_owned(), "You <you@example.org>".to_owned()],
            hello: None,
            ca_pem: Some(self.authority.pem()),
        }
    }

    pub async fn send(&self, odd: Option<(&'static str, Odd)>, message: &Message) -> (Delivery, MailServer) {
        let server = MailServer::start(Arc::clone(&self.tls), true, odd).await;
        let smtp = self.smtp(server.port, SmtpTls::Implicit);
        (deliver(smtp, message).await, server)
    }

    /// What a server was greeted with.
    async fn greeting(&self, change: impl FnOnce(Smtp) -> Smtp) -> String {
        let server = MailServer::start(Arc::clone(&self.tls), true, None).await;
        let smtp = change(self.smtp(server.port, SmtpTls::Implicit));
        deliver(smtp, &message()).await;
        server.lines().remove(0)
    }
}

async fn deliver(smtp: Smtp, message: &Message) -> Delivery {
    channel(ChannelKind::Email(smtp)).send(message, &secrets(&[("password", PASSWORD)]), soon()).await
}

#[tokio::test]
async fn a_mail_has_subject_sender_and_text() {
    let world = MailSetup::new();
    let (delivery, server) = world.send(None, &message()).await;
    assert_eq!(delivery, Delivery::Delivered);
    let commands = server.lines();
    for command in
        ["MAIL FROM:<plexmon@example.com>", "RCPT TO:<me@example.com>", "RCPT TO:<you@example.org>"]
    {
        assert!(commands.iter().any(|line| line == command), "{command}: {commands:?}");
    }
    let (head, body) = server.mail();
    for line in [
        "Subject: plex is DOWN",
        "From: plexmon <plexmon@example.com>",
        "To: me@example.com, You <you@example.org>",
        "Auto-Submitted: auto-generated",
        "Content-Type: text/plain; charset=utf-8",
    ] {
        assert!(head.lines().any(|found| found == line), "{line}: {head}");
    }
    assert!(head.lines().any(|line| line.starts_with("Date: ") && line.ends_with(" +0000")), "{head}");
    assert_eq!(body, "=C3=9Cnable & co\n\nhttps://plex.example.com/identity");
}

#[tokio::test]
async fn starttls_encrypts_the_connection() {
    let world = MailSetup::new();
    let server = MailServer::start(Arc::clone(&world.tls), false, None).await;
    let delivery = deliver(world.smtp(server.port, SmtpTls::Starttls), &message()).await;
    assert_eq!(delivery, Delivery::Delivered);
    assert_eq!(server.lines()[1], "STARTTLS");
}

#[tokio::test]
async fn nothing_is_sent_unencrypted() {
    let world = MailSetup::new();
    for (odd, expected) in [
        (("EHLO", Odd::Says("250 no TLS here")), "the mail server does not offer STARTTLS"),
        (("STARTTLS", Odd::Says("454 4.7.0 TLS not available")), "TLS not available"),
    ] {
        let server = MailServer::start(Arc::clone(&world.tls), false, Some(odd)).await;
        let delivery = deliver(world.smtp(server.port, SmtpTls::Starttls), &message()).await;
        let why = delivery.outcome().1.unwrap_or_default();
        assert!(why.contains(expected), "{why}");
        assert_eq!(delivery, later(&why, false));
        assert!(!server.lines().iter().any(|line| line.starts_with("AUTH") || line.starts_with("MAIL")));
    }
}

#[tokio::test]
async fn the_certificate_of_the_server_is_verified() {
    let world = MailSetup::new();
    for from_the_start in [true, false] {
        let server = MailServer::start(self_signed("localhost"), from_the_start, None).await;
        let tls = if from_the_start { SmtpTls::Implicit } else { SmtpTls::Starttls };
        let delivery = deliver(world.smtp(server.port, tls), &message()).await;
        let why = delivery.outcome().1.unwrap_or_default();
        assert!(why.starts_with("no connection to the mail server: invalid peer certificate"), "{why}");
        assert_eq!(delivery, later(&why, false));
    }
}

#[tokio::test]
async fn repeats_have_the_same_id_and_other_messages_do_not() {
    let world = MailSetup::new();
    let id = async |message: Message| {
        let (_, server) = world.send(None, &message).await;
        let (head, _) = server.mail();
        head.lines().find(|line| line.starts_with("Message-ID: ")).unwrap().to_owned()
    };
    let first = id(message()).await;
    assert!(first.ends_with("@example.com>"), "{first}");
    assert_eq!(id(Message { body: "again (may repeat)".to_owned(), ..message() }).await, first);
    assert_ne!(id(Message { id: "home:plex:3:mail".to_owned(), ..message() }).await, first);
}

#[tokio::test]
async fn every_message_becomes_a_valid_mail() {
    let world = MailSetup::new();
    let dots = Message { body: ".\n..\nMAIL FROM:<x>\n.\n".to_owned(), url: String::new(), ..message() };
    for message in
        [endless(), dots, Message { title: "a\r\nBcc: x@example.com\r\n\r\nb".to_owned(), ..message() }]
    {
        let (delivery, server) = world.send(None, &message).await;
        assert_eq!(delivery, Delivery::Delivered);
        let (head, _) = server.mail();
        assert!(!head.lines().any(|line| line.starts_with("Bcc")), "{head}");
        assert_eq!(server.lines().last().map(String::as_str), Some("QUIT"));
    }
}

#[tokio::test]
async fn the_greeting_has_the_domain_of_the_sender() {
    let world = MailSetup::new();
    assert_eq!(world.greeting(|smtp| smtp).await, "EHLO example.com");
    let hello = |smtp| Smtp { hello: Some("nas.example.net".to_owned()), ..smtp };
    assert_eq!(world.greeting(hello).await, "EHLO nas.example.net");
    for name in ["localhost", "nas", "[127.0.0.1]", "127.0.0.1", "a b.example.com", "a..b", "-a.b", ""] {
        let smtp = Smtp { hello: Some(name.to_owned()), ..world.smtp(465, SmtpTls::Implicit) };
        assert_eq!(check(&smtp), Err(format!("\"{name}\" is not a full host name")));
    }
}

#[tokio::test]
async fn old_authentication_methods_are_supported() {
    let world = MailSetup::new();
    for offer in ["250-mail.example.com\r\n250 AUTH LOGIN", "250-mail.example.com\r\n250 auth=login cram-md5"]
    {
        let (delivery, server) = world.send(Some(("EHLO", Odd::Says(offer))), &message()).await;
        assert_eq!(delivery, Delivery::Delivered);
        assert_eq!(server.lines()[1], "AUTH LOGIN");
    }
}

#[tokio::test]
async fn a_silent_server_has_received_nothing() {
    let world = MailSetup::new();
    // It waits for a command that never comes.
    let silent = Server::start(&[Answer::Hang(Vec::new())]).await;
    for (tls, expected) in [
        (SmtpTls::Implicit, "no connection to the mail server: no connection within 1 s"),
        (SmtpTls::Starttls, "no greeting from the mail server within 1 s"),
    ] {
        let channel = channel(ChannelKind::Email(world.smtp(silent.address.port(), tls)));
        let deadline = Instant::now() + Duration::from_secs(1);
        let delivery = channel.send(&message(), &secrets(&[("password", PASSWORD)]), deadline).await;
        assert_eq!(delivery, later(expected, false));
    }
}

#[tokio::test]
async fn every_answer_has_its_outcome() {
    let world = MailSetup::new();
    let says = Odd::Says;
    let ends = || Odd::Ends(Vec::new());
    let answered = |reply: &str| format!("the mail server answered SMTP {reply}");
    let closed = |step: &str| later(&format!("the mail server closed the connection: no {step}"), false);
    for (at, odd, expected) in [
        ("greeting", says("421 4.3.2 closing"), later(&answered("421: 4.3.2 closing"), false)),
        ("AUTH", says("535 5.7.8 bad"), refused(&answered("535"), true)),
        ("AUTH", says("534 5.7.9 app password"), refused(&answered("534"), true)),
        ("AUTH", says("454 4.7.0 later"), later(&answered("454"), false)),
        ("MAIL", says("530 5.7.0 sign in"), refused(&answered("530: 5.7.0 sign in"), true)),
        ("RCPT", says("450 4.2.0 grey"), later(&answered("450: 4.2.0 grey"), false)),
        ("DATA", says("452 4.3.1 full"), later(&answered("452: 4.3.1 full"), false)),
        (".", says("451 4.3.0 later"), later(&answered("451: 4.3.0 later"), false)),
        (".", says("250-one\r\n250 two"), Delivery::Delivered),
        ("EHLO", ends(), closed("answer to EHLO")),
        ("AUTH", ends(), closed("answer to the authentication")),
        ("MAIL", ends(), closed("answer to the address of the sender")),
        ("DATA", ends(), closed("answer to DATA")),
        (".", ends(), later("the mail server closed the connection: no answer to the mail", true)),
        (
            ".",
            Odd::Ends(b"nonsense\r\n".to_vec()),
            later("the mail server does not speak SMTP: no answer to the mail", true),
        ),
        ("QUIT", ends(), Delivery::Delivered),
        ("QUIT", Odd::Hangs, Delivery::Delivered),
        ("QUIT", says("554 5.7.1 spam"), Delivery::Delivered),
    ] {
        assert_eq!(world.send(Some((at, odd)), &message()).await.0, expected, "{at}");
    }
    let open = Some(("EHLO", says("250-mail.example.com\r\n250 AUTH CRAM-MD5")));
    let expected = later("the mail server does not offer authentication with PLAIN or LOGIN", false);
    assert_eq!(world.send(open, &message()).await.0, expected);
}

#[tokio::test]
async fn a_refusal_is_permanent_only_if_the_mail_is_at_fault() {
    let world = MailSetup::new();
    for (at, reply, is_final) in [
        // Blocks of addresses that others share, filters and policies.
        ("greeting", "554 no SMTP service here", false),
        ("greeting", "554 5.7.1 Service unavailable; client host blocked using zen.spamhaus.org", false),
        ("EHLO", "550 Helo command rejected", false),
        ("EHLO", "501 Syntactically invalid HELO argument", false),
        ("MAIL", "550 5.7.1 Mail from this address is rejected", false),
        ("RCPT", "550 Blocked - see https://ipcheck.example.com/?ip=192.0.2.1", false),
        ("RCPT", "554 5.7.1 Relay access denied", false),
        ("RCPT", "550 5.7.1 Helo command rejected: that is my own address", false),
        ("RCPT", "552 5.2.2 The mailbox is full", false),
        ("RCPT", "521 host does not accept mail", false),
        (".", "554 5.7.1 spam", false),
        (".", "550 High probability of spam", false),
        (".", "552 5.7.0 blocked because its content presents a potential security issue", false),
        // Addresses, size and content.
        ("MAIL", "501 5.1.7 Bad sender address syntax", true),
        ("MAIL", "553 5.1.8 Sender address not owned by user", true),
        ("RCPT", "550 5.1.1 who?", true),
        ("RCPT", "550 5.2.1 The mailbox is disabled", true),
        ("RCPT", "553 mailbox name not allowed", true),
        ("RCPT", "501 malformed address", true),
        (".", "552 5.3.4 too big", true),
        (".", "552 message size exceeds the limit", true),
        (".", "554 5.6.0 no such lines", true),
    ] {
        let why = format!("the mail server answered SMTP {}: {}", &reply[..3], &reply[4..]);
        let expected = if is_final { refused(&why, false) } else { later(&why, false) };
        assert_eq!(world.send(Some((at, Odd::Says(reply))), &message()).await.0, expected);
    }
}

#[tokio::test]
async fn what_a_server_quotes_is_hidden() {
    let world = MailSetup::new();
    for at in ["greeting", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", "."] {
        let quote = "550 AUTH PLAIN AHBsZXhtb25AZXhhbXBsZS5jb20AYXBwLXBhc3N3MHJkLXh5eg== app-passw0rd-xyz";
        let quote = if at == "AUTH" { quote } else { "550 app-passw0rd-xyz is no password\u{1b}[31m" };
        let (delivery, _) = world.send(Some((at, Odd::Says(quote))), &message()).await;
        let shown = format!("{delivery:?}");
        assert!(shown.contains("550"), "{shown}");
        for secret in [PASSWORD, "AHBsZXhtb25AZXhhbXBsZS5jb20AYXBwLXBhc3N3MHJkLXh5eg"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
}

#[tokio::test]
async fn missing_or_invalid_settings_are_reported_and_nothing_is_sent() {
    let world = MailSetup::new();
    let server = MailServer::start(Arc::clone(&world.tls), true, None).await;
    let smtp = world.smtp(server.port, SmtpTls::Implicit);
    assert_eq!(check(&smtp), Ok(()));
    let unknown =
        channel(ChannelKind::Email(smtp.clone())).send(&message(), &ChannelSecrets::new(), soon()).await;
    assert_eq!(unknown, later("the secret `password` of the mail server is missing", false));
    for (broken, expected) in [
        (Smtp { from: "nobody".to_owned(), ..smtp.clone() }, "\"nobody\" is not an e-mail address"),
        (Smtp { to: vec!["a b@c".to_owned()], ..smtp.clone() }, "\"a b@c\" is not an e-mail address"),
        (
            Smtp { to: vec!["jörg@example.com".to_owned()], ..smtp.clone() },
            "\"jörg@example.com\" is not an e-mail address",
        ),
        (Smtp { to: Vec::new(), ..smtp.clone() }, "the mail cannot be written"),
        (
            Smtp { ca_pem: Some("-----BEGIN".to_owned()), ..smtp.clone() },
            "the certificate of the mail server's authority cannot be read",
        ),
    ] {
        let why = check(&broken).expect_err(expected);
        assert!(why.starts_with(expected), "{why}");
        assert_eq!(deliver(broken, &message()).await, later(&why, false));
    }
    assert!(server.lines().is_empty());
    let gone = Smtp { port: 1, ..smtp };
    let why = deliver(gone, &message()).await.outcome().1.unwrap_or_default();
    assert!(why.starts_with("no connection to the mail server: "), "{why}");
}

#[test]
fn the_port_determines_when_encryption_begins() {
    assert_eq!((SmtpTls::of_port(465), SmtpTls::of_port(587)), (SmtpTls::Implicit, SmtpTls::Starttls));
}

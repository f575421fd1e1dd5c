//! Mails and connections to mail servers.

mod outcomes;

use std::sync::Arc;

use plexmon_function::contract::delivery::Delivery;
use plexmon_function::contract::secrets::ChannelSecrets;
use plexmon_function::contract::settings::{ChannelKind, Smtp, SmtpTls};
use plexmon_function::message::Message;
use plexmon_function::notify::email::check;
use plexmon_testing::certificates::{Authority, self_signed};
use rustls::ServerConfig;

use super::smtp::{MailServer, Odd, PASSWORD, USER};
use super::{channel, endless, later, message, secrets, soon};

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
    let setup = MailSetup::new();
    let (delivery, server) = setup.send(None, &message()).await;
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
    let setup = MailSetup::new();
    let server = MailServer::start(Arc::clone(&setup.tls), false, None).await;
    let delivery = deliver(setup.smtp(server.port, SmtpTls::Starttls), &message()).await;
    assert_eq!(delivery, Delivery::Delivered);
    assert_eq!(server.lines()[1], "STARTTLS");
}

#[tokio::test]
async fn nothing_is_sent_unencrypted() {
    let setup = MailSetup::new();
    for (odd, expected) in [
        (("EHLO", Odd::Says("250 no TLS here")), "the mail server does not offer STARTTLS"),
        (("STARTTLS", Odd::Says("454 4.7.0 TLS not available")), "TLS not available"),
    ] {
        let server = MailServer::start(Arc::clone(&setup.tls), false, Some(odd)).await;
        let delivery = deliver(setup.smtp(server.port, SmtpTls::Starttls), &message()).await;
        let why = delivery.outcome().1.unwrap_or_default();
        assert!(why.contains(expected), "{why}");
        assert_eq!(delivery, later(&why, false));
        assert!(!server.lines().iter().any(|line| line.starts_with("AUTH") || line.starts_with("MAIL")));
    }
}

#[tokio::test]
async fn the_certificate_of_the_server_is_verified() {
    let setup = MailSetup::new();
    for from_the_start in [true, false] {
        let server = MailServer::start(self_signed("localhost"), from_the_start, None).await;
        let tls = if from_the_start { SmtpTls::Implicit } else { SmtpTls::Starttls };
        let delivery = deliver(setup.smtp(server.port, tls), &message()).await;
        let why = delivery.outcome().1.unwrap_or_default();
        assert!(why.starts_with("no connection to the mail server: invalid peer certificate"), "{why}");
        assert_eq!(delivery, later(&why, false));
    }
}

#[tokio::test]
async fn repeats_have_the_same_id_and_other_messages_do_not() {
    let setup = MailSetup::new();
    let id = async |message: Message| {
        let (_, server) = setup.send(None, &message).await;
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
    let setup = MailSetup::new();
    let dots = Message { body: ".\n..\nMAIL FROM:<x>\n.\n".to_owned(), url: String::new(), ..message() };
    for message in
        [endless(), dots, Message { title: "a\r\nBcc: x@example.com\r\n\r\nb".to_owned(), ..message() }]
    {
        let (delivery, server) = setup.send(None, &message).await;
        assert_eq!(delivery, Delivery::Delivered);
        let (head, _) = server.mail();
        assert!(!head.lines().any(|line| line.starts_with("Bcc")), "{head}");
        assert_eq!(server.lines().last().map(String::as_str), Some("QUIT"));
    }
}

#[tokio::test]
async fn the_greeting_has_the_domain_of_the_sender() {
    let setup = MailSetup::new();
    assert_eq!(setup.greeting(|smtp| smtp).await, "EHLO example.com");
    let hello = |smtp| Smtp { hello: Some("nas.example.net".to_owned()), ..smtp };
    assert_eq!(setup.greeting(hello).await, "EHLO nas.example.net");
    for name in ["localhost", "nas", "[127.0.0.1]", "127.0.0.1", "a b.example.com", "a..b", "-a.b", ""] {
        let smtp = Smtp { hello: Some(name.to_owned()), ..setup.smtp(465, SmtpTls::Implicit) };
        assert_eq!(check(&smtp), Err(format!("\"{name}\" is not a full host name")));
    }
}

#[tokio::test]
async fn old_authentication_methods_are_supported() {
    let setup = MailSetup::new();
    for offer in ["250-mail.example.com\r\n250 AUTH LOGIN", "250-mail.example.com\r\n250 auth=login cram-md5"]
    {
        let (delivery, server) = setup.send(Some(("EHLO", Odd::Says(offer))), &message()).await;
        assert_eq!(delivery, Delivery::Delivered);
        assert_eq!(server.lines()[1], "AUTH LOGIN");
    }
}

#[tokio::test]
async fn missing_or_invalid_settings_are_reported_and_nothing_is_sent() {
    let setup = MailSetup::new();
    let server = MailServer::start(Arc::clone(&setup.tls), true, None).await;
    let smtp = setup.smtp(server.port, SmtpTls::Implicit);
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

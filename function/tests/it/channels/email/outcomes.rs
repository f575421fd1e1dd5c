//! The outcomes of a mail server's answers.

use std::time::Duration;

use plexmon_function::contract::delivery::Delivery;
use plexmon_function::contract::settings::{ChannelKind, SmtpTls};
use tokio::time::Instant;

use super::MailSetup;
use crate::channels::smtp::{Odd, PASSWORD};
use crate::channels::{channel, later, message, refused, secrets};
use crate::server::{Answer, Server};

#[tokio::test]
async fn a_silent_server_has_received_nothing() {
    let setup = MailSetup::new();
    // It waits for a command that never comes.
    let silent = Server::start(&[Answer::Hang(Vec::new())]).await;
    for (tls, expected) in [
        (SmtpTls::Implicit, "no connection to the mail server: no connection within 1 s"),
        (SmtpTls::Starttls, "no greeting from the mail server within 1 s"),
    ] {
        let channel = channel(ChannelKind::Email(setup.smtp(silent.address.port(), tls)));
        let deadline = Instant::now() + Duration::from_secs(1);
        let delivery = channel.send(&message(), &secrets(&[("password", PASSWORD)]), deadline).await;
        assert_eq!(delivery, later(expected, false));
    }
}

#[tokio::test]
async fn every_answer_has_its_outcome() {
    let setup = MailSetup::new();
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
        assert_eq!(setup.send(Some((at, odd)), &message()).await.0, expected, "{at}");
    }
    let open = Some(("EHLO", says("250-mail.example.com\r\n250 AUTH CRAM-MD5")));
    let expected = later("the mail server does not offer authentication with PLAIN or LOGIN", false);
    assert_eq!(setup.send(open, &message()).await.0, expected);
}

#[tokio::test]
async fn a_refusal_is_permanent_only_if_the_mail_is_at_fault() {
    let setup = MailSetup::new();
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
        assert_eq!(setup.send(Some((at, Odd::Says(reply))), &message()).await.0, expected);
    }
}

#[tokio::test]
async fn secrets_that_a_mail_server_quotes_are_hidden() {
    let setup = MailSetup::new();
    for at in ["greeting", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", "."] {
        let quote = "550 AUTH PLAIN AHBsZXhtb25AZXhhbXBsZS5jb20AYXBwLXBhc3N3MHJkLXh5eg== app-passw0rd-xyz";
        let quote = if at == "AUTH" { quote } else { "550 app-passw0rd-xyz is no password\u{1b}[31m" };
        let (delivery, _) = setup.send(Some((at, Odd::Says(quote))), &message()).await;
        let shown = format!("{delivery:?}");
        assert!(shown.contains("550"), "{shown}");
        for secret in [PASSWORD, "AHBsZXhtb25AZXhhbXBsZS5jb20AYXBwLXBhc3N3MHJkLXh5eg"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
}

//! How long each step may take, and what is said when it takes longer. The clock is paused: it moves on when everybody
//! waits. There is no network, over which a paused clock would move on too early.

use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, DuplexStream, duplex};
use tokio::time::{Instant, sleep};

use super::super::smtp::Session;
use super::{Delivery, Smtp, hello, judge, mail, submit};
use crate::contract::secrets::ChannelSecrets;
use crate::contract::settings::SmtpTls;
use crate::http::seconds;
use crate::message::test_message;

const LIMIT: Duration = Duration::from_secs(20);

fn smtp() -> Smtp {
    Smtp {
        host: "mail.example.com".to_owned(),
        port: 465,
        tls: SmtpTls::Implicit,
        user: Some("me@example.org".to_owned()),
        from: "plexmon <plexmon@example.com>".to_owned(),
        to: vec!["me@example.com".to_owned()],
        hello: None,
        ca_pem: None,
    }
}

/// A server that does what it should, and at one step so much later. Returns how many mails it took.
async fn serve(stream: DuplexStream, slow: &str, delay: Duration) -> u32 {
    let mut stream = BufReader::new(stream);
    let (mut step, mut reply, mut taken, mut is_mail) = ("greeting".to_owned(), "220 hello", 0, false);
    loop {
        if step == slow {
            sleep(delay).await;
        }
        if !reply.is_empty() && stream.write_all(format!("{reply}\r\n").as_bytes()).await.is_err() {
            return taken;
        }
        let mut line = String::new();
        if stream.read_line(&mut line).await.unwrap_or_default() == 0 {
            return taken;
        }
        line.split([' ', '\r']).next().unwrap_or_default().clone_into(&mut step);
        reply = match step.as_str() {
            "." => {
                (taken, is_mail) = (taken + 1, false);
                "250 queued"
            }
            _ if is_mail => "",
            "EHLO" => "250-mail.example.com\r\n250 AUTH PLAIN",
            "DATA" => {
                is_mail = true;
                "354 go ahead"
            }
            _ => "250 fine",
        };
    }
}

/// Return the delivery of a mail, how many mails the server has accepted, and the seconds that it took.
async fn sent(slow: &str, delay: Duration) -> (Delivery, u32, u64) {
    let (ours, theirs) = duplex(64 * 1024);
    let started = Instant::now();
    let mail = mail(&smtp(), &test_message("home", "email", 0)).unwrap();
    let sending = async {
        let mut server = Session::over(ours, seconds(LIMIT), started + LIMIT);
        let talk = async {
            server.greeting().await?;
            submit(&mut server, "example.com", Some(("me", "hush")), &mail).await
        };
        let result = talk.await;
        let elapsed = started.elapsed().as_secs();
        (result.map_err(|failure| judge(&failure, &ChannelSecrets::new())), elapsed)
    };
    let ((result, elapsed), taken) = tokio::join!(sending, serve(theirs, slow, delay));
    (result.err().unwrap_or(Delivery::Delivered), taken, elapsed)
}

const STEPS: [(&str, &str, bool); 7] = [
    ("greeting", "greeting", false),
    ("EHLO", "answer to EHLO", false),
    ("AUTH", "answer to the authentication", false),
    ("MAIL", "answer to the address of the sender", false),
    ("RCPT", "answer to the address of a recipient", false),
    ("DATA", "answer to DATA", false),
    (".", "answer to the mail", true),
];

#[tokio::test(start_paused = true)]
async fn a_slow_server_has_all_the_time_until_the_deadline() {
    for (slow, ..) in STEPS {
        assert_eq!(sent(slow, Duration::from_secs(19)).await, (Delivery::Delivered, 1, 19), "{slow}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_timeout_is_reported_with_its_step() {
    for (slow, step, unproven) in STEPS {
        let why = format!("no {step} from the mail server within 20 s");
        let expected = Delivery::Retry { why, unproven, wait: None };
        // Only the server knows whether it has accepted a mail.
        assert_eq!(sent(slow, Duration::from_secs(21)).await, (expected, unproven.into(), 20));
    }
}

#[tokio::test(start_paused = true)]
async fn quit_does_not_delay_the_delivery() {
    assert_eq!(sent("QUIT", Duration::from_secs(60)).await, (Delivery::Delivered, 1, 0));
}

#[test]
fn the_greeting_has_a_full_name() {
    let from = |from: &str| Smtp { from: from.to_owned(), ..smtp() };
    for (smtp, expected) in [
        (smtp(), "example.com"),
        (from("plexmon@mail.example.net"), "mail.example.net"),
        (Smtp { hello: Some("nas.example.net".to_owned()), ..smtp() }, "nas.example.net"),
        // Servers refuse these names; the domain of the user is next.
        (from("plexmon@localhost"), "example.org"),
        (from("plexmon@nas"), "example.org"),
        (from("plexmon@[127.0.0.1]"), "example.org"),
        (Smtp { user: None, ..from("plexmon@nas") }, "plexmon.invalid"),
        (Smtp { user: Some("me".to_owned()), ..from("plexmon@localhost") }, "plexmon.invalid"),
        (Smtp { hello: Some("localhost".to_owned()), ..smtp() }, "example.com"),
    ] {
        assert_eq!(hello(&smtp), expected);
    }
}

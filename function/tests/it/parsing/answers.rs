//! Corrupt answers of channels and mail servers, sent over the loopback interface and therefore fewer of them.

use plexmon_function::contract::delivery::Delivery;
use plexmon_function::contract::notification::{Notification, NotificationKind};
use plexmon_function::contract::state::State;
use plexmon_function::message::message;
use plexmon_testing::rng::{Rng, env_number};

use super::{mutated, seeds};
use crate::channels;
use crate::fixtures::{NOW, settings};
use crate::server::Answer;

#[tokio::test]
async fn any_answer_of_a_channel_is_understood() {
    let seeds = seeds("answers");
    let sample = message(
        &[Notification::new(NotificationKind::Down, NOW)],
        &State::default(),
        &settings(&["plex"]),
        true,
    );
    let (first, cases) = (env_number("PLEXMON_SEED", 0), env_number("PLEXMON_CASES", 200));
    for kind in channels::http_kinds() {
        let service = kind.service;
        for seed in first..first + cases {
            let body = mutated(&seeds, &mut Rng(seed));
            let head = format!("HTTP/1.1 400 Bad\r\ncontent-length: {}\r\n\r\n", body.len());
            let answer = Answer::Bytes([head.into_bytes(), body].concat());
            let delivery = channels::send(|address| kind.setup(address), answer, &sample).await;
            let why = delivery.outcome().1.unwrap_or_default();
            let itself = why.starts_with(&format!("{service} answered HTTP 400"));
            let in_front = format!("something in front of {service} answered HTTP 400");
            let is_right = match delivery {
                Delivery::Refused { .. } => itself,
                Delivery::Retry { unproven, .. } => !unproven && (itself || why == in_front),
                Delivery::Delivered => false,
            };
            assert!(is_right, "PLEXMON_SEED={seed}: {why}");
            let is_clean = why.chars().count() <= 150 && !why.contains(char::is_control);
            assert!(is_clean, "PLEXMON_SEED={seed}: {why}");
        }
    }
}

#[tokio::test]
async fn any_answer_of_a_mail_server_is_understood() {
    let seeds = seeds("smtp");
    let setup = channels::email::MailSetup::new();
    let sample = message(
        &[Notification::new(NotificationKind::Down, NOW)],
        &State::default(),
        &settings(&["plex"]),
        true,
    );
    let (first, cases) = (env_number("PLEXMON_SEED", 0), env_number("PLEXMON_CASES", 100));
    for seed in first..first + cases {
        let mut rng = Rng(seed);
        let at = rng.choose(&["greeting", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", ".", "QUIT"]);
        let odd = channels::smtp::Odd::Ends(mutated(&seeds, &mut rng));
        let (delivery, _) = setup.send(Some((at, odd)), &sample).await;
        let is_right = match delivery {
            Delivery::Delivered => matches!(at, "." | "QUIT"),
            Delivery::Refused { .. } => at != "QUIT",
            // The server may have agreed to accept the mail in other words, so that it may have been sent from DATA on.
            Delivery::Retry { unproven, .. } => at != "QUIT" && (matches!(at, "DATA" | ".") || !unproven),
        };
        let why = delivery.outcome().1.unwrap_or_default();
        assert!(is_right, "PLEXMON_SEED={seed}: {at} {delivery:?}");
        let is_clean = why.chars().count() <= 150 && !why.contains(char::is_control);
        assert!(is_clean, "PLEXMON_SEED={seed}: {why}");
    }
}

//! The channel `matrix` against a real homeserver.
#![cfg(target_os = "linux")]

mod homeserver;

use plexmon_function::contract::delivery::Delivery;
use plexmon_function::contract::secrets::ChannelSecrets;
use plexmon_function::contract::settings::ChannelKind;
use plexmon_function::message::Message;

use self::homeserver::{Homeserver, Room};
use crate::channels::{deliver, endless, message, refused, secrets, soon};

fn setup(room: &Room, id: &str, token: &str) -> (ChannelKind, ChannelSecrets) {
    let kind = ChannelKind::Matrix { url: room.url.clone(), room: id.to_owned() };
    (kind, secrets(&[("token", token)]))
}

async fn send(room: &Room, message: &Message) -> Delivery {
    let (kind, secrets) = setup(room, &room.id, &room.token);
    deliver(kind, message, &secrets, soon()).await
}

#[tokio::test]
async fn a_homeserver_shows_each_message_once_and_refuses_wrong_tokens() {
    let homeserver = Homeserver::start().await;
    let room = homeserver.room().await;
    let expected = "plex is DOWN\nÜnable & co\nhttps://plex.example.com/identity";
    // A repeat is confirmed, but is no second event.
    for _ in 0..2 {
        assert_eq!(send(&room, &message()).await, Delivery::Delivered);
        assert_eq!(room.messages().await, [expected]);
    }
    let other = Message { id: "another".to_owned(), ..message() };
    assert_eq!(send(&room, &other).await, Delivery::Delivered);
    assert_eq!(room.messages().await, [expected, expected]);
    // The longest and oddest text that the channel sends is an event that the homeserver accepts.
    assert_eq!(send(&room, &endless()).await, Delivery::Delivered);

    let (kind, wrong) = setup(&room, &room.id, "syt_d3Jvbmc_wrongwrongwrongwrong_000000");
    let why = "Matrix answered HTTP 401: Invalid access token passed. (log in again for a new token)";
    assert_eq!(deliver(kind, &message(), &wrong, soon()).await, refused(why, true));
    let (kind, secrets) = setup(&room, "!elsewhere:localhost", &room.token);
    let delivery = deliver(kind, &message(), &secrets, soon()).await;
    let Delivery::Refused { why, credentials: false } = delivery else { panic!("{delivery:?}") };
    assert!(why.contains("HTTP 403") && why.contains("must have joined the room"), "{why}");

    // More than a burst.
    for number in 0..20 {
        let delivery = send(&room, &Message { id: format!("burst {number}"), ..message() }).await;
        if delivery != Delivery::Delivered {
            let Delivery::Retry { why, unproven: false, .. } = delivery else { panic!("{delivery:?}") };
            assert!(number > 3 && why.starts_with("Matrix answered HTTP 429: Too Many Requests"), "{why}");
            return;
        }
    }
    panic!("the homeserver limits no rate");
}

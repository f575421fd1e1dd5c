//! No channel ever tells a secret, whatever a server quotes.

use plexmon_function::contract::secrets::{ChannelSecrets, SecretValue};

use super::{ALL, at, channel, endless, message, soon};
use crate::server::{Answer, Server, http};

/// Whatever of a secret is one by itself: of an address, all but the server's name and what everybody's begins with.
fn parts(secrets: &ChannelSecrets) -> Vec<String> {
    let whole = secrets.values().map(SecretValue::expose);
    let pieces = whole.clone().flat_map(|secret| secret.split(['/', '?', '=', '&']).skip(3));
    whole.chain(pieces).filter(|part| part.len() >= 4).map(str::to_owned).collect()
}

fn quoted(request: &str) -> String {
    serde_json::to_string(request).unwrap()
}

fn pushover_like(request: &str) -> Answer {
    http("400 Bad", "", &format!(r#"{{"status":0,"errors":[{}]}}"#, quoted(request)))
}

fn pushbullet_like(request: &str) -> Answer {
    http("401 Bad", "", &format!(r#"{{"error":{{"code":"c","message":{}}}}}"#, quoted(request)))
}

fn ntfy_like(request: &str) -> Answer {
    http("429 Bad", "", &format!(r#"{{"code":42901,"error":{}}}"#, quoted(request)))
}

fn discord_like(request: &str) -> Answer {
    http("500 Bad", "", &format!(r#"{{"code":0,"message":{}}}"#, quoted(request)))
}

fn plain(request: &str) -> Answer {
    http("404 Bad", "", &format!("Cannot {request}"))
}

/// The last of the path, where the token of a webhook is, in the shape of one of Slack's reasons.
fn a_word(request: &str) -> Answer {
    let path = request.split(' ').nth(1).unwrap();
    http("400 Bad", "", path.rsplit('/').next().unwrap())
}

#[tokio::test]
async fn what_a_server_quotes_is_hidden() {
    for (service, setup) in ALL {
        for quote in [pushover_like, pushbullet_like, ntfy_like, discord_like, plain, a_word] {
            for message in [message(), endless()] {
                let server = Server::start(&[Answer::By(quote)]).await;
                let (kind, secrets) = setup(&at(&server));
                let channel = channel(kind);
                let delivery = channel.send(&message, &secrets, soon()).await;
                let shown = format!("{delivery:?} {:?} {secrets:?}", delivery.outcome());
                assert!(shown.contains(&format!("{service} answered HTTP")), "{shown}");
                for part in parts(&secrets) {
                    assert!(!shown.contains(&part), "{part}: {shown}");
                }
                assert!(delivery.outcome().1.is_some_and(|why| why.chars().count() <= 150));
            }
        }
    }
}

#[tokio::test]
async fn secrets_that_cannot_be_sent_are_not_told() {
    let server = Server::start(&[http("401 Unauthorized", "", "s3cret")]).await;
    for (service, setup) in ALL {
        let (kind, secrets) = setup(&at(&server));
        let channel = channel(kind);
        for broken in ["http://[s3cret-value", "s3cret-value", "/s3cret-value", "s3cret\nvalue"] {
            let broken: ChannelSecrets =
                secrets.keys().map(|name| (name.clone(), SecretValue::new(broken))).collect();
            let why = channel.send(&message(), &broken, soon()).await.outcome().1.unwrap_or_default();
            assert!(!why.contains("s3cret"), "{service}: {why}");
            let told = ["cannot be understood", "no header takes", "answered HTTP 401"];
            assert!(told.iter().any(|told| why.contains(told)), "{service}: {why}");
        }
    }
}

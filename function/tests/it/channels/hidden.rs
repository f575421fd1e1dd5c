//! No channel ever shows a secret, whatever a server quotes.

use plexmon_function::contract::secrets::{ChannelSecrets, SecretValue};

use super::{at, deliver, endless, http_kinds, message, soon};
use crate::server::{Answer, Server, http};

/// The parts of secrets that are secret by themselves: of an address, everything after the host.
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

fn telegram_like(request: &str) -> Answer {
    let quoted = quoted(request);
    http("400 Bad", "", &format!(r#"{{"ok":false,"error_code":400,"description":{quoted}}}"#))
}

fn gotify_like(request: &str) -> Answer {
    let quoted = quoted(request);
    let body = format!(r#"{{"error":"Bad Request","errorCode":400,"errorDescription":{quoted}}}"#);
    http("400 Bad", "", &body)
}

fn matrix_like(request: &str) -> Answer {
    http("403 Bad", "", &format!(r#"{{"errcode":"M_FORBIDDEN","error":{}}}"#, quoted(request)))
}

fn teams_like(request: &str) -> Answer {
    http("403 Bad", "", &format!(r#"{{"error":{{"code":"c","message":{}}}}}"#, quoted(request)))
}

fn googlechat_like(request: &str) -> Answer {
    let quoted = quoted(request);
    let error = format!(r#"{{"code":400,"message":{quoted},"status":"INVALID_ARGUMENT"}}"#);
    http("400 Bad", "", &format!(r#"{{"error":{error}}}"#))
}

fn mattermost_like(request: &str) -> Answer {
    let quoted = quoted(request);
    http("400 Bad", "", &format!(r#"{{"id":"a.app_error","message":{quoted},"status_code":400}}"#))
}

fn plain(request: &str) -> Answer {
    http("404 Bad", "", &format!("Cannot {request}"))
}

/// The last part of the path, where webhooks have their token, in the form of Slack's reasons.
fn reason_like(request: &str) -> Answer {
    let path = request.split(' ').nth(1).unwrap();
    http("400 Bad", "", path.rsplit('/').next().unwrap())
}

const QUOTES: [fn(&str) -> Answer; 12] = [
    pushover_like,
    pushbullet_like,
    ntfy_like,
    discord_like,
    telegram_like,
    gotify_like,
    matrix_like,
    teams_like,
    googlechat_like,
    mattermost_like,
    plain,
    reason_like,
];

#[tokio::test]
async fn secrets_that_a_server_quotes_are_hidden() {
    for http_kind in http_kinds() {
        let service = http_kind.service;
        for quote in QUOTES {
            for message in [message(), endless()] {
                let server = Server::start(&[Answer::By(quote)]).await;
                let (kind, secrets) = http_kind.setup(&at(&server));
                let delivery = deliver(kind, &message, &secrets, soon()).await;
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
async fn secrets_that_cannot_be_sent_are_not_shown() {
    let server = Server::start(&[http("401 Unauthorized", "", "s3cret")]).await;
    for http_kind in http_kinds() {
        let service = http_kind.service;
        let (kind, secrets) = http_kind.setup(&at(&server));
        for broken in ["http://[s3cret-value", "s3cret-value", "/s3cret-value", "s3cret\nvalue"] {
            let broken: ChannelSecrets =
                secrets.keys().map(|name| (name.clone(), SecretValue::new(broken))).collect();
            let delivery = deliver(kind.clone(), &message(), &broken, soon()).await;
            let why = delivery.outcome().1.unwrap_or_default();
            assert!(!why.contains("s3cret"), "{service}: {why}");
            let reasons = ["is invalid", "not allowed in a header", "answered HTTP 401"];
            assert!(reasons.iter().any(|reason| why.contains(reason)), "{service}: {why}");
        }
    }
}

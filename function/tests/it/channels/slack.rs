//! Requests to Slack, and the outcomes of their answers.

use plexmon_function::contract::delivery::Delivery;
use plexmon_function::contract::secrets::ChannelSecrets;
use plexmon_function::contract::settings::ChannelKind;
use plexmon_function::message::Message;

use super::{Posted, endless, later, message, refused, secrets, send, sent};
use crate::server::{Answer, http};

const PATH: &str = "/services/T0ABCDEFG/B0HIJKLMN/xoxsecretsecretsecretsec";

pub fn setup(address: &str) -> (ChannelKind, ChannelSecrets) {
    (ChannelKind::Slack, secrets(&[("url", &format!("{address}{PATH}"))]))
}

/// Accepts what the documentation specifies: control sequences are its own, and `&` begins nothing but an escape.
fn service(request: &str) -> Answer {
    let posted = Posted::of(request);
    if posted.line != format!("POST {PATH} HTTP/1.1") {
        return http("404 Not Found", "", "no_service");
    }
    let text = posted.text("text");
    let is_escaped =
        text.split('&').skip(1).all(|rest| ["amp;", "lt;", "gt;"].iter().any(|e| rest.starts_with(e)));
    if !posted.is_json() || text.is_empty() || text.contains(['<', '>']) || !is_escaped {
        return http("400 Bad Request", "", "invalid_payload");
    }
    if text.chars().count() > 4_000 {
        return http("400 Bad Request", "", "msg_too_long");
    }
    http("200 OK", "content-type: text/html\r\n", "ok")
}

#[tokio::test]
async fn reserved_characters_are_escaped() {
    let expected = "plex is DOWN\nÜnable &amp; co\nhttps://plex.example.com/identity";
    assert_eq!(sent(setup, service, &message()).await.text("text"), expected);
    let odd = Message { body: "<!channel> & <@U1> &amp;".to_owned(), url: String::new(), ..message() };
    let expected = "plex is DOWN\n&lt;!channel&gt; &amp; &lt;@U1&gt; &amp;amp;";
    assert_eq!(sent(setup, service, &odd).await.text("text"), expected);
}

#[tokio::test]
async fn long_messages_are_shortened_to_the_limits() {
    let posted = sent(setup, service, &endless()).await;
    assert!(posted.text("text").ends_with('…') && posted.text("text").chars().count() > 3_990);
}

#[tokio::test]
async fn every_answer_has_its_outcome() {
    for (status, body, expected) in [
        ("400 Bad", "invalid_payload", refused("Slack answered HTTP 400: invalid_payload", false)),
        ("400 Bad", "invalid_token", refused("Slack answered HTTP 400: invalid_token", true)),
        ("400 Bad", "no_team", refused("Slack answered HTTP 400: no_team", true)),
        ("403 Forbidden", "action_prohibited", refused("Slack answered HTTP 403: action_prohibited", true)),
        ("404 Not Found", "no_service", refused("Slack answered HTTP 404: no_service", true)),
        ("404 Not Found", "channel_not_found", refused("Slack answered HTTP 404: channel_not_found", true)),
        ("410 Gone", "channel_is_archived", refused("Slack answered HTTP 410: channel_is_archived", true)),
        (
            "404 Not Found",
            "404 page not found",
            later("something in front of Slack answered HTTP 404", false),
        ),
        ("403 Forbidden", "forbidden", later("something in front of Slack answered HTTP 403", false)),
        ("429 Too Many", "rate_limited", later("Slack answered HTTP 429: rate_limited", false)),
        ("500 Oh", "rollup_error", later("Slack answered HTTP 500: rollup_error", false)),
        ("200 OK", "ok\n", Delivery::Delivered),
        ("502 Bad", "ok", later("Slack answered HTTP 502", false)),
    ] {
        assert_eq!(send(setup, http(status, "", body), &message()).await, expected);
    }
}

/// Mattermost, Rocket.Chat and Zulip take what Slack takes.
#[tokio::test]
async fn compatible_services_are_read_by_their_own_answers() {
    let mattermost = |id: &str, status: u16| {
        format!(
            r#"{{"id":"{id}","message":"Not so.","detailed_error":"","request_id":"r","status_code":{status}}}"#
        )
    };
    for (status, body, expected) in [
        ("200 OK", r#"{"success":true}"#.to_owned(), Delivery::Delivered),
        ("200 OK", r#"{"result":"success","msg":""}"#.to_owned(), Delivery::Delivered),
        ("200 OK", r#"{"ok":true}"#.to_owned(), Delivery::Delivered),
        (
            "400 Bad Request",
            mattermost("web.incoming_webhook.invalid.app_error", 400),
            refused("Slack answered HTTP 400: Not so. (the webhook does not exist)", true),
        ),
        (
            "501 Not Implemented",
            mattermost("web.incoming_webhook.disabled.app_error", 501),
            refused("Slack answered HTTP 501: Not so. (enable them in the System Console)", true),
        ),
        (
            "500 Internal Server Error",
            mattermost("app.post.save.app_error", 500),
            later("Slack answered HTTP 500: Not so.", false),
        ),
        (
            "401 Unauthorized",
            r#"{"success":false,"error":"Invalid integration id or token provided."}"#.to_owned(),
            refused("Slack answered HTTP 401: Invalid integration id or token provided.", true),
        ),
        (
            "429 Too Many Requests",
            r#"{"success":false,"error":"Error, too many requests."}"#.to_owned(),
            later("Slack answered HTTP 429: Error, too many requests.", false),
        ),
    ] {
        assert_eq!(send(setup, http(status, "", &body), &message()).await, expected);
    }
}

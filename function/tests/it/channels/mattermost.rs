//! Requests to Mattermost, and the outcomes of its answers.

use plexmon_function::contract::delivery::Delivery;
use plexmon_function::contract::secrets::ChannelSecrets;
use plexmon_function::contract::settings::ChannelKind;
use plexmon_function::message::Message;
use serde_json::json;

use super::{Posted, endless, later, message, refused, secrets, send, sent};
use crate::server::{Answer, http};

const PATH: &str = "/hooks/x6tkdhc8pjbjzkdstmzhw8s4fh";

fn setup(address: &str) -> (ChannelKind, ChannelSecrets) {
    (ChannelKind::Mattermost, secrets(&[("url", &format!("{address}{PATH}"))]))
}

fn error(id: &str, message: &str, status: u16) -> String {
    json!({"id": id, "message": message, "detailed_error": "", "request_id": "r", "status_code": status})
        .to_string()
}

/// Accepts what the documentation specifies: an unknown webhook is a bad request, and the channel is not chosen.
fn service(request: &str) -> Answer {
    let posted = Posted::of(request);
    let refuse = |id: &str, text: &str| http("400 Bad Request", "", &error(id, text, 400));
    if posted.line != format!("POST {PATH} HTTP/1.1") {
        return refuse("web.incoming_webhook.invalid.app_error", "Invalid webhook.");
    }
    let text = posted.text("text");
    if !posted.is_json() || text.is_empty() {
        return refuse("web.incoming_webhook.text.app_error", "No text specified.");
    }
    if !posted.body["channel"].is_null() || text.chars().count() > 4_000 {
        return refuse("web.incoming_webhook.channel_locked.app_error", "Not here.");
    }
    http("200 OK", "content-type: text/plain\r\n", "ok")
}

/// The words that the server compares with mentions: it separates them at everything but these characters.
fn words(text: &str) -> Vec<&str> {
    text.split(|c: char| !(c.is_alphanumeric() || ":.-_@".contains(c))).filter(|w| !w.is_empty()).collect()
}

#[tokio::test]
async fn a_message_has_a_bold_title_and_a_link() {
    let expected = "**plex is DOWN**\nÜnable &amp; co\n[Open plex](https://plex.example.com/identity)";
    assert_eq!(sent(setup, service, &message()).await.text("text"), expected);
    let url = "https://plex.example.com/a_(b)".to_owned();
    let posted = sent(setup, service, &Message { url, url_title: "Open [x]".to_owned(), ..message() }).await;
    assert!(posted.text("text").ends_with("\n[Open \\[x\\]](https://plex.example.com/a_%28b%29)"));
}

#[tokio::test]
async fn markdown_is_escaped_and_nobody_is_mentioned() {
    let odd = Message {
        title: "*_plex_* `x`".to_owned(),
        body: "@all @channel, mail@example.com <!here> <@U1> # \\ [a](b) ~~c~~ |d|".to_owned(),
        url: String::new(),
        ..message()
    };
    let posted = sent(setup, service, &odd).await;
    let expected = "**\\*\\_plex\\_\\* \\`x\\`**\n\
        @\u{200b}all @\u{200b}channel, mail@\u{200b}example.com &lt;\\!here&gt; &lt;@\u{200b}U1&gt; \
        \\# \\\\ \\[a\\](b) \\~\\~c\\~\\~ \\|d\\|";
    assert_eq!(posted.text("text"), expected);
    for word in words(posted.text("text")) {
        assert!(!["@all", "@channel", "@here", "@U1", "mail@example.com"].contains(&word), "{word}");
    }
    // Slack's sequences are replaced before that.
    assert!(!posted.text("text").contains('<'));
}

#[tokio::test]
async fn long_messages_are_shortened_to_the_limit() {
    let posted = sent(setup, service, &endless()).await;
    assert!(posted.text("text").ends_with('…') && posted.text("text").chars().count() > 3_980);
    let with_url = sent(setup, service, &Message { url: message().url, ..endless() }).await;
    assert!(with_url.text("text").ends_with("…\n[Open plex](https://plex.example.com/identity)"));
}

#[tokio::test]
async fn every_answer_has_its_outcome() {
    let refusal = |status: u16, reason: &str, hint: &str, credentials: bool| {
        let id = format!("web.incoming_webhook.{reason}.app_error");
        let why = format!("Mattermost answered HTTP {status}: Not so.{hint}");
        (status, error(&id, "Not so.", status), refused(&why, credentials))
    };
    let disabled = " (enable them in the System Console)";
    for (status, body, expected) in [
        refusal(400, "invalid", " (the webhook does not exist)", true),
        refusal(400, "text", "", false),
        refusal(403, "channel_locked", " (the webhook is locked to another channel)", false),
        refusal(403, "permissions", "", false),
        refusal(404, "channel", " (the channel does not exist)", false),
        // It would never pass by itself.
        refusal(501, "disabled", disabled, true),
        (
            500,
            error("app.post.save.app_error", "Unable to save the Post.", 500),
            later("Mattermost answered HTTP 500: Unable to save the Post.", false),
        ),
        (
            429,
            error("api.context.rate_limit", "limit exceeded", 429),
            later("Mattermost answered HTTP 429: limit exceeded", false),
        ),
        (501, "<html>Not Implemented</html>".to_owned(), later("Mattermost answered HTTP 501", false)),
        (
            404,
            r#"{"id":"x.app_error","message":"no"}"#.to_owned(),
            later("something in front of Mattermost answered HTTP 404", false),
        ),
        (200, "ok".to_owned(), Delivery::Delivered),
        (502, "ok".to_owned(), later("Mattermost answered HTTP 502", false)),
        (
            200,
            "ok, but logged in?".to_owned(),
            later("HTTP 200, but without a confirmation from Mattermost", true),
        ),
    ] {
        assert_eq!(send(setup, http(&format!("{status} Status"), "", &body), &message()).await, expected);
    }
}

//! Microsoft Teams: a workflow with the trigger "When a Teams webhook request is received", which posts an Adaptive Card.
//! <https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook>
//!
//! Teams answers when the workflow has started. Whether the card was posted is not reported back, and repeats are not
//! recognized. The texts are in `TextRun`s, which show Markdown as it is written.

use http::StatusCode;
use serde_json::{Value, json};

use super::answer::{Answer, refusal};
use super::post::{OneRequest, Post, link, secret};
use super::{Channel, Delivery};
use crate::contract::description::{ChannelDescription, Checked, Setting};
use crate::contract::secrets::ChannelSecrets;
use crate::contract::settings::Severity;
use crate::endpoint::Endpoint;
use crate::http::Http;
use crate::message::Message;
use crate::text::{bounded_by, json_bytes};
use crate::unexpected_body;

// In bytes as JSON. A workflow cannot post more than about 28 KB, and does not say so.
const MAX_BODY: usize = 16_000;
const MAX_TITLE: usize = 1_000;
const MAX_URL: usize = 1_000;

/// What a line of the text needs besides its characters.
const LINE_BYTES: usize = 90;

const SERVICE: &str = "Teams";

/// How it is configured.
pub const DESCRIPTION: ChannelDescription = ChannelDescription {
    kind: "teams",
    service: SERVICE,
    about: "a workflow of [Microsoft Teams](https://support.microsoft.com/office/8ae491c7-0394-4861-ba59-055e33f75498)",
    settings: &[Setting::secret(
        "url",
        "{ env = \"TEAMS_URL\" }",
        "the address of a workflow with the trigger \"When a Teams webhook request is received\"",
    )],
    check_secret,
    after_test: Some("Teams confirms only that the workflow has started; look in Teams for the message"),
    refusals: &[
        (
            "an error with a code",
            "the reason of the workflow; see whether it is turned on, and copy its address again",
        ),
        (
            "none, and no message",
            "see the workflow's run history; it ends when its owner leaves, unless it has co-owners",
        ),
    ],
    ..ChannelDescription::SIMPLE
};

fn check_secret(_: &str, url: &str) -> Checked {
    let host = Endpoint::parse(url).and_then(|endpoint| endpoint.uri.host().map(str::to_ascii_lowercase));
    if host.is_some_and(|host| host == "outlook.office.com" || host.ends_with("webhook.office.com")) {
        return Err(
            "is that of an Office 365 connector, which Teams no longer offers; create a workflow in Teams from its \
             template for webhook requests"
            .to_owned(),
        );
    }
    Ok(())
}

/// Create a channel that posts through `http`.
pub fn channel(name: String, http: &Http) -> Box<dyn Channel> {
    Box::new(OneRequest { name, http: http.clone(), build: Box::new(post) })
}

fn post(message: &Message, secrets: &ChannelSecrets) -> Result<Post, Delivery> {
    let url = secret(SERVICE, secrets, "url")?.expose();
    let title = bounded_by(&message.title, MAX_TITLE, json_bytes);
    let line_bytes = |c| if c == '\n' { LINE_BYTES } else { json_bytes(c) };
    let body = bounded_by(&message.body, MAX_BODY, line_bytes);
    let run = |text: &str, weight: &str| {
        let run = json!({"type": "TextRun", "text": text, "weight": weight});
        json!({"type": "RichTextBlock", "inlines": [run]})
    };
    let lines = body.lines().filter(|line| !line.is_empty()).map(|line| run(line, "Default"));
    let items: Vec<Value> = std::iter::once(run(&title, "Bolder")).chain(lines).collect();
    let mut card = json!({
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "fallbackText": title,
        "msteams": {"width": "Full"},
        "body": [{"type": "Container", "style": style(message), "bleed": true, "items": items}],
    });
    if let Some(url) = link(message, MAX_URL) {
        let label = bounded_by(&message.url_title, MAX_TITLE, json_bytes);
        card["actions"] = json!([{"type": "Action.OpenUrl", "title": label, "url": url}]);
    }
    let attachment = json!({
        "contentType": "application/vnd.microsoft.card.adaptive",
        "contentUrl": null,
        "content": card,
    });
    // The summary is what a phone shows without the card.
    let body = json!({"type": "message", "summary": title, "attachments": [attachment]});
    Ok(Post::json(SERVICE, url, &body, Box::new(read))?.with_secrets())
}

/// Return the style of the container, which determines its color.
fn style(message: &Message) -> &'static str {
    match message.severity {
        _ if message.urgent => "attention",
        Severity::Down => "good",
        Severity::Warn => "warning",
        Severity::Info => "default",
    }
}

/// Read a success, usually 202 without a body, or `{"error":{"code":"WorkflowNotFound","message":"..."}}`
fn read(status: StatusCode, body: &[u8]) -> Answer {
    let reply: Value = serde_json::from_slice(body).unwrap_or_default();
    let error = &reply["error"];
    match (error["code"].as_str(), error["message"].as_str()) {
        (Some(code), Some(text)) => {
            refusal(status, format!("{code}: {text}"), matches!(status.as_u16(), 401 | 403 | 404))
        }
        _ if unexpected_body::is_page(body) || unexpected_body::reports_failure(body) => Answer::Foreign,
        _ if status.is_success() => Answer::Accepted,
        _ => Answer::Foreign,
    }
}

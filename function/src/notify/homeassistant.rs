//! Home Assistant: a call of a service of its integration `notify`.
//! <https://developers.home-assistant.io/docs/api/rest/>
//!
//! It answers when the call is done, with the list of states that have changed, which is mostly empty.

use http::StatusCode;
use serde_json::{Value, json};

use super::answer::{Answer, refusal};
use super::post::{OneRequest, Post, appended, fold_key, link, secret};
use super::{Channel, Delivery};
use crate::contract::description::{
    Answers, ChannelDescription, Checked, Need, Protocol, Setting, Type, base,
};
use crate::contract::secrets::ChannelSecrets;
use crate::http::Http;
use crate::message::Message;
use crate::text::bounded;

// What a phone shows at most. Push services accept 4 KB.
const MAX_TITLE: usize = 200;
const MAX_MESSAGE: usize = 1_500;
const MAX_URL: usize = 500;

/// The services of phones with the companion app, which alone accept the options in `data`.
const PHONE: &str = "mobile_app_";

const SERVICE: &str = "Home Assistant";

/// How it is configured.
pub const DESCRIPTION: ChannelDescription = ChannelDescription {
    kind: "homeassistant",
    service: SERVICE,
    about: "a notification service of [Home Assistant](https://www.home-assistant.io/integrations/notify/), such as a phone",
    settings: &[
        Setting {
            key: "url",
            kind: Type::Address(check_url),
            need: Need::Required,
            example: "\"https://home.example.com\"",
            about: "the server",
        },
        Setting::secret(
            "token",
            "{ env = \"HOMEASSISTANT_TOKEN\" }",
            "a long-lived access token, from the page of your user",
        ),
        Setting {
            key: "service",
            kind: Type::Text(check_service),
            need: Need::Required,
            example: "\"mobile_app_phone\"",
            about: "the service, with or without `notify.`",
        },
    ],
    protocol: Protocol::Http {
        answers: Some(Answers { confirmation: "[]", refusal: (401, "401: Unauthorized") }),
    },
    refusals: &[
        (
            "400 `Bad Request`",
            "there is no such service: see the developer tools; or the proxy is not in `trusted_proxies`",
        ),
        ("401 `Unauthorized`", "the token is wrong or was deleted: create another one"),
        ("403 `Forbidden`", "the address was banned after wrong tokens: see `ip_bans.yaml`"),
    ],
    ..ChannelDescription::SIMPLE
};

fn check_url(url: &str) -> Checked {
    if url.trim_end_matches('/').ends_with("/api") || url.contains("/api/") {
        return Err("`/api` and the service are appended to it; leave them out".to_owned());
    }
    base(url)
}

fn check_service(service: &str) -> Checked {
    let name = name_of(service);
    let is_allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    if name.is_empty() || !name.bytes().all(is_allowed) {
        return Err(
            "it is not the name of a service, such as `mobile_app_phone` or `notify.family`".to_owned()
        );
    }
    Ok(())
}

fn name_of(service: &str) -> &str {
    service.strip_prefix("notify.").unwrap_or(service)
}

/// Create a channel that posts through `http`.
pub fn channel(name: String, url: &str, service: &str, http: &Http) -> Box<dyn Channel> {
    let service = name_of(service);
    let is_phone = service.starts_with(PHONE);
    let url = appended(url, &format!("/api/services/notify/{service}"));
    let build = move |message: &Message, secrets: &ChannelSecrets| post(&url, is_phone, message, secrets);
    Box::new(OneRequest { name, http: http.clone(), build: Box::new(build) })
}

fn post(url: &str, is_phone: bool, message: &Message, secrets: &ChannelSecrets) -> Result<Post, Delivery> {
    let token = secret(SERVICE, secrets, "token")?;
    let mut body = json!({
        "title": bounded(&message.title, MAX_TITLE),
        "message": bounded(&message.body, MAX_MESSAGE),
    });
    // Other services refuse what they do not know.
    if is_phone {
        body["data"] = data(message);
    }
    Post::json(SERVICE, url, &body, Box::new(read))?.with_token(token)
}

/// Return the options for a phone: where a tap leads, and, for an outage, that it arrives at once.
fn data(message: &Message) -> Value {
    // A repeat replaces the message on the phone.
    let mut data = json!({"tag": fold_key(&message.id)});
    if let Some(url) = link(message, MAX_URL) {
        // The names on iOS and on Android.
        (data["url"], data["clickAction"]) = (url.into(), url.into());
    }
    if message.urgent {
        (data["ttl"], data["priority"]) = (0.into(), "high".into());
        data["push"] = json!({"interruption-level": "time-sensitive"});
    }
    data
}

/// Read a list, or the text of a status, such as `400: Bad Request`.
fn read(status: StatusCode, body: &[u8]) -> Answer {
    let text = String::from_utf8_lossy(body);
    let reason = text.trim().strip_prefix(status.as_str()).and_then(|rest| rest.strip_prefix(": "));
    match reason.filter(|reason| Some(*reason) == status.canonical_reason()) {
        Some(reason) if status.is_client_error() => {
            let hint = if status == StatusCode::BAD_REQUEST { " (see `service`)" } else { "" };
            refusal(status, format!("{reason}{hint}"), matches!(status.as_u16(), 401 | 403))
        }
        _ if status.is_success()
            && serde_json::from_slice::<Value>(body).is_ok_and(|reply| reply.is_array()) =>
        {
            Answer::Accepted
        }
        // In the same form after a change of the status on the way.
        _ if text.trim() == "401: Unauthorized" => refusal(status, "Unauthorized".to_owned(), true),
        _ => Answer::Foreign,
    }
}

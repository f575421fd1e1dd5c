//! Signal, through signal-cli-rest-api, a server of your own. <https://github.com/bbernhard/signal-cli-rest-api>
//!
//! A message may take many seconds, because the server starts a program for it. Repeats are not recognized.

use http::StatusCode;
use serde_json::{Value, json};

use super::answer::{Answer, refusal};
use super::post::{OneRequest, Post, appended, link, with_login};
use super::{Channel, Delivery};
use crate::contract::description::{
    Answers, ChannelDescription, Checked, Need, Protocol, Setting, Type, any, base,
};
use crate::contract::secrets::ChannelSecrets;
use crate::http::Http;
use crate::message::Message;
use crate::text::bounded;

// What Signal shows without "read more".
const MAX_TITLE: usize = 250;
const MAX_BODY: usize = 1_500;
const MAX_URL: usize = 500;

/// The reason if a recipient does not use Signal.
const UNREGISTERED: &str = "UNREGISTERED_FAILURE";

const SERVICE: &str = "Signal";

/// How it is configured.
pub const DESCRIPTION: ChannelDescription = ChannelDescription {
    kind: "signal",
    service: SERVICE,
    about: "Signal, through a [signal-cli-rest-api](https://github.com/bbernhard/signal-cli-rest-api) of your own",
    settings: &[
        Setting {
            key: "url",
            kind: Type::Address(check_url),
            need: Need::Required,
            example: "\"https://signal.example.com\"",
            about: "the server. It has no login of its own: put one in front of it",
        },
        Setting {
            key: "number",
            kind: Type::Text(check_number),
            need: Need::Required,
            example: "\"+4915112345678\"",
            about: "the sender, registered on the server",
        },
        Setting {
            key: "recipients",
            kind: Type::Texts,
            need: Need::Required,
            example: "[\"+4915187654321\"]",
            about: "phone numbers, user names or groups (`group.…`)",
        },
        Setting {
            key: "user",
            kind: Type::Text(any),
            need: Need::Optional,
            example: "\"me\"",
            about: "the user, if a proxy in front of the server asks for one",
        },
        Setting::secret("password", "{ env = \"SIGNAL_PASSWORD\" }", "the password of the user").with("user"),
    ],
    protocol: Protocol::Http {
        answers: Some(Answers {
            confirmation: r#"{"timestamp":"1793700300000"}"#,
            refusal: (400, r#"{"error":"Failed to send message: UNREGISTERED_FAILURE"}"#),
        }),
    },
    refusals: &[
        ("`UNREGISTERED_FAILURE`", "a recipient does not use Signal: see `recipients`"),
        (
            "429 with a captcha",
            "Signal demands a captcha for the sender; waiting does not help. Solve it, and send the token to \
          `/v1/accounts/NUMBER/rate-limit-challenge`",
        ),
    ],
    ..ChannelDescription::SIMPLE
};

fn check_url(url: &str) -> Checked {
    if url.trim_end_matches('/').ends_with("/v2/send") {
        return Err("`/v2/send` is appended to it; leave it out".to_owned());
    }
    base(url)
}

/// Check that this is a phone number with its country code.
pub(super) fn check_number(number: &str) -> Checked {
    let digits = number.strip_prefix('+').unwrap_or_default();
    if (6..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(());
    }
    Err("it is not a phone number with its country code, such as +4915112345678".to_owned())
}

/// Create a channel that posts through `http`.
pub fn channel(
    name: String,
    url: &str,
    number: String,
    recipients: Vec<String>,
    user: Option<String>,
    http: &Http,
) -> Box<dyn Channel> {
    let url = appended(url, "/v2/send");
    let build = move |message: &Message, secrets: &ChannelSecrets| {
        let post = post(&url, &number, &recipients, message)?;
        with_login(post, SERVICE, user.as_deref(), secrets)
    };
    Box::new(OneRequest { name, http: http.clone(), build: Box::new(build) })
}

fn post(url: &str, number: &str, recipients: &[String], message: &Message) -> Result<Post, Delivery> {
    let link = link(message, MAX_URL).map_or_else(String::new, |url| format!("\n{url}"));
    let title = bounded(&message.title, MAX_TITLE);
    let text = format!("{title}\n{}{link}", bounded(&message.body, MAX_BODY));
    let body = json!({"message": text, "number": number, "recipients": recipients, "text_mode": "normal"});
    Post::json(SERVICE, url, &body, Box::new(read))
}

/// Read `{"timestamp":"..."}`, perhaps with the recipients that did not get it, or `{"error":"..."}`, for a captcha with
/// `challenge_tokens`.
fn read(status: StatusCode, body: &[u8]) -> Answer {
    let reply: Value = serde_json::from_slice(body).unwrap_or_default();
    let is_challenge = reply["challenge_tokens"].is_array();
    match (reply["timestamp"].as_str(), reply["error"].as_str()) {
        (Some(timestamp), None) if status.is_success() && !timestamp.is_empty() => {
            let errors = reply["errors"].to_string();
            if reply["errors"].is_null() || matches!(errors.as_str(), "[]" | "{}") {
                Answer::Accepted
            } else if errors.contains(UNREGISTERED) {
                let text = "a recipient does not use Signal (see `recipients`)".to_owned();
                Answer::Refused { text, credentials: false }
            } else {
                Answer::Ambiguous("a recipient did not get it")
            }
        }
        (None, Some(text)) if is_challenge => {
            let text = format!("{text} (Signal demands a captcha; waiting does not help)");
            Answer::Refused { text, credentials: true }
        }
        (None, Some(text)) if text.contains(UNREGISTERED) => refusal(status, text.to_owned(), true),
        // It has this status for nearly every failure, of the network, too.
        (None, Some(text))
            if status == StatusCode::BAD_REQUEST && reply.as_object().is_some_and(|own| own.len() == 1) =>
        {
            Answer::busy(text)
        }
        _ => Answer::Foreign,
    }
}

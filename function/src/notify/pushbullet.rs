//! Pushbullet: a note, or a link where there is an address. <https://docs.pushbullet.com/#create-push>
//!
//! A push with a known `guid` is answered with the existing push. Free accounts have 500 pushes a month; others are
//! refused with 400 until the next month begins.

use http::{HeaderName, StatusCode};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use super::answer::{Answer, refusal};
use super::post::{Post, fold_key, secret, send};
use super::{Channel, Delivery, Sending};
use crate::contract::description::{Answers, ChannelDescription, Protocol, Setting};
use crate::contract::secrets::ChannelSecrets;
use crate::http::Http;
use crate::message::Message;
use crate::text::bounded;

// There are no documented limits; these are what a phone shows at most.
const MAX_TITLE: usize = 250;
const MAX_BODY: usize = 4_000;

const ACCESS_TOKEN: HeaderName = HeaderName::from_static("access-token");
const SERVICE: &str = "Pushbullet";

/// Where messages are posted, unless the configuration replaces it.
pub const URL: &str = "https://api.pushbullet.com/v2/pushes";

/// How it is configured.
pub const DESCRIPTION: ChannelDescription = ChannelDescription {
    kind: "pushbullet",
    service: SERVICE,
    about: "[Pushbullet](https://www.pushbullet.com)",
    settings: &[
        Setting::secret("token", "{ env = \"PUSHBULLET_TOKEN\" }", "the access token of the account"),
        Setting::service_url(URL, "\"https://api.pushbullet.com/v2/pushes\""),
    ],
    protocol: Protocol::Http {
        answers: Some(Answers {
            confirmation: r#"{"active":true,"iden":"ubdpj29aOK0sKG"}"#,
            refusal: (
                401,
                r#"{"error":{"code":"invalid_access_token","message":"Access token is missing or invalid."}}"#,
            ),
        }),
    },
    ..ChannelDescription::SIMPLE
};

/// The channel.
#[derive(Debug)]
pub struct Pushbullet {
    name: String,
    url: String,
    http: Http,
}

impl Pushbullet {
    /// Create a channel that posts through `http`.
    pub fn new(name: String, url: String, http: &Http) -> Self {
        Self { name, url, http: http.clone() }
    }

    fn post(&self, message: &Message, secrets: &ChannelSecrets) -> Result<Post, Delivery> {
        let token = secret(SERVICE, secrets, "token")?;
        let url = Some(message.url.as_str()).filter(|url| !url.is_empty());
        let push = Push {
            kind: if url.is_some() { "link" } else { "note" },
            title: bounded(&message.title, MAX_TITLE),
            body: bounded(&message.body, MAX_BODY),
            url,
            guid: fold_key(&message.id),
        };
        Post::json(SERVICE, &self.url, &push, Box::new(read))?.with_secret(ACCESS_TOKEN, token.expose())
    }
}

impl Channel for Pushbullet {
    fn name(&self) -> &str {
        &self.name
    }

    fn send<'a>(
        &'a self,
        message: &'a Message,
        secrets: &'a ChannelSecrets,
        deadline: Instant,
    ) -> Sending<'a> {
        send(&self.http, self.post(message, secrets), secrets, deadline)
    }
}

#[derive(Debug, Serialize)]
struct Push<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    title: String,
    body: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
    guid: String,
}

/// A response: the push, with its `iden`, or
/// `{"error":{"type":"invalid_request","message":"Access token is missing or invalid.","code":"invalid_access_token"}}`
#[derive(Debug, Deserialize)]
struct Reply {
    #[serde(default)]
    iden: Option<String>,
    #[serde(default)]
    error: Option<Failure>,
}

#[derive(Debug, Deserialize)]
struct Failure {
    message: String,
    #[serde(default, rename = "type")]
    kind: String,
    #[serde(default)]
    code: String,
}

fn read(status: StatusCode, body: &[u8]) -> Answer {
    match serde_json::from_slice(body) {
        Ok(Reply { error: Some(failure), .. }) => refused(status, failure),
        Ok(Reply { iden: Some(iden), .. }) if !iden.is_empty() => Answer::Accepted,
        _ => Answer::Foreign,
    }
}

fn refused(status: StatusCode, Failure { message, kind, code }: Failure) -> Answer {
    if kind.is_empty() && code.is_empty() {
        return Answer::Foreign;
    }
    match code.as_str() {
        "pushbullet_pro_required" => Answer::busy("this month's free pushes are used up"),
        "ratelimited" => Answer::busy(message),
        _ => refusal(status, message, code == "invalid_access_token"),
    }
}

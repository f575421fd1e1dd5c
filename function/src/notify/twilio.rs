//! Twilio: a text message. <https://www.twilio.com/docs/messaging/api/message-resource>
//!
//! Every segment costs money, and one character outside of the GSM alphabet more than halves the length of a segment. A
//! message is therefore one line in this alphabet. Repeats are not recognized.

use http::StatusCode;
use serde_json::Value;

use super::Channel;
use super::answer::{Answer, refusal};
use super::post::{FORM, OneRequest, Post, appended, form, secret};
use super::signal::check_number;
use crate::contract::description::{
    Answers, ChannelDescription, Checked, Need, Protocol, Setting, Type, base,
};
use crate::contract::secrets::ChannelSecrets;
use crate::endpoint::Credentials;
use crate::http::Http;
use crate::message::Message;
use crate::text::bounded_by;

/// The length of a message in septets: three segments.
const MAX_SEPTETS: usize = 3 * 153;

/// The codes for which the settings have to be corrected: the login, the recipient, or the sender.
const SETTINGS: [u64; 5] = [20_003, 20_404, 21_211, 21_606, 21_608];

/// The length of an account's id.
const ACCOUNT_CHARS: usize = 34;

const SERVICE: &str = "Twilio";

/// Where messages are posted, unless the configuration replaces it.
pub const URL: &str = "https://api.twilio.com";

/// How it is configured.
pub const DESCRIPTION: ChannelDescription = ChannelDescription {
    kind: "twilio",
    service: SERVICE,
    about: "text messages through [Twilio](https://www.twilio.com/docs/messaging), which cost money",
    settings: &[
        Setting {
            key: "account",
            kind: Type::Text(check_account),
            need: Need::Required,
            example: "\"AC0123456789abcdef0123456789abcdef\"",
            about: "the SID of the account",
        },
        Setting::secret("token", "{ env = \"TWILIO_TOKEN\" }", "the auth token of the account"),
        Setting {
            key: "from",
            kind: Type::Text(check_sender),
            need: Need::Required,
            example: "\"+15005550006\"",
            about: "the sender: a number, a name, or the SID of a messaging service (`MG…`)",
        },
        Setting {
            key: "to",
            kind: Type::Text(check_number),
            need: Need::Required,
            example: "\"+4915112345678\"",
            about: "the recipient",
        },
        Setting {
            kind: Type::Address(base),
            about: "the server",
            ..Setting::service_url(URL, "\"https://api.twilio.com\"")
        },
    ],
    protocol: Protocol::Http {
        answers: Some(Answers {
            confirmation: r#"{"sid":"SM0123456789abcdef","status":"queued","error_code":null}"#,
            refusal: (401, r#"{"code":20003,"message":"Authenticate","status":401}"#),
        }),
    },
    refusals: &[
        ("20003", "see `account` and `token`"),
        ("21211", "the number in `to` is invalid"),
        ("21608", "a trial account sends to verified numbers only"),
        ("21610", "the recipient has replied STOP, and has to reply START"),
    ],
    ..ChannelDescription::SIMPLE
};

fn check_account(account: &str) -> Checked {
    let is_sid = account.len() == ACCOUNT_CHARS
        && account.starts_with("AC")
        && account.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if is_sid { Ok(()) } else { Err("it is not the SID of an account: `AC` and 32 characters".to_owned()) }
}

fn check_sender(sender: &str) -> Checked {
    let is_name = sender.len() <= 11
        && sender.bytes().any(|byte| byte.is_ascii_alphabetic())
        && sender.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b' ');
    if is_name || is_service(sender) || check_number(sender).is_ok() {
        return Ok(());
    }
    Err("it is neither a number such as +15005550006, nor a name of up to 11 letters and digits, nor `MG…`"
        .to_owned())
}

fn is_service(sender: &str) -> bool {
    sender.len() == ACCOUNT_CHARS && sender.starts_with("MG")
}

/// Create a channel that posts through `http`.
pub fn channel(
    name: String,
    url: &str,
    account: String,
    from: String,
    to: String,
    http: &Http,
) -> Box<dyn Channel> {
    let url = appended(url, &format!("/2010-04-01/Accounts/{account}/Messages.json"));
    let build = move |message: &Message, secrets: &ChannelSecrets| {
        let token = secret(SERVICE, secrets, "token")?;
        let sender = if is_service(&from) { "MessagingServiceSid" } else { "From" };
        let body = form(&[("To", to.clone()), (sender, from.clone()), ("Body", text(message))]);
        Post::new(SERVICE, &url, FORM, body, Box::new(read))?
            .with_credentials(&Credentials::new(&account, token.expose()))
    };
    Box::new(OneRequest { name, http: http.clone(), build: Box::new(build) })
}

/// Return the message in one line, in the GSM alphabet.
fn text(message: &Message) -> String {
    let line: String = format!("{}: {}", message.title, message.body).chars().map(in_alphabet).collect();
    bounded_by(line.trim(), MAX_SEPTETS, septets).replace('…', "...")
}

/// Return the nearest character of the GSM alphabet.
fn in_alphabet(c: char) -> char {
    match c {
        ' '..='~' if c != '`' => c,
        '£' | '¥' | 'è' | 'é' | 'ù' | 'ì' | 'ò' | 'Ç' | 'Ø' | 'ø' | 'Å' | 'å' | 'Æ' | 'æ' | 'ß' | 'É'
        | 'Ä' | 'Ö' | 'Ñ' | 'Ü' | '§' | '¿' | '¡' | 'ä' | 'ö' | 'ñ' | 'ü' | 'à' | '€' | '…' => {
            c
        }
        '–' | '—' | '‑' => '-',
        '`' | '‘' | '’' => '\'',
        '“' | '”' | '„' | '«' | '»' => '"',
        c if c.is_control() || c.is_whitespace() => ' ',
        _ => '?',
    }
}

fn septets(c: char) -> usize {
    match c {
        // Three dots.
        '…' => 3,
        '^' | '{' | '}' | '\\' | '[' | '~' | ']' | '|' | '€' => 2,
        _ => 1,
    }
}

/// Read the message, with its `sid`, or `{"code":21211,"message":"Invalid 'To' Phone Number","status":400}`.
fn read(status: StatusCode, body: &[u8]) -> Answer {
    let reply: Value = serde_json::from_slice(body).unwrap_or_default();
    match (reply["code"].as_u64(), reply["message"].as_str(), reply["sid"].as_str()) {
        (Some(code), Some(text), _) if reply["status"].is_u64() => {
            refusal(status, format!("{text} ({code})"), SETTINGS.contains(&code))
        }
        (None, _, Some(sid)) if status.is_success() && !sid.is_empty() => Answer::Accepted,
        _ => Answer::Foreign,
    }
}

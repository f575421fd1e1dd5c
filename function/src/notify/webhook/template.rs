//! A webhook's template: JSON with placeholders, filled so that it remains JSON.
//!
//! Texts are inserted into strings, and escaped: `{"text": "{title}: {body}"}`. `{at}` and `{level}` are numbers,
//! `{urgent}` is `true` or `false`, and `{news}` is a list: these need no quotes. Other braces are those of JSON.

use serde::Serialize;
use serde::de::IgnoredAny;

use crate::contract::notification::NotificationKind;
use crate::contract::settings::Severity;
use crate::message::{Message, MessageItem};

/// Check that messages can be sent with this template.
pub fn check_template(template: &str) -> Result<(), String> {
    let news = |first| MessageItem {
        target: "a\"b\\c".to_owned(),
        first,
        ..MessageItem::about_monitor(NotificationKind::Down)
    };
    let sample = Message {
        id: "\"\\\n".to_owned(),
        deployment: "\"\\\n".to_owned(),
        title: "\"\\\n".to_owned(),
        body: "\"\\\n".to_owned(),
        severity: Severity::Down,
        urgent: true,
        at: 1,
        url: "\"\\\n".to_owned(),
        url_title: String::new(),
        items: vec![news(true), news(false)],
    };
    let filled = filled(template, &sample)?;
    match serde_json::from_str::<IgnoredAny>(&filled) {
        Ok(_) => Ok(()),
        Err(why) => Err(format!("it is not JSON after the placeholders are replaced: {why}")),
    }
}

/// Return the template with the message in it.
pub(super) fn filled(template: &str, message: &Message) -> Result<String, String> {
    let mut filled = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        let (before, after) = (&rest[..open], &rest[open + 1..]);
        filled.push_str(before);
        match after.split_once('}').filter(|(name, _)| is_name(name)) {
            Some((name, behind)) => {
                filled.push_str(&value(name, message)?);
                rest = behind;
            }
            None => {
                filled.push('{');
                rest = after;
            }
        }
    }
    Ok(filled + rest)
}

/// Return whether this is a placeholder's name. Outside of strings, JSON has nothing like it between braces.
fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
}

fn value(name: &str, message: &Message) -> Result<String, String> {
    match name {
        "title" => in_string(&message.title),
        "body" => in_string(&message.body),
        "severity" => in_string(&message.severity),
        "url" => in_string(&message.url),
        "deployment" => in_string(&message.deployment),
        "id" => in_string(&message.id),
        "at" => json(&message.at),
        "level" => json(&level(message)),
        "urgent" => json(&message.urgent),
        "news" => json(&message.items),
        other => Err(format!(
            "unknown placeholder {{{other}}}; use {{title}}, {{body}}, {{severity}}, {{level}}, {{urgent}}, {{at}}, \
             {{url}}, {{deployment}}, {{id}} or {{news}}"
        )),
    }
}

/// Return the severity as a number: 0 for information, 1 for a problem or a recovery, 2 for an outage.
fn level(message: &Message) -> u8 {
    match message.severity {
        _ if message.urgent => 2,
        Severity::Down | Severity::Warn => 1,
        Severity::Info => 0,
    }
}

/// Return the value as it appears between the quotes of a JSON string.
fn in_string(value: &impl Serialize) -> Result<String, String> {
    let json = json(value)?;
    Ok(json.strip_prefix('"').and_then(|json| json.strip_suffix('"')).unwrap_or(&json).to_owned())
}

fn json(value: &impl Serialize) -> Result<String, String> {
    serde_json::to_string(value).map_err(|why| why.to_string())
}

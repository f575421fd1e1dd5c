//! What an invocation requests. The deployer serializes a [`Request`]; the function reads it from events of any source.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::announcement;
use crate::text::{bounded, fnv};

/// The `source` of the deployer's events.
const SOURCE: &str = "plexmon-deploy";

/// The longest text to send, in characters: an announcement, and when it applies.
const MAX_NOTICE_CHARS: usize = announcement::MAX_CHARS + 200;

/// What the function is asked to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Event", from = "Event")]
pub enum Request {
    /// Check all targets now. The schedule, and every event that requests nothing else, means this.
    Check,
    /// Check, and send again what was refused: new secrets were deployed.
    Announce,
    /// Check, and suppress notifications until this time, in Unix seconds.
    Pause(u64),
    /// Check, and send notifications again.
    Resume,
    /// Send a test message on every channel.
    TestChannels,
    /// Send this announcement on every channel that takes more than alerts. Nothing is checked or saved.
    Notice(String),
    /// Probe all targets and return the observations. Nothing is saved or sent.
    Examine,
}

impl Request {
    /// Return what an event requests.
    pub fn of(event: &Value) -> Self {
        // From its text: deserializing from a `Value` would add code of its own to a binary that has to be small.
        let request = event.is_object().then(|| serde_json::from_str(&event.to_string()).ok()).flatten();
        request.unwrap_or(Self::Check)
    }

    /// Return the event in which it is sent.
    pub fn event(&self) -> String {
        // A struct of strings, flags and numbers always serializes.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Return whether it changes the state, whatever the probes find.
    pub fn is_command(&self) -> bool {
        matches!(self, Self::Pause(_) | Self::Resume)
    }
}

/// The event in which a [`Request`] travels.
#[derive(Default, Serialize, Deserialize)]
struct Event {
    #[serde(skip_deserializing)]
    source: &'static str,
    #[serde(default, deserialize_with = "lenient", skip_serializing_if = "is_false")]
    announce: bool,
    #[serde(default, deserialize_with = "lenient", skip_serializing_if = "is_false")]
    resume: bool,
    #[serde(default, deserialize_with = "lenient", skip_serializing_if = "is_false")]
    test_channels: bool,
    #[serde(default, deserialize_with = "lenient", skip_serializing_if = "is_false")]
    examine: bool,
    #[serde(default, deserialize_with = "lenient", skip_serializing_if = "Option::is_none")]
    pause_until: Option<u64>,
    #[serde(default, deserialize_with = "lenient", skip_serializing_if = "Option::is_none")]
    notice: Option<String>,
}

impl From<Request> for Event {
    fn from(request: Request) -> Self {
        let event = Self { source: SOURCE, ..Self::default() };
        match request {
            Request::Check => event,
            Request::Announce => Self { announce: true, ..event },
            Request::Pause(until) => Self { pause_until: Some(until), ..event },
            Request::Resume => Self { resume: true, ..event },
            Request::TestChannels => Self { test_channels: true, ..event },
            Request::Notice(text) => Self { notice: Some(text), ..event },
            Request::Examine => Self { examine: true, ..event },
        }
    }
}

impl From<Event> for Request {
    fn from(event: Event) -> Self {
        match event {
            Event { pause_until: Some(until), .. } => Self::Pause(until),
            Event { announce: true, .. } => Self::Announce,
            Event { resume: true, .. } => Self::Resume,
            Event { test_channels: true, .. } => Self::TestChannels,
            Event { examine: true, .. } => Self::Examine,
            Event { notice: Some(text), .. } if !text.trim().is_empty() => {
                Self::Notice(bounded(text.trim(), MAX_NOTICE_CHARS))
            }
            _ => Self::Check,
        }
    }
}

/// Read a field leniently, whatever it contains: another source may use the same name for something else.
fn lenient<'de, T: DeserializeOwned + Default, D: Deserializer<'de>>(field: D) -> Result<T, D::Error> {
    let value = Value::deserialize(field)?;
    Ok(serde_json::from_str(&value.to_string()).unwrap_or_default())
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_false(flag: &bool) -> bool {
    !*flag
}

/// One run of the schedule. EventBridge may deliver the same one twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tick(String);

impl Tick {
    /// Return the tick of an EventBridge event, identified by the event's id or else its time.
    pub fn of(event: &Value) -> Option<Self> {
        let field = |name: &str| event.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        field("source").filter(|source| *source == "aws.events")?;
        field("id").or_else(|| field("time")).map(|id| Self(format!("{:08x}", fnv(id))))
    }

    /// Return its form in the state.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What started a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trigger {
    /// What is requested.
    pub request: Request,
    /// The schedule's tick, if it was the schedule.
    pub tick: Option<Tick>,
}

impl Trigger {
    /// Return what an event triggers.
    pub fn of(event: &Value) -> Self {
        Self { request: Request::of(event), tick: Tick::of(event) }
    }
}

impl From<Request> for Trigger {
    fn from(request: Request) -> Self {
        Self { request, tick: None }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_request_is_read_back_from_the_event_that_it_is_sent_as() {
        for (request, event) in [
            (Request::Check, r#"{"source":"plexmon-deploy"}"#),
            (Request::Announce, r#"{"source":"plexmon-deploy","announce":true}"#),
            (Request::Pause(7), r#"{"source":"plexmon-deploy","pause_until":7}"#),
            (Request::Resume, r#"{"source":"plexmon-deploy","resume":true}"#),
            (Request::TestChannels, r#"{"source":"plexmon-deploy","test_channels":true}"#),
            (Request::Examine, r#"{"source":"plexmon-deploy","examine":true}"#),
            (
                Request::Notice("Update\n\"tonight\"".to_owned()),
                r#"{"source":"plexmon-deploy","notice":"Update\n\"tonight\""}"#,
            ),
        ] {
            assert_eq!(request.event(), event);
            assert_eq!(Request::of(&serde_json::from_str(event).unwrap()), request);
        }
    }

    #[test]
    fn any_other_event_requests_a_check() {
        for event in [
            json!(null),
            json!("resume"),
            json!([true, true, true]),
            json!({}),
            json!({ "announce": "true", "resume": 1, "pause_until": -5, "examine": null }),
            json!({ "notice": " \n" }),
            json!({ "notice": ["text"] }),
            json!({ "source": "aws.events", "id": "x", "detail": { "resume": true } }),
        ] {
            assert_eq!(Request::of(&event), Request::Check, "{event}");
        }
        let odd = json!({ "source": ["another"], "announce": {}, "pause_until": 7 });
        assert_eq!(Request::of(&odd), Request::Pause(7), "fields are read one by one");
    }

    #[test]
    fn a_notice_is_bounded() {
        let Request::Notice(text) = Request::of(&json!({ "notice": "ä".repeat(9_000) })) else {
            unreachable!("not a notice")
        };
        assert_eq!(text.chars().count(), MAX_NOTICE_CHARS);
    }
}

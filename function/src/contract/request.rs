//! Why the function runs: what the events say that Lambda hands over.

use serde_json::Value;

use crate::text::fnv;

/// Why the function runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Request {
    /// The schedule, or somebody by hand.
    Check,
    /// New secrets were deployed: words that the old ones had refused are said again.
    Announce,
    /// Somebody wants silence until then, in Unix seconds.
    Pause(u64),
    /// Somebody wants to hear again.
    Resume,
    /// Somebody wants to know whether the channels work.
    TestChannels,
    /// Somebody wants to see what this function sees, and nothing else.
    Examine,
}

impl Request {
    /// The event that the deployer sends for [`Request::Announce`].
    pub const ANNOUNCE: &str = r#"{"source":"plexmon-deploy","announce":true}"#;

    /// The event that the deployer sends for [`Request::Resume`].
    pub const RESUME: &str = r#"{"source":"plexmon-deploy","resume":true}"#;

    /// The event that the deployer sends for [`Request::TestChannels`].
    pub const TEST_CHANNELS: &str = r#"{"source":"plexmon-deploy","test_channels":true}"#;

    /// The event that the deployer sends for [`Request::Examine`].
    pub const EXAMINE: &str = r#"{"source":"plexmon-deploy","examine":true}"#;

    /// The event that the deployer sends for [`Request::Pause`].
    pub fn pause_event(until: u64) -> String {
        format!(r#"{{"source":"plexmon-deploy","pause_until":{until}}}"#)
    }

    /// Whether it changes what is kept, whatever the probes find.
    pub fn is_command(self) -> bool {
        matches!(self, Self::Pause(_) | Self::Resume)
    }

    /// Whatever else arrives means "check now".
    pub fn of(event: &Value) -> Self {
        let says = |name: &str| event.get(name) == Some(&true.into());
        match event.get("pause_until").and_then(Value::as_u64) {
            Some(until) => Self::Pause(until),
            None if says("announce") => Self::Announce,
            None if says("resume") => Self::Resume,
            None if says("test_channels") => Self::TestChannels,
            None if says("examine") => Self::Examine,
            None => Self::Check,
        }
    }
}

/// One run of the schedule. EventBridge may deliver the same one twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tick(String);

impl Tick {
    /// The tick that an event of EventBridge is, by its id or else its time.
    pub fn of(event: &Value) -> Option<Self> {
        let field = |name: &str| event.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        field("source").filter(|source| *source == "aws.events")?;
        field("id").or_else(|| field("time")).map(|id| Self(format!("{:08x}", fnv(id))))
    }

    /// As it is kept.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a run was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trigger {
    /// Why it runs.
    pub request: Request,
    /// The schedule's tick, if it was the schedule.
    pub tick: Option<Tick>,
}

impl Trigger {
    /// What an event asks for.
    pub fn of(event: &Value) -> Self {
        Self { request: Request::of(event), tick: Tick::of(event) }
    }
}

impl From<Request> for Trigger {
    fn from(request: Request) -> Self {
        Self { request, tick: None }
    }
}

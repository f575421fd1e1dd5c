//! Divides a run's time: probes end early enough for their results to be saved and sent.

use std::time::Duration;

use tokio::time::Instant;

use super::persist::BETWEEN_WRITES;
use crate::contract::settings::Settings;

/// The time to read or write the state once.
const STORE: Duration = Duration::from_millis(500);

/// The least time for a message over HTTP.
const HTTP: Duration = Duration::from_secs(5);

/// The least time for a mail: mail servers delay their greeting on purpose, and often their reply. A server for Signal
/// starts a program for each message.
const SLOW: Duration = Duration::from_secs(20);

/// The time for the heartbeat.
const HEARTBEAT: Duration = Duration::from_secs(2);

/// Lambda kills a run at its deadline; this one ends earlier by this much.
const MARGIN: Duration = Duration::from_millis(200);

/// The time limits of one run.
#[derive(Debug, Clone, Copy)]
pub(super) struct Budget {
    /// When the last probe has to end.
    probes: Instant,
    /// When the last message has to be sent.
    messages: Instant,
    end: Instant,
}

impl Budget {
    /// Divide the time until `deadline`. Probes always get at least half of it.
    pub(super) fn new(settings: &Settings, parts: usize, deadline: Instant) -> Self {
        let additional = u32::try_from(parts.saturating_sub(1)).unwrap_or(u32::MAX);
        let save = STORE + BETWEEN_WRITES.saturating_mul(additional);
        let send = match settings.channels.as_slice() {
            [] => Duration::ZERO,
            channels if channels.iter().any(|channel| channel.kind.is_slow()) => SLOW,
            _ => HTTP,
        };
        let ping = if settings.heartbeat.is_some() { HEARTBEAT } else { Duration::ZERO };
        let end = deadline.checked_sub(MARGIN).unwrap_or(deadline);
        let half = end.saturating_duration_since(Instant::now()) / 2;
        let before_end = |share: Duration| end.checked_sub(share.min(half)).unwrap_or(end);
        Self { probes: before_end(save * 2 + send + ping), messages: before_end(save + ping), end }
    }

    /// Return the time that is left for probes.
    pub(super) fn left(&self) -> Duration {
        self.probes.saturating_duration_since(Instant::now())
    }

    /// Return when the last message has to be sent.
    pub(super) fn messages(&self) -> Instant {
        self.messages
    }

    /// Return when the run has to end.
    pub(super) fn end(&self) -> Instant {
        self.end
    }
}

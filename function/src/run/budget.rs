//! How a run's time is shared: probes end early enough for what they find to be saved and sent.

use std::time::Duration;

use tokio::time::Instant;

use super::persist::BETWEEN_WRITES;
use crate::contract::settings::{ChannelKind, Settings};

/// For each time the state is read or written.
const STORE: Duration = Duration::from_millis(500);

/// What a message takes over HTTP, at least.
const HTTP: Duration = Duration::from_secs(5);

/// What a mail takes, at least: mail servers greet late on purpose, and answer late.
const EMAIL: Duration = Duration::from_secs(20);

/// For the heartbeat.
const HEARTBEAT: Duration = Duration::from_secs(2);

/// Lambda ends a run at its deadline; this much before, all is done.
const MARGIN: Duration = Duration::from_millis(200);

/// The shares of one run.
#[derive(Debug, Clone, Copy)]
pub(super) struct Budget {
    /// When the last probe has to end.
    probes: Instant,
    /// When the last message has to be sent.
    messages: Instant,
    end: Instant,
}

impl Budget {
    /// Share the time until `deadline`. Probes always have half of it, however much the rest wants.
    pub(super) fn new(settings: &Settings, parts: usize, deadline: Instant) -> Self {
        let further = u32::try_from(parts.saturating_sub(1)).unwrap_or(u32::MAX);
        let save = STORE + BETWEEN_WRITES.saturating_mul(further);
        let is_mail = |kind: &ChannelKind| matches!(kind, ChannelKind::Email(_));
        let send = match settings.channels.as_slice() {
            [] => Duration::ZERO,
            channels if channels.iter().any(|channel| is_mail(&channel.kind)) => EMAIL,
            _ => HTTP,
        };
        let beat = if settings.heartbeat.is_some() { HEARTBEAT } else { Duration::ZERO };
        let end = deadline.checked_sub(MARGIN).unwrap_or(deadline);
        let half = end.saturating_duration_since(Instant::now()) / 2;
        let before_end = |share: Duration| end.checked_sub(share.min(half)).unwrap_or(end);
        Self { probes: before_end(save * 2 + send + beat), messages: before_end(save + beat), end }
    }

    /// What is left for probes.
    pub(super) fn left(&self) -> Duration {
        self.probes.saturating_duration_since(Instant::now())
    }

    /// When the last message has to be sent.
    pub(super) fn messages(&self) -> Instant {
        self.messages
    }

    /// When everything has to be done.
    pub(super) fn end(&self) -> Instant {
        self.end
    }
}

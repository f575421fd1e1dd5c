//! Sends what is in the outbox, in order for each channel, and notes what became of it.

use std::time::Duration;

use tokio::time::{Instant, timeout};

use super::{Monitor, Prober};
use crate::decide::{settle_and_notice, waits};
use crate::message::{Message, batch, message};
use crate::notify::{Channel, Delivery};
use crate::outbox::Entry;
use crate::reply::NoticeReply;
use crate::settings::Settings;
use crate::state::State;
use crate::store::Store;
use crate::vault::Vault;

/// How long a channel may take for one message.
pub(super) const SEND_TIMEOUT: Duration = Duration::from_secs(5);

/// What must be left of a run after the last message, for saving.
const RESERVE: Duration = Duration::from_secs(1);

impl<S: Store, P: Prober> Monitor<S, P> {
    /// Sends, and takes the outcome into `state`. A channel that fails is left alone until the next run, so that no
    /// message overtakes another.
    pub(super) async fn tell(
        &mut self,
        state: &mut State,
        is_saved: bool,
        now: u64,
        deadline: Instant,
        problems: &mut Vec<String>,
    ) -> Vec<NoticeReply> {
        let mut notices = Vec::new();
        for channel in &self.channels {
            let name = channel.name();
            if is_quiet(name, &self.settings, now) {
                continue;
            }
            let mut queue: Vec<Entry> = state
                .outbox
                .iter()
                .filter(|entry| entry.channel() == name && !waits(entry, state, &self.settings, now))
                .cloned()
                .collect();
            while !queue.is_empty() {
                let together = batch(&mut queue, &self.settings);
                let message = message(&together, state, &self.settings, is_saved);
                let left = deadline.saturating_duration_since(Instant::now()).saturating_sub(RESERVE);
                if left.is_zero() {
                    problems.push("no time was left to tell everything; the next run goes on".to_owned());
                    return notices;
                }
                let limit = left.min(SEND_TIMEOUT);
                let delivery = deliver(channel.as_ref(), &message, limit, &mut self.vault, &self.store).await;
                for entry in &together {
                    settle_and_notice(state, entry, &delivery, &self.settings, now);
                    notices.push(notice(entry, &delivery));
                }
                // Wrong secrets would be refused again and again, and Pushover blocks whoever insists.
                if matches!(delivery, Delivery::Retry { .. } | Delivery::Refused { credentials: true, .. }) {
                    break;
                }
            }
        }
        notices
    }
}

fn is_quiet(channel: &str, settings: &Settings, now: u64) -> bool {
    let channel = settings.channels.iter().find(|one| one.name == channel);
    channel.and_then(|channel| channel.quiet).is_some_and(|hours| hours.is_on(now, &settings.clock))
}

/// Sends one message; a second time only with other secrets than those that were refused.
pub(super) async fn deliver(
    channel: &dyn Channel,
    message: &Message,
    limit: Duration,
    vault: &mut Vault,
    store: &impl Store,
) -> Delivery {
    let first = match vault.get(store).await {
        Ok(secrets) => bounded(channel.send(message, secrets.channel(channel.name())), limit).await,
        Err(why) => {
            return Delivery::Retry { why: format!("the secrets could not be read: {why}"), unproven: false };
        }
    };
    if !matches!(first, Delivery::Refused { credentials: true, .. }) {
        return first;
    }
    match vault.renewed(store).await {
        Ok(Some(renewed)) => bounded(channel.send(message, renewed.channel(channel.name())), limit).await,
        Ok(None) | Err(_) => first,
    }
}

async fn bounded(sending: impl Future<Output = Delivery>, limit: Duration) -> Delivery {
    timeout(limit, sending).await.unwrap_or_else(|_| Delivery::Retry {
        why: format!("no answer within {} s", limit.as_secs().max(1)),
        unproven: true,
    })
}

fn notice(entry: &Entry, delivery: &Delivery) -> NoticeReply {
    let (outcome, why) = delivery.outcome();
    NoticeReply {
        channel: entry.channel().to_owned(),
        target: entry.target().to_owned(),
        kind: entry.kind,
        first: entry.first,
        outcome,
        why,
    }
}

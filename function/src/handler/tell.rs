//! Sends what is in the outbox, in order for each channel, and notes what became of it.

use std::time::Duration;

use tokio::time::{Instant, timeout};

use super::{Monitor, Prober};
use crate::decide::settle;
use crate::message::{Message, message};
use crate::notify::{Channel, Delivery};
use crate::outbox::Entry;
use crate::reply::{NoticeReply, Outcome};
use crate::settings::Settings;
use crate::state::State;
use crate::store::Store;
use crate::vault::Vault;

/// How long a channel may take for one message.
const SEND_TIMEOUT: Duration = Duration::from_secs(5);

/// What must be left of a run after the last message, for saving.
const RESERVE: Duration = Duration::from_secs(1);

impl<S: Store, P: Prober> Monitor<S, P> {
    /// Sends, and takes the outcome into `state`. A channel that fails is left alone until the next run, so that no
    /// message overtakes another.
    pub(super) async fn tell(
        &mut self,
        state: &mut State,
        is_saved: bool,
        deadline: Instant,
        problems: &mut Vec<String>,
    ) -> Vec<NoticeReply> {
        let mut notices = Vec::new();
        let mut stopped: Vec<&'static str> = Vec::new();
        for entry in state.outbox.clone() {
            let Some(channel) = self.channels.iter().find(|channel| channel.name() == entry.channel()) else {
                continue;
            };
            let Some(message) = in_words(&entry, &self.settings, is_saved) else { continue };
            if stopped.contains(&channel.name()) {
                continue;
            }
            let left = deadline.saturating_duration_since(Instant::now()).saturating_sub(RESERVE);
            if left.is_zero() {
                problems.push("no time was left to tell everything; the next run goes on".to_owned());
                break;
            }
            let limit = left.min(SEND_TIMEOUT);
            let delivery = deliver(channel.as_ref(), &message, limit, &mut self.vault, &self.store).await;
            // Wrong secrets would be refused again and again, and Pushover blocks whoever insists.
            if matches!(delivery, Delivery::Retry { .. } | Delivery::Refused { credentials: true, .. }) {
                stopped.push(channel.name());
            }
            settle(state, &entry.id, &delivery);
            notices.push(notice(&entry, delivery));
        }
        notices
    }
}

/// Sends one message; a second time only with other secrets than those that were refused.
async fn deliver(
    channel: &dyn Channel,
    message: &Message,
    limit: Duration,
    vault: &mut Vault,
    store: &impl Store,
) -> Delivery {
    let first = match vault.get(store).await {
        Ok(secrets) => bounded(channel.send(message, secrets), limit).await,
        Err(why) => {
            return Delivery::Retry { why: format!("the secrets could not be read: {why}"), unproven: false };
        }
    };
    if !matches!(first, Delivery::Refused { credentials: true, .. }) {
        return first;
    }
    match vault.renewed(store).await {
        Ok(Some(renewed)) => bounded(channel.send(message, renewed), limit).await,
        Ok(None) | Err(_) => first,
    }
}

async fn bounded(sending: impl Future<Output = Delivery>, limit: Duration) -> Delivery {
    timeout(limit, sending).await.unwrap_or_else(|_| Delivery::Retry {
        why: format!("no answer within {} s", limit.as_secs().max(1)),
        unproven: true,
    })
}

fn in_words(entry: &Entry, settings: &Settings, is_saved: bool) -> Option<Message> {
    let target = settings.targets.iter().find(|target| target.name == entry.target())?;
    Some(message(entry, target, is_saved))
}

fn notice(entry: &Entry, delivery: Delivery) -> NoticeReply {
    let (outcome, why) = match delivery {
        Delivery::Delivered => (Outcome::Delivered, None),
        Delivery::Refused { why, .. } => (Outcome::Refused, Some(why)),
        Delivery::Retry { why, .. } => (Outcome::Retry, Some(why)),
    };
    NoticeReply {
        channel: entry.channel().to_owned(),
        target: entry.target().to_owned(),
        kind: entry.kind,
        first: entry.first,
        outcome,
        why,
    }
}

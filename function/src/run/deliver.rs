//! Sends what is in the outbox: on all channels at the same time, in order on each, and reports what became of it.

use futures_util::future::join_all;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout_at};

use super::{Monitor, Prober};
use crate::contract::notification::Notification;
use crate::contract::reply::NotificationReply;
use crate::contract::settings::Settings;
use crate::contract::state::State;
use crate::message::{Message, batch, message};
use crate::notify::{Channel, Delivery};
use crate::store::SecretCache;
use crate::store::Store;

/// What one channel is to be told now.
pub(super) struct Queue {
    /// The channel, by its place among all.
    pub(super) channel: usize,
    pub(super) entries: Vec<Notification>,
}

/// What became of one channel's queue.
pub(super) struct Sent {
    pub(super) channel: String,
    /// Each message's entries, and what became of them.
    pub(super) attempts: Vec<(Vec<Notification>, Delivery)>,
    /// Whether time ran out before its end.
    pub(super) is_late: bool,
}

/// What all messages of a run have in common.
pub(super) struct Context<'a> {
    pub(super) state: &'a State,
    /// Whether the state that holds them was kept.
    pub(super) is_saved: bool,
    /// When the last one has to be sent.
    pub(super) until: Instant,
}

impl<S: Store, P: Prober> Monitor<S, P> {
    /// Send. A channel that fails is left alone until the next run, so that no message overtakes another.
    pub(super) async fn tell(&mut self, queues: Vec<Queue>, context: Context<'_>) -> Vec<Sent> {
        let secret_cache = Mutex::new(&mut self.secret_cache);
        let (channels, settings, store) = (&self.channels, &self.settings, &self.store);
        let (secret_cache, context) = (&secret_cache, &context);
        let send = queues.into_iter().filter_map(|queue| {
            let channel = channels.get(queue.channel)?.as_ref();
            Some(in_order(channel, queue.entries, settings, context, secret_cache, store))
        });
        join_all(send).await
    }
}

async fn in_order(
    channel: &dyn Channel,
    mut queue: Vec<Notification>,
    settings: &Settings,
    context: &Context<'_>,
    secret_cache: &Mutex<&mut SecretCache>,
    store: &impl Store,
) -> Sent {
    let mut sent = Sent { channel: channel.name().to_owned(), attempts: Vec::new(), is_late: false };
    while !queue.is_empty() {
        if Instant::now() >= context.until {
            sent.is_late = true;
            break;
        }
        let together = batch(&mut queue, settings);
        let message = message(&together, context.state, settings, context.is_saved);
        let delivery = deliver(channel, &message, context.until, secret_cache, store).await;
        // Wrong secrets would be refused again and again, and Pushover blocks whoever insists.
        let stops = matches!(delivery, Delivery::Retry { .. } | Delivery::Refused { credentials: true, .. });
        if stops {
            queue.clear();
        } else if delivery != Delivery::Delivered {
            // No end overtakes its beginning.
            queue.retain(|entry| !together.iter().any(|refused| refused.is_about_the_same(entry)));
        }
        sent.attempts.push((together, delivery));
    }
    sent
}

/// Sends one message; a second time only with other secrets than those that were refused.
pub(super) async fn deliver(
    channel: &dyn Channel,
    message: &Message,
    until: Instant,
    secret_cache: &Mutex<&mut SecretCache>,
    store: &impl Store,
) -> Delivery {
    let used = match secret_cache.lock().await.get(store).await {
        Ok(secrets) => secrets.channel(channel.name()).clone(),
        Err(why) => {
            return Delivery::Retry { why: format!("the secrets could not be read: {why}"), unproven: false };
        }
    };
    let first = bounded(channel.send(message, &used, until), until).await;
    if !matches!(first, Delivery::Refused { credentials: true, .. }) {
        return first;
    }
    let renewed = {
        let mut secret_cache = secret_cache.lock().await;
        // Another channel may have had them read again.
        let _ = secret_cache.reload(store).await;
        secret_cache.get(store).await.map(|secrets| secrets.channel(channel.name()).clone())
    };
    match renewed {
        Ok(renewed) if renewed != used => bounded(channel.send(message, &renewed, until), until).await,
        _ => first,
    }
}

async fn bounded(sending: impl Future<Output = Delivery>, until: Instant) -> Delivery {
    let started = Instant::now();
    timeout_at(until, sending).await.unwrap_or_else(|_| Delivery::Retry {
        why: format!("no answer within {} s", started.elapsed().as_secs().max(1)),
        unproven: true,
    })
}

/// What a run replies of one attempt to send an entry.
pub(super) fn notice(entry: &Notification, delivery: &Delivery) -> NotificationReply {
    let (outcome, why) = delivery.outcome();
    NotificationReply {
        channel: entry.channel().to_owned(),
        target: entry.target().to_owned(),
        kind: entry.kind,
        first: entry.first,
        outcome,
        why,
    }
}

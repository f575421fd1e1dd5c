//! Delivers the notifications in the outbox: on all channels concurrently, and in order on each channel.

use std::time::Duration;

use futures_util::future::join_all;
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep, timeout_at};

use super::{Monitor, Prober};
use crate::contract::delivery::Delivery;
use crate::contract::notification::Notification;
use crate::contract::secrets::ChannelSecrets;
use crate::contract::settings::Settings;
use crate::contract::state::State;
use crate::message::{Message, Text, batch, message_with};
use crate::notify::Channel;
use crate::store::{SecretCache, Store};

/// The longest time to wait within a run for a service that asks for it.
const SHORT_WAIT: Duration = Duration::from_secs(5);

/// The least time for an attempt after that.
const SECOND_ATTEMPT: Duration = Duration::from_secs(2);

/// What one channel has to send now.
pub(super) struct Queue {
    /// The channel's index.
    pub(super) channel: usize,
    pub(super) notifications: Vec<Notification>,
}

/// The results of one channel's queue.
pub(super) struct Sent {
    pub(super) channel: String,
    /// The notifications of each message, and its result.
    pub(super) attempts: Vec<(Vec<Notification>, Delivery)>,
    /// Whether there was no time for the rest of the queue.
    pub(super) is_late: bool,
}

/// Sends messages on any channel, with the secrets, until the time for messages is over.
pub(super) struct Sender<'a, S> {
    secret_cache: Mutex<&'a mut SecretCache>,
    store: &'a S,
    until: Instant,
}

impl<S: Store, P: Prober> Monitor<S, P> {
    /// Send the queues. A channel that fails is not used again in this run, so that no message overtakes another.
    pub(super) async fn deliver(
        &mut self,
        queues: Vec<Queue>,
        state: &State,
        report: Option<&Text>,
        is_saved: bool,
        until: Instant,
    ) -> Vec<Sent> {
        let (channels, settings) = (&self.channels, &self.settings);
        let sender = Sender::new(&mut self.secret_cache, &self.store, until);
        let render =
            |notifications: &[Notification]| message_with(notifications, report, state, settings, is_saved);
        let (sender, render) = (&sender, &render);
        let send = queues.into_iter().filter_map(|queue| {
            let channel = channels.get(queue.channel)?.as_ref();
            Some(sender.send_in_order(channel, queue.notifications, settings, render))
        });
        join_all(send).await
    }
}

impl<'a, S: Store> Sender<'a, S> {
    pub(super) fn new(secret_cache: &'a mut SecretCache, store: &'a S, until: Instant) -> Self {
        Self { secret_cache: Mutex::new(secret_cache), store, until }
    }

    async fn send_in_order(
        &self,
        channel: &dyn Channel,
        mut queue: Vec<Notification>,
        settings: &Settings,
        render: impl Fn(&[Notification]) -> Message,
    ) -> Sent {
        let mut sent = Sent { channel: channel.name().to_owned(), attempts: Vec::new(), is_late: false };
        while !queue.is_empty() {
            if Instant::now() >= self.until {
                sent.is_late = true;
                break;
            }
            let together = batch(&mut queue, settings);
            let delivery = self.send(channel, &render(&together)).await;
            if stops(&delivery) {
                queue.clear();
            } else if delivery != Delivery::Delivered {
                // A recovery must not overtake its outage.
                queue.retain(|other| !together.iter().any(|refused| refused.is_about_the_same(other)));
            }
            sent.attempts.push((together, delivery));
        }
        sent
    }

    /// Send one message. If its secrets are refused and have changed meanwhile, send it again with the new ones.
    pub(super) async fn send(&self, channel: &dyn Channel, message: &Message) -> Delivery {
        let used = match self.secret_cache.lock().await.get(self.store).await {
            Ok(secrets) => secrets.channel(channel.name()).clone(),
            Err(why) => {
                let why = format!("the secrets could not be read: {why}");
                return Delivery::Retry { why, unproven: false, wait: None };
            }
        };
        let first = self.attempt(channel, message, &used).await;
        if !matches!(first, Delivery::Refused { credentials: true, .. }) {
            return first;
        }
        let renewed = {
            let mut secret_cache = self.secret_cache.lock().await;
            // Another channel may have read them again already.
            let _ = secret_cache.reload(self.store).await;
            secret_cache.get(self.store).await.map(|secrets| secrets.channel(channel.name()).clone())
        };
        match renewed {
            Ok(renewed) if renewed != used => self.attempt(channel, message, &renewed).await,
            _ => first,
        }
    }

    /// Send one message with these secrets; once more if the service asks to wait, and the run has the time.
    async fn attempt(&self, channel: &dyn Channel, message: &Message, secrets: &ChannelSecrets) -> Delivery {
        let send = || in_time(channel.send(message, secrets, self.until), self.until);
        let first = send().await;
        match &first {
            Delivery::Retry { unproven: false, wait: Some(wait), .. }
                if *wait <= SHORT_WAIT && Instant::now() + *wait + SECOND_ATTEMPT <= self.until =>
            {
                sleep(*wait).await;
                send().await
            }
            _ => first,
        }
    }
}

/// Return whether a channel is not used for the rest of the run. Wrong secrets would be refused every time, and
/// Pushover blocks clients that keep trying.
pub(super) fn stops(delivery: &Delivery) -> bool {
    matches!(delivery, Delivery::Retry { .. } | Delivery::Refused { credentials: true, .. })
}

async fn in_time(sending: impl Future<Output = Delivery>, until: Instant) -> Delivery {
    let started = Instant::now();
    timeout_at(until, sending).await.unwrap_or_else(|_| Delivery::Retry {
        why: format!("no answer within {} s", started.elapsed().as_secs().max(1)),
        unproven: true,
        wait: None,
    })
}

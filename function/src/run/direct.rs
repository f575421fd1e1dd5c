//! Messages that are sent at once, on all channels at the same time, without the state: tests and announcements.

use futures_util::future::join_all;
use tokio::time::Instant;

use super::budget::Budget;
use super::deliver::Sender;
use super::{Monitor, Prober};
use crate::contract::reply::ChannelReply;
use crate::contract::settings::{ChannelSettings, Settings};
use crate::message::{Message, announcement, test_message};
use crate::notify::Channel;
use crate::store::Store;

/// Returns the message for a channel, if there is one.
type Render<'a> = dyn Fn(&Settings, &ChannelSettings) -> Option<Message> + Sync + 'a;

impl<S: Store, P: Prober> Monitor<S, P> {
    /// Send a test message on every channel.
    pub async fn test_channels(&mut self, now: u64, deadline: Instant) -> Vec<ChannelReply> {
        // A test often follows the correction of a secret.
        self.secret_cache.forget();
        let render = |settings: &Settings, channel: &ChannelSettings| {
            Some(test_message(&settings.deployment, &channel.name, now))
        };
        self.send_directly(&render, deadline).await
    }

    /// Send an announcement on every channel that takes more than alerts.
    pub async fn send_notice(&mut self, text: &str, now: u64, deadline: Instant) -> Vec<ChannelReply> {
        let render = |settings: &Settings, channel: &ChannelSettings| {
            channel.takes_reports().then(|| announcement(settings, text, now))
        };
        self.send_directly(&render, deadline).await
    }

    async fn send_directly(&mut self, render: &Render<'_>, deadline: Instant) -> Vec<ChannelReply> {
        self.secret_cache.start_run();
        let settings = &self.settings;
        let until = Budget::new(settings, 1, deadline).messages();
        let sender = Sender::new(&mut self.secret_cache, &self.store, until);
        let send = async |(channel, message): (&dyn Channel, Message)| {
            ChannelReply::of(channel.name(), &sender.send(channel, &message).await)
        };
        let channels = self.channels.iter().zip(&settings.channels);
        let messages =
            channels.filter_map(|(channel, about)| Some((channel.as_ref(), render(settings, about)?)));
        join_all(messages.map(send)).await
    }
}

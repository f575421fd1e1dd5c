//! The channels through which people are told. One file each; this is what they have in common.

pub(crate) mod answer;
pub mod discord;
pub mod email;
pub mod ntfy;
mod post;
pub mod pushbullet;
pub mod pushover;
mod redact;
pub mod slack;
mod smtp;
pub mod webhook;

use std::pin::Pin;

use tokio::time::Instant;

use crate::contract::reply::DeliveryOutcome;
use crate::contract::secrets::ChannelSecrets;
use crate::contract::settings::{ChannelKind, ChannelSettings};
use crate::http::Http;
use crate::message::Message;

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// The channel took it.
    Delivered,
    /// Refused for good: sending it again could only be refused again.
    Refused {
        /// What the channel said.
        why: String,
        /// Whether the secrets seem to be at fault, so that fresh ones may help.
        credentials: bool,
    },
    /// Not now; the next run tries again.
    Retry {
        /// What went wrong.
        why: String,
        /// Whether it may have arrived: it was sent, at least in part, and no answer was understood.
        unproven: bool,
    },
}

impl Delivery {
    /// The same for those who only want to know.
    pub fn outcome(&self) -> (DeliveryOutcome, Option<String>) {
        match self {
            Self::Delivered => (DeliveryOutcome::Delivered, None),
            Self::Refused { why, .. } => (DeliveryOutcome::Refused, Some(why.clone())),
            Self::Retry { why, .. } => (DeliveryOutcome::Retry, Some(why.clone())),
        }
    }
}

/// The future of a [`Channel::send`].
pub type Sending<'a> = Pin<Box<dyn Future<Output = Delivery> + Send + 'a>>;

/// A way to notify somebody.
pub trait Channel: Send + Sync {
    /// The name that stands in outbox entries. Has no colon.
    fn name(&self) -> &str;

    /// Sends one message with this channel's own secrets, and returns by `deadline`.
    fn send<'a>(
        &'a self,
        message: &'a Message,
        secrets: &'a ChannelSecrets,
        deadline: Instant,
    ) -> Sending<'a>;
}

/// The channels that the settings name.
pub fn channels(settings: &[ChannelSettings], http: &Http) -> Vec<Box<dyn Channel>> {
    settings.iter().map(|channel| one(channel, http)).collect()
}

fn one(settings: &ChannelSettings, http: &Http) -> Box<dyn Channel> {
    let name = settings.name.clone();
    match &settings.kind {
        ChannelKind::Pushover { url } => Box::new(pushover::Pushover::new(name, url.clone(), http)),
        ChannelKind::Pushbullet { url } => Box::new(pushbullet::Pushbullet::new(name, url.clone(), http)),
        ChannelKind::Ntfy { url, token, user } => {
            let login = ntfy::Login::of(*token, user.as_deref());
            Box::new(ntfy::Ntfy::new(name, url.clone(), login, http))
        }
        ChannelKind::Discord => Box::new(discord::Discord::new(name, http)),
        ChannelKind::Slack => Box::new(slack::Slack::new(name, http)),
        ChannelKind::Webhook { template, headers, token, success } => {
            let (template, headers) = (template.clone(), headers.clone());
            Box::new(webhook::Webhook::new(name, template, headers, *token, success.clone(), http))
        }
        ChannelKind::Email(smtp) => Box::new(email::Email::new(name, smtp.clone(), http)),
    }
}

//! The channels through which people are told. One file each; this is what they have in common.

mod answer;
pub mod discord;
pub mod email;
pub mod ntfy;
mod post;
pub mod pushbullet;
pub mod pushover;
mod redact;
pub mod slack;
pub mod webhook;

use std::pin::Pin;

use crate::http::Http;
use crate::message::Message;
use crate::reply::Outcome;
use crate::secrets::ChannelSecrets;
use crate::settings::{ChannelKind, ChannelSettings};

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
        /// Whether it may have arrived all the same: it was sent, and the answer was lost.
        unproven: bool,
    },
}

impl Delivery {
    /// The same for those who only want to know.
    pub fn outcome(&self) -> (Outcome, Option<String>) {
        match self {
            Self::Delivered => (Outcome::Delivered, None),
            Self::Refused { why, .. } => (Outcome::Refused, Some(why.clone())),
            Self::Retry { why, .. } => (Outcome::Retry, Some(why.clone())),
        }
    }
}

/// The future of a [`Channel::send`].
pub type Sending<'a> = Pin<Box<dyn Future<Output = Delivery> + Send + 'a>>;

/// Someone to tell. How long a message may take is the caller's business.
pub trait Channel: Send + Sync {
    /// The name that stands in outbox entries. Has no colon.
    fn name(&self) -> &str;

    /// Sends one message, once, with this channel's own secrets.
    fn send<'a>(&'a self, message: &'a Message, secrets: &'a ChannelSecrets) -> Sending<'a>;
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
        ChannelKind::Ntfy { url, token } => Box::new(ntfy::Ntfy::new(name, url.clone(), *token, http)),
        ChannelKind::Discord => Box::new(discord::Discord::new(name, http)),
        ChannelKind::Slack => Box::new(slack::Slack::new(name, http)),
        ChannelKind::Webhook { template, headers, token } => {
            Box::new(webhook::Webhook::new(name, template.clone(), headers.clone(), *token, http))
        }
        ChannelKind::Email(smtp) => Box::new(email::Email::new(name, smtp.clone())),
    }
}

//! The notification channels: one file for each kind, with its sender and its description.
//!
//! The configuration, the common tests and the documentation find a kind by its description. `.github/CONTRIBUTING.md`
//! lists the steps to add one.

pub(crate) mod answer;
pub mod apprise;
pub mod discord;
pub mod email;
pub mod googlechat;
pub mod gotify;
pub mod homeassistant;
pub mod matrix;
pub mod mattermost;
pub mod ntfy;
pub mod pagerduty;
mod post;
pub mod pushbullet;
pub mod pushover;
mod redact;
pub mod signal;
pub mod slack;
mod smtp;
pub mod teams;
pub mod telegram;
pub mod twilio;
mod wait;
pub mod webhook;

use std::pin::Pin;

use tokio::time::Instant;

use crate::contract::delivery::Delivery;
use crate::contract::description::ChannelDescription;
use crate::contract::secrets::ChannelSecrets;
use crate::contract::settings::{ChannelKind, ChannelSettings};
use crate::http::Http;
use crate::message::Message;

/// The future of a [`Channel::send`].
pub type Sending<'a> = Pin<Box<dyn Future<Output = Delivery> + Send + 'a>>;

/// A notification channel.
pub trait Channel: Send + Sync {
    /// Return the name in notifications, which has no colon.
    fn name(&self) -> &str;

    /// Send one message with the secrets of this channel, and return by `deadline`.
    fn send<'a>(
        &'a self,
        message: &'a Message,
        secrets: &'a ChannelSecrets,
        deadline: Instant,
    ) -> Sending<'a>;
}

/// Ties each kind of channel to the description beside its sender. A kind that is missing here does not compile.
macro_rules! descriptions {
    ($($kind:ident => $module:ident),+ $(,)?) => {
        /// The descriptions of all kinds of channels.
        pub const DESCRIPTIONS: &[ChannelDescription] = &[$($module::DESCRIPTION),+];

        /// Return the description of a channel of this kind.
        pub fn description(kind: &ChannelKind) -> &'static ChannelDescription {
            match kind {
                $(ChannelKind::$kind { .. } => &$module::DESCRIPTION),+
            }
        }
    };
}

descriptions! {
    Pushover => pushover,
    Pushbullet => pushbullet,
    Ntfy => ntfy,
    Discord => discord,
    Slack => slack,
    Webhook => webhook,
    Email => email,
    Telegram => telegram,
    Gotify => gotify,
    Matrix => matrix,
    Teams => teams,
    GoogleChat => googlechat,
    Mattermost => mattermost,
    Apprise => apprise,
    HomeAssistant => homeassistant,
    Signal => signal,
    PagerDuty => pagerduty,
    Twilio => twilio,
}

/// Create the channels of the settings.
pub fn channels(settings: &[ChannelSettings], http: &Http) -> Vec<Box<dyn Channel>> {
    settings.iter().map(|channel| one(channel, http)).collect()
}

fn one(settings: &ChannelSettings, http: &Http) -> Box<dyn Channel> {
    let name = settings.name.clone();
    match &settings.kind {
        ChannelKind::Pushover { url, priority, retry, expire } => {
            let emergency = pushover::Emergency::of(*priority, *retry, *expire);
            Box::new(pushover::Pushover::new(name, url.clone(), http).with_emergency(emergency))
        }
        ChannelKind::Pushbullet { url } => Box::new(pushbullet::Pushbullet::new(name, url.clone(), http)),
        ChannelKind::Ntfy { url, token, user } => {
            let login = ntfy::Login::of(*token, user.as_deref());
            Box::new(ntfy::Ntfy::new(name, url.clone(), login, http))
        }
        ChannelKind::Discord => Box::new(discord::Discord::new(name, http)),
        ChannelKind::Slack => Box::new(slack::Slack::new(name, http)),
        ChannelKind::Webhook(webhook) => Box::new(webhook::Webhook::new(name, webhook.clone(), http)),
        ChannelKind::Email(smtp) => Box::new(email::Email::new(name, smtp.clone(), http)),
        ChannelKind::Telegram { url, chat, topic } => {
            Box::new(telegram::Telegram::new(name, url, chat, *topic, http))
        }
        ChannelKind::Gotify { url } => gotify::channel(name, url.clone(), http),
        ChannelKind::Matrix { url, room } => matrix::channel(name, url, room, http),
        ChannelKind::Teams => teams::channel(name, http),
        ChannelKind::GoogleChat => googlechat::channel(name, http),
        ChannelKind::Mattermost => mattermost::channel(name, http),
        ChannelKind::Apprise { url, tag, user } => {
            apprise::channel(name, url.clone(), tag.clone(), user.clone(), http)
        }
        ChannelKind::HomeAssistant { url, service } => homeassistant::channel(name, url, service, http),
        ChannelKind::Signal { url, number, recipients, user } => {
            signal::channel(name, url, number.clone(), recipients.clone(), user.clone(), http)
        }
        ChannelKind::PagerDuty { url } => Box::new(pagerduty::PagerDuty::new(name, url, http)),
        ChannelKind::Twilio { url, account, from, to } => {
            twilio::channel(name, url, account.clone(), from.clone(), to.clone(), http)
        }
    }
}

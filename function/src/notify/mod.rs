//! The channels through which people are told. One file each; this is what they have in common.

pub mod pushover;

use std::pin::Pin;

use crate::http::Http;
use crate::message::Message;
use crate::secrets::Secrets;
use crate::settings::Notify;

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

/// The future of a [`Channel::send`].
pub type Sending<'a> = Pin<Box<dyn Future<Output = Delivery> + Send + 'a>>;

/// Someone to tell. How long a message may take is the caller's business.
pub trait Channel: Send + Sync {
    /// The name that stands in outbox entries. Has no colon.
    fn name(&self) -> &'static str;

    /// Sends one message, once.
    fn send<'a>(&'a self, message: &'a Message, secrets: &'a Secrets) -> Sending<'a>;
}

/// The channels that the settings name.
pub fn channels(notify: &Notify, http: &Http) -> Vec<Box<dyn Channel>> {
    let Notify { pushover } = notify;
    let pushover = pushover.as_ref().map(|settings| pushover::Pushover::new(settings, http));
    pushover.into_iter().map(|channel| Box::new(channel) as Box<dyn Channel>).collect()
}

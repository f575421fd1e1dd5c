//! What was found in a home: its apps, and what cannot be monitored.

use super::missing_value::MissingValue;
use super::not_published::NotPublished;
use super::route::LoginStep;
use super::terraform::{Incomplete, Protection};
use crate::config::preset::Preset;

/// Everything that was found.
#[derive(Debug, Default)]
pub struct Inventory {
    pub apps: Vec<App>,
    pub not_published: Vec<NotPublished>,
    /// Remarks for the reader of the generated configuration.
    pub remarks: Vec<String>,
    /// What could not be read in full. Each entry is also among the remarks.
    pub incomplete: Vec<Incomplete>,
}

/// An app with a public address.
#[derive(Debug, Clone)]
pub struct App {
    pub name: String,
    pub preset: &'static Preset,
    /// Host name and path, or the value that is missing to know them.
    pub address: Result<Address, MissingValue>,
    /// Why it cannot be monitored before a person has reviewed it.
    pub review: Option<ReviewReason>,
    /// The container whose network it shares.
    pub group: Option<String>,
    pub protection: Protection,
    /// Other addresses of the same app.
    pub also_at: Vec<String>,
    /// A middleware that seems to require a login.
    pub login: Option<LoginStep>,
}

/// Why an app has to be reviewed before it can be monitored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReviewReason {
    /// Its host name is stored where it was not read.
    NoHostName,
    /// A certificate has its name, but no configuration that was read routes it.
    CertificateOnly,
}

impl App {
    /// Whether it can be monitored as it is.
    pub fn is_ready(&self) -> bool {
        self.address.is_ok() && self.review.is_none()
    }
}

/// The address at which an app is monitored.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Address {
    pub https: bool,
    pub host: String,
    /// `None` for the default port of the scheme.
    pub port: Option<u16>,
    /// Empty unless the app has only a part of the site.
    pub path: String,
}

impl std::fmt::Display for Address {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}://{}", if self.https { "https" } else { "http" }, self.host)?;
        if let Some(port) = self.port {
            write!(formatter, ":{port}")?;
        }
        formatter.write_str(&self.path)
    }
}

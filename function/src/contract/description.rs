//! Descriptions of settings: which values `config.toml` accepts for a key, what they mean, and an example.
//!
//! The description of a channel is beside its sender, that of a condition beside its evaluation. The deployer reads
//! configurations by them, and the documentation is generated from them. A run never refers to them, so that the linker
//! leaves them out of the function.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::settings::ChannelKind;

/// The result of a check. The error says what is wrong with a value, and completes "... cannot be used: ...".
pub type Checked = Result<(), String>;

/// One key of a table in `config.toml`.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// Its name, which is also its name in the function's settings (except for [`Type::CertificateFile`]).
    pub key: &'static str,
    /// The values that it accepts.
    pub kind: Type,
    /// Whether it is required, and what applies without it.
    pub need: Need,
    /// A value, as TOML.
    pub example: &'static str,
    /// What it means, as a phrase in Markdown.
    pub about: &'static str,
}

/// The values that a setting accepts.
#[derive(Debug, Clone, Copy)]
pub enum Type {
    /// A text that is not empty.
    Text(fn(&str) -> Checked),
    /// One text, or a list of at least one.
    Texts,
    /// A whole number in a range.
    Number {
        /// The smallest one.
        min: u32,
        /// The largest one.
        max: u32,
        /// An additional check.
        check: fn(u32) -> Checked,
    },
    /// A text that is not empty, or a whole number. The function's settings contain it as a text.
    TextOrNumber(fn(&str) -> Checked),
    /// One whole number in a range, or a list of at least one. The list is sorted, without duplicates.
    Numbers {
        /// The smallest one.
        min: u32,
        /// The largest one.
        max: u32,
    },
    /// `true` or `false`.
    Flag,
    /// One of these texts.
    Choice(&'static [&'static str]),
    /// A complete address without credentials. If the channel has secrets, it must be `https`, or on this machine.
    Address(fn(&str) -> Checked),
    /// `{ env = "VAR" }` or `{ file = "path" }`. A secret with the key `url` is an address, and checked as one.
    ///
    /// An optional secret is a boolean in the function's settings: whether there is one.
    Secret,
    /// A table of texts, under names of the user's choice.
    Table(fn(&BTreeMap<String, String>) -> Checked),
    /// A file of certificates. The function's settings contain them as `ca_pem`.
    CertificateFile,
    /// Read by code of its own. The documentation shows this phrase as its type.
    Other(&'static str),
}

/// Whether a setting is required, and what applies without it.
#[derive(Debug, Clone, Copy)]
pub enum Need {
    /// It is required.
    Required,
    /// It is optional, without a default.
    Optional,
    /// It is optional, with this default.
    Default(Literal),
    /// It is optional. The default depends on other settings, as this phrase says.
    Depends(&'static str),
    /// It is required if this other setting is given, and rejected otherwise.
    With(&'static str),
}

/// A default value.
#[derive(Debug, Clone, Copy)]
pub enum Literal {
    /// A text.
    Text(&'static str),
    /// A whole number.
    Number(u32),
    /// `true` or `false`.
    Flag(bool),
}

/// Everything about one kind of channel, except how it sends.
#[derive(Debug, Clone, Copy)]
pub struct ChannelDescription {
    /// Its name in the configuration, which is also its name in the function's settings.
    pub kind: &'static str,
    /// What messages and errors call the service.
    pub service: &'static str,
    /// What it reaches, as a phrase in Markdown.
    pub about: &'static str,
    /// Its keys, besides those that every channel has.
    pub settings: &'static [Setting],
    /// Pairs of keys of which only one can be given.
    pub exclusive: &'static [(&'static str, &'static str)],
    /// How messages reach it.
    pub protocol: Protocol,
    /// Add the settings whose defaults depend on others ([`Need::Depends`]).
    pub complete: fn(&mut Map<String, Value>),
    /// Check the settings together.
    pub check: fn(&ChannelKind) -> Checked,
    /// Check the value of the secret with this key, where the deployer knows it. The error does not quote it.
    pub check_secret: fn(&str, &str) -> Checked,
    /// What to do after a test message, if the service cannot confirm that a message has arrived.
    pub after_test: Option<&'static str>,
    /// What the service's refusals mean and what to do, as phrases in Markdown.
    pub refusals: &'static [(&'static str, &'static str)],
}

/// How messages reach a service.
#[derive(Debug, Clone, Copy)]
pub enum Protocol {
    /// One HTTP request for each message.
    Http {
        /// Examples of what the service answers. Without them, every 2xx is a success.
        answers: Option<Answers>,
    },
    /// A mail server.
    Smtp,
}

/// Examples of a service's own answers.
#[derive(Debug, Clone, Copy)]
pub struct Answers {
    /// The body by which it confirms a message.
    pub confirmation: &'static str,
    /// The status and the body by which it refuses a secret that is not valid.
    pub refusal: (u16, &'static str),
}

impl ChannelDescription {
    /// What most channels have in common: a service that answers in any way, and settings that need no common check.
    pub const SIMPLE: Self = Self {
        kind: "",
        service: "",
        about: "",
        settings: &[],
        exclusive: &[],
        protocol: Protocol::Http { answers: None },
        complete: |_| {},
        check: |_| Ok(()),
        check_secret: |_, _| Ok(()),
        after_test: None,
        refusals: &[],
    };

    /// Return the setting with this key.
    pub fn setting(&self, key: &str) -> Option<&'static Setting> {
        self.settings.iter().find(|setting| setting.key == key)
    }
}

impl Setting {
    /// Create a required secret.
    pub const fn secret(key: &'static str, example: &'static str, about: &'static str) -> Self {
        Self { key, kind: Type::Secret, need: Need::Required, example, about }
    }

    /// Create the setting for the address of a service that has a default one.
    pub const fn service_url(default: &'static str, example: &'static str) -> Self {
        Self {
            key: "url",
            kind: Type::Address(any),
            need: Need::Default(Literal::Text(default)),
            example,
            about: "where messages are posted",
        }
    }

    /// Make the setting optional.
    pub const fn optional(self) -> Self {
        Self { need: Need::Optional, ..self }
    }

    /// Make the setting required if `other` is given.
    pub const fn with(self, other: &'static str) -> Self {
        Self { need: Need::With(other), ..self }
    }
}

/// Accept an address to which a path can be appended.
pub fn base(url: &str) -> Checked {
    if url.contains(['?', '#']) {
        return Err("a path is appended to it, so it cannot have a query or a fragment".to_owned());
    }
    Ok(())
}

/// Accept every text.
pub fn any(_: &str) -> Checked {
    Ok(())
}

/// Accept every number.
pub fn any_number(_: u32) -> Checked {
    Ok(())
}

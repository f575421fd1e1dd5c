//! The languages of the page: a table of all texts for each of them.
//!
//! A language that lacks a text does not compile. Every sentence is a text of its own, with named places for what
//! varies, since the order of words differs between languages. A text that depends on a number is a function of the
//! number, so that each language has as many plural forms as it needs.
//!
//! For another language: a file like `en.rs`, a variant of [`Language`], and its arms here.

mod de;
mod en;
mod texts;

pub(super) use self::texts::{Counted, Text, Texts, count, fill};

/// A language of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// English.
    En,
    /// German.
    De,
}

impl Language {
    /// All languages.
    pub const ALL: [Self; 2] = [Self::En, Self::De];

    /// Their codes.
    pub const CODES: [&str; Self::ALL.len()] = {
        let mut codes = [""; Self::ALL.len()];
        let mut at = 0;
        while at < codes.len() {
            codes[at] = Self::ALL[at].code();
            at += 1;
        }
        codes
    };

    /// The language of a page whose settings name none.
    pub const DEFAULT: Self = Self::En;

    /// Return its code, as it stands in `lang` and in the settings.
    pub const fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::De => "de",
        }
    }

    /// Return the language of a code; nothing if the page does not have it.
    pub fn of(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.code() == code)
    }

    /// Return its texts.
    pub(super) fn texts(self) -> &'static Texts {
        match self {
            Self::En => &en::TEXTS,
            Self::De => &de::TEXTS,
        }
    }
}

//! The settings of AWS from the environment and from the profile in use. A variable takes precedence over the profile.

use super::environment::Environment;
use super::profiles::{Profile, Profiles};
use super::source::Selected;

/// Where settings are read from.
#[derive(Debug, Clone, Copy)]
pub struct AwsSettings<'a> {
    pub environment: &'a Environment,
    pub profiles: &'a Profiles,
    pub selected: &'a Selected,
}

/// A setting and a description of where it is set, for messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting<'a> {
    pub value: &'a str,
    pub named_by: String,
}

impl<'a> AwsSettings<'a> {
    /// The profile in use, if it exists.
    pub fn profile(&self) -> Option<&'a Profile> {
        self.profiles.get(&self.selected.name)
    }

    /// The value of a variable.
    pub fn variable(&self, name: &str) -> Option<Setting<'a>> {
        Some(Setting { value: self.environment.get(name)?, named_by: name.to_owned() })
    }

    /// The value of a key of the profile.
    pub fn of_profile(&self, key: &str) -> Option<Setting<'a>> {
        let named_by = format!("`{key}` of profile `{}`", self.selected.name);
        Some(Setting { value: self.profile()?.get(key)?, named_by })
    }

    /// The value of a variable, or of a key of the profile.
    pub fn get(&self, variable: &str, key: &str) -> Option<Setting<'a>> {
        self.variable(variable).or_else(|| self.of_profile(key))
    }

    /// Whether a variable, or a key of the profile, is `true` in upper or lower case. Any other value is false, as in the
    /// AWS CLI.
    pub fn flag(&self, variable: &str, key: &str) -> Option<bool> {
        self.get(variable, key).map(|setting| setting.value.eq_ignore_ascii_case("true"))
    }
}

//! A container that a Compose service defines.

use std::path::PathBuf;
use std::rc::Rc;

use super::super::variables::Variables;

/// A service of a Compose file.
#[derive(Debug, Clone, Default)]
pub struct Container {
    /// The file that defines it; the first, if several are merged.
    pub file: PathBuf,
    /// The index of its Compose project, within which services know each other by name.
    pub project: usize,
    /// The service's name.
    pub name: String,
    /// Its other names on the network.
    pub aliases: Vec<String>,
    pub container_name: Option<String>,
    pub image: String,
    /// Its arguments, as far as the file has them.
    pub command: Vec<String>,
    /// It has neither an image nor a build: other services extend it, and it does not run.
    pub is_abstract: bool,
    /// The container whose network it uses, if it has none of its own.
    pub joins: Option<String>,
    /// It uses the host's network: every port that it listens on is published.
    pub on_host: bool,
    /// Ports on the host, with the container ports that they map to.
    pub published: Vec<(u16, u16)>,
    /// Not expanded: variables may be secrets.
    pub environment: Vec<(String, String)>,
    pub labels: Vec<(String, String)>,
    /// The variables that its values are expanded with.
    pub variables: Rc<Variables>,
    /// Why Compose does not start it, if so.
    pub disabled: Option<String>,
    /// Sources of other settings that were not found, one sentence each.
    pub missing: Vec<String>,
}

impl Container {
    /// Whether `name` resolves to it on a container network.
    pub fn is_called(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
            || self.aliases.iter().any(|alias| alias.eq_ignore_ascii_case(name))
    }
}

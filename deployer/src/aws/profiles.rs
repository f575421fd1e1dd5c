//! The profiles of the AWS configuration and credentials files, as the AWS CLI finds them.
//!
//! The SDK reads these files, too, but knows fewer names than the CLI: a profile with a blank or an umlaut, or
//! `cloudwatch_logs` in a `[services]` section, is ignored without a word. So the SDK gets the contents from here, with
//! such names encoded.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::environment::Environment;
use super::ini::{self, Section};
use crate::error::{Error, Result};

/// What the SDK allows in a name besides letters and digits; `%` is missing, as it marks what was encoded.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'_')
    .remove(b'-')
    .remove(b'/')
    .remove(b'.')
    .remove(b'@')
    .remove(b':')
    .remove(b'+');

/// Settings whose value is the name of a section.
const REFERENCES: [&str; 3] = ["source_profile", "sso_session", "services"];

/// The settings of a profile and where its section is.
#[derive(Debug, Clone, Default)]
pub struct Profile {
    settings: BTreeMap<String, String>,
    /// `path, line 3`.
    pub place: String,
}

impl Profile {
    /// A setting; one without a value counts as missing.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.settings.get(key).map(String::as_str).filter(|value| !value.is_empty())
    }
}

/// Both files, merged.
#[derive(Debug, Default)]
pub struct Profiles {
    profiles: BTreeMap<String, Profile>,
    sso_sessions: BTreeMap<String, Profile>,
    /// By section and service: the settings nested there.
    services: BTreeMap<String, BTreeMap<String, BTreeMap<String, String>>>,
    /// Headers that the CLI does not take for a profile, by the name that was probably meant.
    misnamed: BTreeMap<String, (String, String)>,
    files: Vec<File>,
    config: String,
    credentials: String,
}

#[derive(Debug)]
struct File {
    path: PathBuf,
    exists: bool,
}

impl Profiles {
    /// Reads the two files. One that does not exist is empty.
    pub fn read(environment: &Environment) -> Result<Self> {
        let mut profiles = Self::default();
        let config = profiles.file(environment, "AWS_CONFIG_FILE", "~/.aws/config")?;
        let credentials = profiles.file(environment, "AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials")?;
        for (path, section) in &config {
            profiles.add_config(path, section);
        }
        for (path, section) in &credentials {
            profiles.add_credentials(path, section);
        }
        Ok(profiles)
    }

    fn file(
        &mut self,
        environment: &Environment,
        variable: &str,
        default: &str,
    ) -> Result<Vec<(PathBuf, Section)>> {
        let path = expanded(environment.get(variable).unwrap_or(default));
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => Some(bytes),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => {
                return Err(Error::usage(format!("could not read `{}`", path.display()))
                    .cause(error)
                    .hint(format!("correct the file's permissions or {variable}")));
            }
        };
        self.files.push(File { path: path.clone(), exists: bytes.is_some() });
        let text = String::from_utf8(bytes.unwrap_or_default())
            .map_err(|_| Error::usage(format!("`{}` is not UTF-8 text", path.display())))?;
        let sections = ini::sections(&text).map_err(|error| {
            Error::usage(format!("could not read `{}`, line {}", path.display(), error.line))
                .cause(error.message)
                .hint("correct the line; `aws configure list` reads the same file")
        })?;
        Ok(sections.into_iter().map(|section| (path.clone(), section)).collect())
    }

    fn add_config(&mut self, path: &Path, section: &Section) {
        let words = words(&section.header);
        let place = place(path, section);
        let (kind, name) = match words.as_slice() {
            [name] if name == "default" => ("profile", "default"),
            [kind, name] => (kind.as_str(), name.as_str()),
            [kind, rest @ ..] if kind == "profile" && !rest.is_empty() => {
                self.misnamed.insert(rest.join(" "), (section.header.clone(), place));
                return;
            }
            [name] => {
                self.misnamed.insert(name.clone(), (section.header.clone(), place));
                return;
            }
            _ => return,
        };
        match kind {
            "profile" => merge(self.profiles.entry(name.to_owned()).or_default(), section, place),
            "sso-session" => merge(self.sso_sessions.entry(name.to_owned()).or_default(), section, place),
            "services" => {
                let services = self.services.entry(name.to_owned()).or_default();
                for entry in &section.entries {
                    services.entry(entry.key.clone()).or_default().extend(entry.nested.iter().cloned());
                }
            }
            _ => return,
        }
        let header = format!("{kind} {}", encoded(name));
        write_section(&mut self.config, &header, section, kind == "services");
    }

    fn add_credentials(&mut self, path: &Path, section: &Section) {
        let name = section.header.as_str();
        if let Some(meant) = name.strip_prefix("profile ") {
            self.misnamed.insert(meant.trim().to_owned(), (section.header.clone(), place(path, section)));
        }
        merge(self.profiles.entry(name.to_owned()).or_default(), section, place(path, section));
        write_section(&mut self.credentials, &encoded(name), section, false);
    }

    /// The settings of a profile.
    pub fn get(&self, name: &str) -> Option<&Profile> {
        self.profiles.get(name)
    }

    /// The settings of an `[sso-session]`.
    pub fn sso_session(&self, name: &str) -> Option<&Profile> {
        self.sso_sessions.get(name)
    }

    /// The endpoints that a `[services]` section gives to services, by the key of the service.
    pub fn service_endpoints(&self, section: &str) -> impl Iterator<Item = (&str, &str)> {
        let services = self.services.get(section).into_iter().flatten();
        services.filter_map(|(service, settings)| {
            Some((service.as_str(), settings.get("endpoint_url").filter(|url| !url.is_empty())?.as_str()))
        })
    }

    /// True if a `[services]` section has this name.
    pub fn has_services(&self, section: &str) -> bool {
        self.services.contains_key(section)
    }

    /// The files for the SDK, in which every name is one that it takes.
    pub fn for_sdk(&self) -> EnvConfigFiles {
        EnvConfigFiles::builder()
            .with_contents(EnvConfigFileKind::Config, &self.config)
            .with_contents(EnvConfigFileKind::Credentials, &self.credentials)
            .build()
    }

    /// Where profiles are looked for: both paths, each with a remark if it does not exist.
    pub fn places(&self) -> String {
        let place = |file: &File| {
            let remark = if file.exists { "" } else { " (which does not exist)" };
            format!("`{}`{remark}", file.path.display())
        };
        self.files.iter().map(place).collect::<Vec<_>>().join(" and ")
    }

    /// What to say of a name that no profile has.
    pub fn not_found(&self, name: &str, named_by: &str) -> Error {
        let error = Error::usage(format!("AWS profile `{name}` does not exist"))
            .cause(format!("{named_by} names it; looked in {}", self.places()));
        if let Some((header, place)) = self.misnamed.get(name) {
            let quoted =
                if name.contains(char::is_whitespace) { format!("\"{name}\"") } else { name.to_owned() };
            let right = if header.starts_with("profile ") && !name.contains(char::is_whitespace) {
                format!("[{quoted}]")
            } else {
                format!("[profile {quoted}]")
            };
            return error.hint(format!("write `{right}` instead of `[{header}]` ({place})"));
        }
        let nearest = self
            .profiles
            .keys()
            .map(|known| (strsim::damerau_levenshtein(known, name), known))
            .filter(|(distance, known)| *distance <= 2.max(known.chars().count() / 3))
            .min();
        let known: Vec<String> = self.profiles.keys().take(10).map(|known| format!("`{known}`")).collect();
        match (nearest, known.is_empty()) {
            (Some((_, known)), _) => error.hint(format!("did you mean `{known}`?")),
            (None, false) => error.hint(format!("name one of {}", known.join(", "))),
            (None, true) => {
                error.hint(format!("make it with `aws configure --profile {}`", shell_word(name)))
            }
        }
    }
}

/// A name that the SDK takes for a profile, a session or a `[services]` section.
pub fn encoded(name: &str) -> String {
    utf8_percent_encode(name, ENCODED).to_string()
}

/// A name as a word for the shell.
pub fn shell_word(name: &str) -> String {
    let plain = |character: char| character.is_alphanumeric() || "_-./@:+".contains(character);
    if !name.is_empty() && name.chars().all(plain) { name.to_owned() } else { format!("\"{name}\"") }
}

/// The path behind a leading `~`.
pub fn expanded(path: &str) -> PathBuf {
    match (path.strip_prefix("~/").or_else(|| path.strip_prefix("~\\")), etcetera::home_dir()) {
        (Some(rest), Ok(home)) => home.join(rest),
        _ => PathBuf::from(path),
    }
}

fn place(path: &Path, section: &Section) -> String {
    format!("{}, line {}", path.display(), section.line)
}

/// Settings that come later win, as those of the credentials file do.
fn merge(profile: &mut Profile, section: &Section, place: String) {
    if profile.place.is_empty() {
        profile.place = place;
    }
    profile.settings.extend(section.entries.iter().map(|entry| (entry.key.clone(), entry.value.clone())));
}

fn write_section(text: &mut String, header: &str, section: &Section, services: bool) {
    let _ = writeln!(text, "[{header}]");
    let has_session =
        section.entries.iter().any(|entry| entry.key == "sso_session" && !entry.value.is_empty());
    for entry in &section.entries {
        // Beside a session, the SDK refuses them even if they are the same there.
        if has_session && ["sso_start_url", "sso_region"].contains(&entry.key.as_str()) {
            continue;
        }
        // An empty setting counts as missing; the SDK would take it.
        if entry.value.is_empty() && entry.nested.is_empty() {
            continue;
        }
        // The documented names of services have underscores; the SDK looks for hyphens.
        let key = if services { entry.key.replace('_', "-") } else { entry.key.clone() };
        let value = if REFERENCES.contains(&key.as_str()) && !services {
            encoded(&entry.value)
        } else {
            entry.value.replace('\n', "\n  ")
        };
        let _ = writeln!(text, "{key} = {value}");
        for (key, value) in entry.nested.iter().filter(|(_, value)| !value.is_empty()) {
            let _ = writeln!(text, "  {key} = {value}");
        }
    }
}

/// Splits a header as a shell does: `profile "my home"` is two words.
fn words(header: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote: Option<char> = None;
    let mut characters = header.chars();
    while let Some(character) = characters.next() {
        match (quote, character) {
            (Some(open), _) if character == open => quote = None,
            (None, '"' | '\'') => {
                quote = Some(character);
                word.get_or_insert_default();
            }
            (None | Some('"'), '\\') => word.get_or_insert_default().extend(characters.next()),
            (None, _) if character.is_whitespace() => words.extend(word.take()),
            _ => word.get_or_insert_default().push(character),
        }
    }
    words.extend(word);
    words
}

#[cfg(test)]
mod tests;

//! The profiles of the AWS configuration and credentials files, as the AWS CLI finds them.
//!
//! The SDK also reads these files, but accepts fewer names than the CLI: it silently ignores a profile with a space or an
//! umlaut, and `cloudwatch_logs` in a `[services]` section. So it gets the contents from here, with such names encoded.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::environment::Environment;
use super::ini::{self, Section};
use crate::error::{Error, Result};

/// All characters except those that the SDK allows in a name. `%` is encoded too, as it marks encoded characters.
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

/// The profiles of both files, merged.
#[derive(Debug, Default)]
pub struct Profiles {
    profiles: BTreeMap<String, Profile>,
    sso_sessions: BTreeMap<String, Profile>,
    /// The nested settings by section and service.
    services: BTreeMap<String, BTreeMap<String, BTreeMap<String, String>>>,
    /// Headers that the CLI does not accept as a profile, by the name that was probably meant.
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
    /// Read both files. A missing file counts as empty.
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

    /// The settings of the profile with this name.
    pub fn get(&self, name: &str) -> Option<&Profile> {
        self.profiles.get(name)
    }

    /// The settings of an `[sso-session]`.
    pub fn sso_session(&self, name: &str) -> Option<&Profile> {
        self.sso_sessions.get(name)
    }

    /// The endpoints in a `[services]` section, with the key of each service.
    pub fn service_endpoints(&self, section: &str) -> impl Iterator<Item = (&str, &str)> {
        let services = self.services.get(section).into_iter().flatten();
        services.filter_map(|(service, settings)| {
            Some((service.as_str(), settings.get("endpoint_url").filter(|url| !url.is_empty())?.as_str()))
        })
    }

    /// Whether there is a `[services]` section with this name.
    pub fn has_services(&self, section: &str) -> bool {
        self.services.contains_key(section)
    }

    /// The files for the SDK, with encoded names.
    pub fn for_sdk(&self) -> EnvConfigFiles {
        EnvConfigFiles::builder()
            .with_contents(EnvConfigFileKind::Config, &self.config)
            .with_contents(EnvConfigFileKind::Credentials, &self.credentials)
            .build()
    }

    /// The paths of both files, with a note if a file does not exist.
    pub fn places(&self) -> String {
        let place = |file: &File| {
            let note = if file.exists { "" } else { " (which does not exist)" };
            format!("`{}`{note}", file.path.display())
        };
        self.files.iter().map(place).collect::<Vec<_>>().join(" and ")
    }

    /// The error about a profile that does not exist.
    pub fn not_found(&self, name: &str, named_by: &str) -> Error {
        let error = Error::usage(format!("AWS profile `{name}` does not exist"))
            .cause(format!("it is set by {named_by}; looked in {}", self.places()));
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
            (None, false) => error.hint(format!("choose one of {}", known.join(", "))),
            (None, true) => {
                error.hint(format!("create it with `aws configure --profile {}`", shell_word(name)))
            }
        }
    }
}

/// Encode the name of a profile, a session or a `[services]` section for the SDK.
pub fn encoded(name: &str) -> String {
    utf8_percent_encode(name, ENCODED).to_string()
}

/// Quote a name for the shell if necessary.
pub fn shell_word(name: &str) -> String {
    let plain = |character: char| character.is_alphanumeric() || "_-./@:+".contains(character);
    if !name.is_empty() && name.chars().all(plain) { name.to_owned() } else { format!("\"{name}\"") }
}

/// Expand a leading `~`.
pub fn expanded(path: &str) -> PathBuf {
    match (path.strip_prefix("~/").or_else(|| path.strip_prefix("~\\")), etcetera::home_dir()) {
        (Some(rest), Ok(home)) => home.join(rest),
        _ => PathBuf::from(path),
    }
}

fn place(path: &Path, section: &Section) -> String {
    format!("{}, line {}", path.display(), section.line)
}

/// Add settings to a profile. Later settings take precedence, so those of the credentials file do.
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
        // Beside a session, the SDK rejects these settings, even if they equal those of the session.
        if has_session && ["sso_start_url", "sso_region"].contains(&entry.key.as_str()) {
            continue;
        }
        // An empty setting counts as not set; the SDK would use it.
        if entry.value.is_empty() && entry.nested.is_empty() {
            continue;
        }
        // The documented names of services have underscores; the SDK expects hyphens.
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

/// Split a header like a shell: `profile "my home"` has two parts.
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

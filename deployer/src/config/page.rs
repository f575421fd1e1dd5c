//! `[page]`: the status page.

mod public;
mod secret_path;

use std::path::Path;

use plexmon_function::contract::settings::{PageSettings, Target};
use plexmon_function::page::Language;

pub use self::secret_path::SecretPath;
use super::reader::{Table, Value};
use super::{SecretSource, deployment, secret};
use crate::error::{Error, Result};
use crate::names::partition;

/// The longest title, in characters.
const MAX_TITLE: usize = 60;

/// Reserved for the page by default: enough for many visitors, and a cap on what a flood can cost.
const CONCURRENCY: u32 = 2;

/// The status page as configured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageConfig {
    pub title: String,
    /// Where the secret first segment of its paths comes from.
    pub secret_path: Option<SecretSource>,
    pub noindex: bool,
    /// How many requests are served at the same time, at most; `None` for no limit.
    pub concurrency: Option<u32>,
    /// Where it is served, if not in the monitor's region.
    pub region: Option<String>,
    pub languages: Vec<String>,
}

impl PageConfig {
    /// The settings of the function, without the digest of the secret path, and without the region of the state.
    pub fn settings(&self) -> PageSettings {
        PageSettings {
            title: self.title.clone(),
            secret_sha256: None,
            noindex: self.noindex,
            languages: self.languages.clone(),
            home_region: None,
        }
    }
}

/// Read the table, if there is one, and check what it would publish. The page has to be in the partition of `home`, the
/// monitor's region, as far as that is configured.
///
/// Without the table, the second value says why the targets cannot be shown to visitors, if they cannot.
pub fn configured(
    top: &Table<'_>,
    folder: &Path,
    home: Option<&str>,
    targets: &[Target],
) -> Result<(Option<PageConfig>, Option<Error>)> {
    let names = public::check_names(top.get("target").as_ref(), targets);
    let Some(value) = top.get("page") else { return Ok((None, names.err())) };
    let page = read(value.table("[page]")?, folder, home)?;
    public::check_page(&value, targets)?;
    names?;
    Ok((Some(page), None))
}

fn read(table: Table<'_>, folder: &Path, home: Option<&str>) -> Result<PageConfig> {
    let page = PageConfig {
        title: match table.get("title") {
            Some(value) => title(&value)?,
            None => "Status".to_owned(),
        },
        secret_path: table.get("secret_path").map(|value| secret::read(&value, folder)).transpose()?,
        noindex: table.get("noindex").map(|value| value.boolean()).transpose()?.unwrap_or(true),
        concurrency: match table.get("concurrency") {
            Some(value) => concurrency(&value)?,
            None => Some(CONCURRENCY),
        },
        region: table.get("region").map(|value| region(value, home)).transpose()?,
        languages: match table.get("languages") {
            Some(value) => languages(&value)?,
            None => Language::CODES.iter().map(|language| (*language).to_owned()).collect(),
        },
    };
    table.finish()?;
    Ok(page)
}

fn title(value: &Value<'_>) -> Result<String> {
    let title = value.string()?;
    let is_good = !title.trim().is_empty()
        && title.chars().count() <= MAX_TITLE
        && !title.contains(|character: char| character.is_control());
    if is_good {
        Ok(title.trim().to_owned())
    } else {
        Err(value.error(format!("must be 1 to {MAX_TITLE} characters on one line")))
    }
}

fn region(value: Value<'_>, home: Option<&str>) -> Result<String> {
    let line = value.clone();
    let region = deployment::region(value)?;
    match home {
        Some(home) if !is_same_partition(&region, home) => Err(line
            .error(format!("is in another partition of AWS than the monitor, which is in {home}"))
            .hint("choose a region of the same partition, or leave it out to serve the page there")),
        _ => Ok(region),
    }
}

/// Whether roles of one region work in the other, as far as that is known.
pub fn is_same_partition(one: &str, other: &str) -> bool {
    partition(one) == partition(other)
}

fn concurrency(value: &Value<'_>) -> Result<Option<u32>> {
    match value.value.as_str() {
        Some("unreserved") => Ok(None),
        Some(_) => Err(value.error("must be a whole number from 1 to 100, or \"unreserved\"")),
        None => value.integer(1..=100).map(Some),
    }
}

fn languages(value: &Value<'_>) -> Result<Vec<String>> {
    let all = format!("{:?}", Language::CODES);
    let mut languages: Vec<String> = Vec::new();
    for item in value.array()? {
        let language = item.string()?;
        if !Language::CODES.contains(&language) {
            return Err(item
                .error(format!("`{language}` is not a language that the page has"))
                .hint(format!("allowed: {all}")));
        }
        if !languages.iter().any(|known| known == language) {
            languages.push(language.to_owned());
        }
    }
    if languages.is_empty() {
        return Err(value.error("needs at least one language").hint(format!("allowed: {all}")));
    }
    Ok(languages)
}

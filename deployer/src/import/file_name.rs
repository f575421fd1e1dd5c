//! What the names of files and folders say: what to expect in them, and whether they are in use.

use std::path::Path;

use super::{Kind, nature};
use crate::error::Error;

/// What kind of file this is, going by its name; nothing for what is not read.
pub fn kind_of(path: &Path) -> Option<Kind> {
    let name = path.file_name()?.to_string_lossy().to_ascii_lowercase();
    let is = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
    if is(&[".yml", ".yaml"]) {
        Some(Kind::Yaml)
    } else if is(&[".tf", ".tofu", ".tf.json", ".tofu.json"]) {
        Some(Kind::Terraform)
    } else if is(&[".tfvars", ".tfvars.json"]) {
        Some(Kind::TerraformValues)
    } else if is(&[".toml"]) {
        Some(Kind::Toml)
    } else if name.starts_with(".env") || is(&[".env"]) {
        Some(Kind::Env)
    } else if is_caddyfile(&name) {
        Some(Kind::Caddyfile)
    } else {
        None
    }
}

/// `Caddyfile`, `Caddyfile.home`, `site.caddy`, but not a copy or a template.
fn is_caddyfile(name: &str) -> bool {
    let aside =
        ["bak", "backup", "old", "orig", "save", "dist", "example", "sample", "template", "tmpl", "j2", "md"];
    let ending = name.rsplit('.').next().unwrap_or_default();
    matches!(ending, "caddy" | "caddyfile") || (name.starts_with("caddyfile.") && !aside.contains(&ending))
}

/// What a file in a searched folder is read as. Of the env files, Compose reads `.env` by itself.
pub fn kind_in_folder(path: &Path) -> Option<Kind> {
    let kind = kind_of(path)?;
    let name = path.file_name()?.to_string_lossy();
    let is_wanted = match kind {
        Kind::Env => name == ".env",
        // Settings of tools.
        Kind::Yaml => !name.starts_with('.'),
        _ => true,
    };
    is_wanted.then_some(kind)
}

/// What is to be said about a file of a searched folder that is not read, if its name shows that it belongs to a
/// Compose project.
pub fn why_passed_over(within: &Path) -> Option<String> {
    let name = within.file_name()?.to_string_lossy().to_ascii_lowercase();
    if let Some(language) = nature::template_by_name(within) {
        let inner = name.rsplit_once('.').map_or("", |(inner, _)| inner);
        let is_yaml = kind_of(Path::new(inner)) == Some(Kind::Yaml);
        return (is_yaml && name.contains("compose"))
            .then(|| format!("`{}` was not read: it is a template ({language}).", within.display()));
    }
    let (inner, ending) = name.trim_end_matches('~').rsplit_once('.').unwrap_or((&name, ""));
    let is_put_away = matches!(
        ending,
        "disabled"
            | "off"
            | "old"
            | "bak"
            | "unused"
            | "inactive"
            | "backup"
            | "orig"
            | "save"
            | "sample"
            | "example"
            | "dist"
    );
    (is_put_away && kind_of(Path::new(inner)) == Some(Kind::Yaml))
        .then(|| format!("`{}` was not read: its ending says that it is not in use.", within.display()))
}

/// Why a file that cannot be named on the command line is refused, if there is more to say than that.
pub fn why_refused(path: &Path) -> Option<Error> {
    let language = nature::template_by_name(path)?;
    let error = Error::usage(format!("`{}` is a template ({language})", path.display()));
    Some(error.hint("render it first, and name the file that comes out of it"))
}

/// Words in the name of a file or folder whose owner has put it away.
const ASIDE: [&str; 16] = [
    "old",
    "archive",
    "archived",
    "archives",
    "disabled",
    "unused",
    "inactive",
    "deprecated",
    "retired",
    "obsolete",
    "bak",
    "trash",
    "example",
    "examples",
    "sample",
    "samples",
];

/// Endings of the names of copies, before the one that says what kind of file it is.
const COPIES: [&str; 11] =
    [".backup", ".bkp", ".copy", " copy", "-copy", "_copy", ".orig", ".save", ".tmp", ".template", ".dist"];

/// Why a file of a searched folder is not in use, going by its path within that folder.
pub fn set_aside(within: &Path) -> Option<String> {
    let is_aside = |name: &str| {
        let name = name.to_ascii_lowercase();
        let words: Vec<&str> =
            name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        let joined = words.join("-");
        let at_an_end = [words.first(), words.last()].into_iter().flatten().any(|word| ASIDE.contains(word));
        at_an_end
            || ["not-used", "notused", "not-in-use", "no-longer-used", "switched-off"]
                .iter()
                .any(|sign| joined.contains(sign))
    };
    let folders = within.parent().unwrap_or(Path::new("")).components();
    let folder =
        folders.map(|part| part.as_os_str().to_string_lossy().into_owned()).find(|name| is_aside(name));
    if let Some(folder) = folder {
        return Some(format!("`{}` is in a folder called `{folder}`", within.display()));
    }
    let name = within.file_name()?.to_string_lossy();
    let stem = name.rsplit_once('.').map_or(name.as_ref(), |(stem, _)| stem);
    let is_copy = COPIES.iter().any(|ending| stem.to_ascii_lowercase().ends_with(ending));
    (is_aside(stem) || is_copy).then(|| format!("its file is called `{name}`"))
}

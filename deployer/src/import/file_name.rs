//! Conventions for names of files and folders: which format they suggest, and whether they are in use.

use std::path::Path;

use super::source_file::FileKind;
use super::unprocessed;
use crate::error::Error;

/// Return the format that a file's name suggests, or `None` if it is not supported.
pub fn kind_of(path: &Path) -> Option<FileKind> {
    let name = path.file_name()?.to_string_lossy().to_ascii_lowercase();
    let is = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
    if is(&[".yml", ".yaml"]) {
        Some(FileKind::Yaml)
    } else if is(&[".tf", ".tofu", ".tf.json", ".tofu.json"]) {
        Some(FileKind::Terraform)
    } else if is(&[".tfvars", ".tfvars.json"]) {
        Some(FileKind::TerraformValues)
    } else if is(&[".toml"]) {
        Some(FileKind::Toml)
    } else if name.starts_with(".env") || is(&[".env"]) {
        Some(FileKind::Env)
    } else if is_caddyfile(&name) {
        Some(FileKind::Caddyfile)
    } else {
        None
    }
}

/// `Caddyfile`, `Caddyfile.home`, `site.caddy`, but not a copy or a template.
fn is_caddyfile(name: &str) -> bool {
    let not_used =
        ["bak", "backup", "old", "orig", "save", "dist", "example", "sample", "template", "tmpl", "j2", "md"];
    let ending = name.rsplit('.').next().unwrap_or_default();
    matches!(ending, "caddy" | "caddyfile") || (name.starts_with("caddyfile.") && !not_used.contains(&ending))
}

/// Return the format of a file in a searched folder. Of env files, Compose reads only `.env` by itself.
pub fn kind_in_folder(path: &Path) -> Option<FileKind> {
    let kind = kind_of(path)?;
    let name = path.file_name()?.to_string_lossy();
    let is_wanted = match kind {
        FileKind::Env => name == ".env",
        // Hidden YAML files are settings of tools.
        FileKind::Yaml => !name.starts_with('.'),
        _ => true,
    };
    is_wanted.then_some(kind)
}

/// Return a remark about a file in a searched folder that is not read, if its name suggests that it belongs to a
/// Compose project.
pub fn skip_remark(within: &Path) -> Option<String> {
    let name = within.file_name()?.to_string_lossy().to_ascii_lowercase();
    if let Some(language) = unprocessed::template_language(within) {
        let inner = name.rsplit_once('.').map_or("", |(inner, _)| inner);
        let is_yaml = kind_of(Path::new(inner)) == Some(FileKind::Yaml);
        return (is_yaml && name.contains("compose"))
            .then(|| format!("`{}` was not read: it is a template ({language}).", within.display()));
    }
    let (inner, ending) = name.trim_end_matches('~').rsplit_once('.').unwrap_or((&name, ""));
    let is_unused = matches!(
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
    (is_unused && kind_of(Path::new(inner)) == Some(FileKind::Yaml))
        .then(|| format!("`{}` was not read: its extension marks it as unused.", within.display()))
}

/// Return a specific error for a file that was given on the command line and is not supported, if there is one.
pub fn unsupported_template(path: &Path) -> Option<Error> {
    let language = unprocessed::template_language(path)?;
    let error = Error::usage(format!("`{}` is a template ({language})", path.display()));
    Some(error.hint("render it first, and pass the rendered file"))
}

/// Words in the names of files and folders that are not in use.
const UNUSED_WORDS: [&str; 16] = [
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

/// Suffixes of copies, before the extension.
const COPIES: [&str; 11] =
    [".backup", ".bkp", ".copy", " copy", "-copy", "_copy", ".orig", ".save", ".tmp", ".template", ".dist"];

/// Return why a file in a searched folder is not in use, based on its path within that folder.
pub fn not_in_use(within: &Path) -> Option<String> {
    let is_unused = |name: &str| {
        let name = name.to_ascii_lowercase();
        let words: Vec<&str> =
            name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        let joined = words.join("-");
        let at_an_end =
            [words.first(), words.last()].into_iter().flatten().any(|word| UNUSED_WORDS.contains(word));
        at_an_end
            || ["not-used", "notused", "not-in-use", "no-longer-used", "switched-off"]
                .iter()
                .any(|sign| joined.contains(sign))
    };
    let folders = within.parent().unwrap_or(Path::new("")).components();
    let folder =
        folders.map(|part| part.as_os_str().to_string_lossy().into_owned()).find(|name| is_unused(name));
    if let Some(folder) = folder {
        return Some(format!("`{}` is in a folder called `{folder}`", within.display()));
    }
    let name = within.file_name()?.to_string_lossy();
    let stem = name.rsplit_once('.').map_or(name.as_ref(), |(stem, _)| stem);
    let is_copy = COPIES.iter().any(|ending| stem.to_ascii_lowercase().ends_with(ending));
    (is_unused(stem) || is_copy).then(|| format!("its file is called `{name}`"))
}

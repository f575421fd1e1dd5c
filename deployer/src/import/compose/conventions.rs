//! Compose's conventions: default names of files, overrides, and `COMPOSE_FILE`.

use std::path::{Path, PathBuf};

use super::super::environment::Environments;
use super::super::file_path::{normalize_path, resolve_path};
use super::super::source_file::FileOrigin;
use super::super::yaml::Node;
use super::document::services;
use super::file::{ComposeFile, folder_of};

/// The names that Compose looks for in a folder, in order of precedence.
pub const DEFAULTS: [&str; 4] = ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];
/// The names of the file that is merged over it, in order of precedence.
pub const OVERRIDES: [&str; 4] = [
    "compose.override.yml",
    "compose.override.yaml",
    "docker-compose.override.yml",
    "docker-compose.override.yaml",
];

/// Words in names of files that change a project for an environment.
const VARIANTS: [&str; 12] = [
    "prod",
    "production",
    "dev",
    "development",
    "stage",
    "staging",
    "test",
    "testing",
    "local",
    "debug",
    "override",
    "overrides",
];

/// Return the services that cannot run by themselves: they change those of another file.
fn incomplete_services<'a>(file: &'a ComposeFile<'_>) -> Vec<&'a str> {
    let makes =
        |node: &Node| ["image", "build", "extends", "provider"].iter().any(|key| node.get(key).is_some());
    let own = file.documents.iter().flat_map(services);
    own.filter(|(_, node)| !makes(node)).map(|(name, _)| name).collect()
}

/// Return the services that a file overrides in another one: those that cannot run by themselves or, if the file's name
/// marks it as an override, as in `docker-compose.prod.yml`, all of them.
pub fn overridden_services<'a>(file: &'a ComposeFile<'_>) -> Vec<&'a str> {
    let name = file.path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let mut words = name.split(['.', '-', '_']);
    let is_variant = words.any(|word| VARIANTS.contains(&word))
        || (*file.origin == FileOrigin::Given
            && ["docker-compose.", "compose."].iter().any(|start| name.starts_with(start)));
    if is_variant && !DEFAULTS.contains(&name.as_str()) {
        return file.documents.iter().flat_map(services).map(|(name, _)| name).collect();
    }
    incomplete_services(file)
}

/// Return the files that `COMPOSE_FILE` lists for a folder.
pub fn compose_files(folder: &Path, environments: &Environments) -> Option<Vec<PathBuf>> {
    let variables = environments.in_folder(folder);
    let named = variables.value("COMPOSE_FILE")?;
    let separator = variables.value("COMPOSE_PATH_SEPARATOR").unwrap_or_else(|| {
        // The separator of Windows.
        if named.contains(';') { ";" } else { ":" }.to_owned()
    });
    let names = named.split(&separator).map(str::trim).filter(|name| !name.is_empty());
    Some(names.map(|name| resolve_path(folder, name)).collect())
}

/// Return the files that Compose would merge over this one, if it has a default name.
pub fn override_files(path: &Path) -> Vec<PathBuf> {
    let is_base = path.file_name().is_some_and(|name| DEFAULTS.iter().any(|default| name == *default));
    let all = OVERRIDES.iter().map(|name| normalize_path(&folder_of(path).join(name)));
    all.filter(|_| is_base).collect()
}

//! What a Compose file is there for, going by its name and its services.

use std::path::{Path, PathBuf};

use super::super::Origin;
use super::super::environment::Environments;
use super::super::yaml::Node;
use super::load::{ComposeFile, folder_of};
use super::{clean, joined, services};

/// The names that Compose looks for in a folder. The first that exists is taken.
pub const DEFAULTS: [&str; 4] = ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];
/// What is merged over it. Again, the first that exists.
pub const OVERRIDES: [&str; 4] = [
    "compose.override.yml",
    "compose.override.yaml",
    "docker-compose.override.yml",
    "docker-compose.override.yaml",
];

/// Words in the names of files that say how a project runs on some occasion.
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

/// The services of a file that cannot run as they are: they change those of another file.
fn partial<'a>(file: &'a ComposeFile<'_>) -> Vec<&'a str> {
    let makes =
        |node: &Node| ["image", "build", "extends", "provider"].iter().any(|key| node.get(key).is_some());
    let own = file.documents.iter().flat_map(services);
    own.filter(|(_, node)| !makes(node)).map(|(name, _)| name).collect()
}

/// The services that a file changes, if it is there to change another one: they cannot run as they are, or the name
/// says so, as in `docker-compose.prod.yml`.
pub fn changed<'a>(file: &'a ComposeFile<'_>) -> Vec<&'a str> {
    let name = file.path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let mut words = name.split(['.', '-', '_']);
    let is_variant = words.any(|word| VARIANTS.contains(&word))
        || (*file.origin == Origin::Named
            && ["docker-compose.", "compose."].iter().any(|start| name.starts_with(start)));
    if is_variant && !DEFAULTS.contains(&name.as_str()) {
        return file.documents.iter().flat_map(services).map(|(name, _)| name).collect();
    }
    partial(file)
}

/// The files that `COMPOSE_FILE` names for a folder.
pub fn compose_files(folder: &Path, environments: &Environments) -> Option<Vec<PathBuf>> {
    let variables = environments.beside(folder);
    let named = variables.value("COMPOSE_FILE")?;
    let separator = variables.value("COMPOSE_PATH_SEPARATOR").unwrap_or_else(|| {
        // As Windows has it.
        if named.contains(';') { ";" } else { ":" }.to_owned()
    });
    let names = named.split(&separator).map(str::trim).filter(|name| !name.is_empty());
    Some(names.map(|name| joined(folder, name)).collect())
}

/// The file that Compose merges over one with a usual name, if it is beside it.
pub fn companions(path: &Path) -> Vec<PathBuf> {
    let is_base = path.file_name().is_some_and(|name| DEFAULTS.iter().any(|default| name == *default));
    let all = OVERRIDES.iter().map(|name| clean(&folder_of(path).join(name)));
    all.filter(|_| is_base).collect()
}

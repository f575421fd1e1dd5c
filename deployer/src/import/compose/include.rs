//! The files that a Compose file refers to.

use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::super::environment::Environments;
use super::super::file_path::resolve_path;
use super::super::source_file::FileReference;
use super::super::variables::Variables;
use super::super::yaml::Node;
use super::document::services;
use super::env_file::{value_files, with_resolved_paths};
use super::file::{ComposeFile, folder_of};

/// An entry of `include`.
pub struct Include {
    pub paths: Vec<PathBuf>,
    pub directory: PathBuf,
    pub variables: Rc<Variables>,
}

/// The includes of a document.
#[derive(Default)]
pub struct Includes {
    pub entries: Vec<Include>,
    /// Remarks about entries that cannot be read.
    pub unknown: Vec<String>,
}

pub fn includes(
    document: &Node,
    directory: &Path,
    variables: &Rc<Variables>,
    environments: &Environments,
) -> Includes {
    let mut all = Includes::default();
    for entry in document.get("include").map(Node::items).unwrap_or_default() {
        let texts = (if entry.is_map() { entry.get("path") } else { Some(entry) }).map(Node::texts);
        let mut paths = Vec::new();
        for text in texts.unwrap_or_default() {
            match variables.fill(text) {
                Ok(path) if is_remote(&path) => {
                    all.unknown.push(format!("An included file was not read: `{text}` is remote."))
                }
                Ok(path) => paths.push(resolve_path(directory, &path)),
                Err(variable) => all.unknown.push(format!(
                    "An included file was not read: `{variable}` in its path has no value in `.env`."
                )),
            }
        }
        let filled = |text: &str| variables.fill(text).ok().map(|path| resolve_path(directory, &path));
        let own = entry.get("project_directory").and_then(Node::text).and_then(filled);
        let own = own.or_else(|| paths.first().map(|first| folder_of(first).to_owned()));
        let own = own.unwrap_or_else(|| directory.to_owned());
        let named = entry.get("env_file").map(Node::texts).unwrap_or_default();
        let named: Vec<PathBuf> = named.into_iter().filter_map(filled).collect();
        let values = if named.is_empty() { vec![own.join(".env")] } else { named };
        let inner = values.iter().rev().filter_map(|path| environments.file(path));
        let inner = inner.fold(Variables::default(), |all, next| all.over(next));
        // Values of the including project take precedence.
        let variables = Rc::new(variables.as_ref().clone().over(&inner));
        all.entries.push(Include { paths, directory: own, variables });
    }
    all
}

/// Whether it is a repository or a registry, which Compose can include, too.
fn is_remote(path: &str) -> bool {
    path.contains("://") || path.starts_with("git@")
}

/// Return the files that a Compose file includes.
pub fn includes_of(file: &ComposeFile<'_>, environments: &Environments) -> Vec<PathBuf> {
    let directory = folder_of(file.path);
    let variables = Rc::new(environments.for_folder(directory));
    let all = file.documents.iter().map(|document| includes(document, directory, &variables, environments));
    all.flat_map(|all| all.entries).flat_map(|include| include.paths).collect()
}

/// Return the files whose services a Compose file extends.
pub fn extended_by(file: &ComposeFile<'_>, environments: &Environments) -> Vec<PathBuf> {
    let directory = folder_of(file.path);
    let variables = environments.for_folder(directory);
    let names = file
        .documents
        .iter()
        .flat_map(services)
        .filter_map(|(_, service)| service.get("extends")?.get("file")?.text());
    names.filter_map(|name| Some(resolve_path(directory, &variables.fill(name).ok()?))).collect()
}

/// Return all files that a Compose file refers to, as far as their paths are known. The project's folder may be above
/// that of the file; relative paths start there then.
pub fn referenced_files(file: &ComposeFile<'_>, environments: &Environments) -> Vec<FileReference> {
    let variables = Rc::new(environments.for_folder(folder_of(file.path)));
    let mut all: Vec<FileReference> =
        extended_by(file, environments).into_iter().map(FileReference::Compose).collect();
    let included = |document| includes(document, folder_of(file.path), &variables, environments).entries;
    for include in file.documents.iter().flat_map(included) {
        all.extend(include.paths.into_iter().map(FileReference::Compose));
        all.push(FileReference::Values(include.directory.join(".env")));
    }
    for document in &file.documents {
        let entries = document.get("include").map(Node::items).unwrap_or_default();
        let named = entries.iter().filter_map(|entry| entry.get("env_file")).flat_map(Node::texts);
        let named = named.filter_map(|name| variables.fill(name).ok());
        all.extend(named.map(|name| FileReference::Values(resolve_path(folder_of(file.path), &name))));
    }
    let own = file.documents.iter().flat_map(services);
    for (directory, (_, service)) in
        own.flat_map(|own| folder_of(file.path).ancestors().map(move |one| (one, own)))
    {
        let with_resolved_paths = with_resolved_paths(service, directory, &variables);
        let values =
            ["env_file", "label_file"].into_iter().flat_map(|key| value_files(&with_resolved_paths, key));
        all.extend(values.map(|(path, _)| FileReference::Values(PathBuf::from(path))));
    }
    all
}

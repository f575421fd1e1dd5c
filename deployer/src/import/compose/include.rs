//! The further files that a Compose file names.

use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::super::Mention;
use super::super::environment::Environments;
use super::super::variables::Variables;
use super::super::yaml::Node;
use super::env_file::{located, value_files};
use super::load::{ComposeFile, folder_of, without};
use super::{clean, services};

/// An entry of `include`.
pub struct Include {
    pub paths: Vec<PathBuf>,
    pub directory: PathBuf,
    pub variables: Rc<Variables>,
}

/// What a document includes, or the variable that is missing to know it.
pub fn includes(
    document: &Node,
    directory: &Path,
    variables: &Rc<Variables>,
    environments: &Environments,
) -> Vec<Result<Include, String>> {
    let one = |entry: &Node| -> Result<Include, String> {
        let paths = |node: Option<&Node>| -> Result<Vec<PathBuf>, String> {
            let texts = node.map(Node::texts).unwrap_or_default();
            texts.into_iter().map(|path| Ok(clean(&directory.join(variables.fill(path)?)))).collect()
        };
        let path = if entry.is_map() { entry.get("path") } else { Some(entry) };
        let files = paths(path)?;
        let first = files.first().map_or(directory, |first| folder_of(first)).to_owned();
        let own = match entry.get("project_directory").and_then(Node::text) {
            Some(text) => clean(&directory.join(variables.fill(text)?)),
            None => first,
        };
        let named = paths(entry.get("env_file"))?;
        let values = if named.is_empty() { vec![own.join(".env")] } else { named };
        let inner = values.iter().rev().filter_map(|path| environments.file(path));
        let inner = inner.fold(Variables::default(), |all, next| all.over(next));
        // What the including project knows wins.
        let variables = Rc::new(variables.as_ref().clone().over(&inner));
        Ok(Include { paths: files, directory: own, variables })
    };
    // Those with a missing path do not hide the others of the same entry.
    let entries = document.get("include").map(Node::items).unwrap_or_default().iter().flat_map(|entry| {
        let several = entry.get("path").map(Node::items).unwrap_or_default();
        let unknown = several.iter().filter_map(Node::text).find_map(|path| variables.fill(path).err());
        let known = || {
            let known =
                several.iter().filter(|path| path.text().is_some_and(|path| variables.fill(path).is_ok()));
            let known = Node::List(known.cloned().collect());
            let others = without(entry, "path").entries().to_vec();
            Node::Map(others.into_iter().chain([(Rc::from("path"), known)]).collect::<Vec<_>>().into())
        };
        match unknown {
            Some(variable) => vec![Err(variable), Ok(known())],
            None => vec![Ok(entry.clone())],
        }
    });
    entries.map(|entry| entry.and_then(|entry| one(&entry))).collect()
}

/// The files that a Compose file includes.
pub fn includes_of(file: &ComposeFile<'_>, environments: &Environments) -> Vec<PathBuf> {
    let directory = folder_of(file.path);
    let variables = Rc::new(environments.of(directory));
    let all =
        file.documents.iter().flat_map(|document| includes(document, directory, &variables, environments));
    all.flatten().flat_map(|include| include.paths).collect()
}

/// The files that a Compose file extends services of.
pub fn extended_by(file: &ComposeFile<'_>, environments: &Environments) -> Vec<PathBuf> {
    let directory = folder_of(file.path);
    let variables = environments.of(directory);
    let names = file
        .documents
        .iter()
        .flat_map(services)
        .filter_map(|(_, service)| service.get("extends")?.get("file")?.text());
    names.filter_map(|name| Some(clean(&directory.join(variables.fill(name).ok()?)))).collect()
}

/// All further files that a Compose file needs, as far as their paths are known.
pub fn mentions(file: &ComposeFile<'_>, environments: &Environments) -> Vec<Mention> {
    let directory = folder_of(file.path);
    let variables = Rc::new(environments.of(directory));
    let mut all: Vec<Mention> = extended_by(file, environments).into_iter().map(Mention::Compose).collect();
    for document in &file.documents {
        for include in includes(document, directory, &variables, environments).into_iter().flatten() {
            all.extend(include.paths.into_iter().map(Mention::Compose));
            all.push(Mention::Values(include.directory.join(".env")));
        }
        for entry in document.get("include").map(Node::items).unwrap_or_default() {
            let named = entry.get("env_file").map(Node::texts).unwrap_or_default();
            let filled = named.into_iter().filter_map(|name| variables.fill(name).ok());
            all.extend(filled.map(|name| Mention::Values(clean(&directory.join(name)))));
        }
        for (_, service) in services(document) {
            let located = located(service, directory, &variables);
            let values = ["env_file", "label_file"].into_iter().flat_map(|key| value_files(&located, key));
            all.extend(values.map(|(path, _)| Mention::Values(PathBuf::from(path))));
        }
    }
    all
}

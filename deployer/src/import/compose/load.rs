//! Loads the files of a Compose project as Compose does: `extends`, `include`, then one file merged over the other.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::super::environment::Environments;
use super::super::file_path::resolve_path;
use super::super::variables::Variables;
use super::super::yaml::Node;
use super::document::services;
use super::env_file::with_resolved_paths;
use super::file::{ComposeFile, folder_of, shown};
use super::include::{Include, Includes, includes};
use super::merge;
use super::service::Service;

/// A longer chain of `extends` or `include` is a cycle.
const MAX_CHAIN: usize = 8;

/// Loads the services of projects.
pub struct Loader<'a> {
    pub files: BTreeMap<&'a Path, &'a ComposeFile<'a>>,
    pub environments: &'a Environments,
    /// Files that exist and could not be read, each with a remark of its own.
    pub unreadable: &'a BTreeSet<PathBuf>,
    pub remarks: BTreeSet<String>,
    /// Services that others extend, with their files.
    pub extended: BTreeSet<(PathBuf, String)>,
}

/// The project or include that files are loaded for.
#[derive(Clone, Copy)]
struct LoadContext<'c> {
    /// Relative paths start here.
    directory: &'c Path,
    variables: &'c Rc<Variables>,
    /// How many levels of `include` may follow.
    remaining: usize,
}

/// The file of a service that is extended.
#[derive(Clone, Copy)]
struct ExtendContext<'c> {
    path: &'c Path,
    directory: &'c Path,
    /// How many levels of `extends` may follow.
    remaining: usize,
}

impl Loader<'_> {
    /// Return the services of these files, each merged over the previous. Relative paths start at `directory`.
    pub fn services(
        &mut self,
        paths: &[PathBuf],
        directory: &Path,
        variables: &Rc<Variables>,
    ) -> Vec<Service> {
        self.merged(paths, LoadContext { directory, variables, remaining: MAX_CHAIN })
    }

    fn merged(&mut self, paths: &[PathBuf], context: LoadContext<'_>) -> Vec<Service> {
        let mut all: Vec<Service> = Vec::new();
        for path in paths {
            let Some(file) = self.files.get(path.as_path()).copied() else { continue };
            for document in &file.documents {
                for service in self.document(document, path, context) {
                    let Some(at) = all.iter().position(|earlier| earlier.name == service.name) else {
                        // A `!reset` has no effect if no earlier file has the service.
                        all.extend(Some(service).filter(|service| !matches!(service.node, Node::Reset)));
                        continue;
                    };
                    match merge::service(&all[at].node, &service.node) {
                        Some(node) => {
                            all[at].node = node;
                            all[at].removed = None;
                            all[at].missing.extend(service.missing);
                        }
                        None => all[at].removed = Some(shown(path)),
                    }
                }
            }
        }
        all
    }

    /// Return the services of one document, and those that it includes.
    fn document(&mut self, document: &Node, path: &Path, context: LoadContext<'_>) -> Vec<Service> {
        let LoadContext { directory, variables, remaining } = context;
        let mut all = Vec::new();
        let extend = ExtendContext { path, directory, remaining: MAX_CHAIN };
        for (name, node) in services(document) {
            let mut service = Service {
                name: name.to_owned(),
                file: path.to_owned(),
                node: Node::Reset,
                variables: variables.clone(),
                removed: None,
                missing: Vec::new(),
            };
            service.node = self.extended(node, &mut service, extend);
            all.push(service);
        }
        let Includes { entries, unknown } = includes(document, directory, variables, self.environments);
        self.remarks.extend(unknown);
        for include in entries.into_iter().filter(|_| remaining > 0) {
            for missing in &include.paths {
                if !self.is_known(missing) {
                    let remark = format!("{} includes {}, which was not found.", shown(path), shown(missing));
                    self.remarks.insert(remark);
                }
            }
            let Include { paths, directory, variables } = &include;
            let included = self.merged(paths, LoadContext { directory, variables, remaining: remaining - 1 });
            let known: BTreeSet<String> = all.iter().map(|service: &Service| service.name.clone()).collect();
            all.extend(included.into_iter().filter(|service| !known.contains(&service.name)));
        }
        all
    }

    fn is_known(&self, path: &Path) -> bool {
        self.files.contains_key(path) || self.unreadable.contains(path)
    }

    /// Return the service merged with those that it extends.
    fn extended(&mut self, node: &Node, service: &mut Service, context: ExtendContext<'_>) -> Node {
        let ExtendContext { path, directory, remaining } = context;
        let own = with_resolved_paths(node, directory, &service.variables);
        let Some(extends) = node.get("extends") else { return own };
        let name = extends.text().or_else(|| extends.get("service").and_then(Node::text));
        let file = extends.get("file").and_then(Node::text).map(|file| service.variables.fill(file));
        let (Some(name), true) = (name, remaining > 0) else { return own };
        let file = match file {
            None => Ok(path.to_owned()),
            Some(Ok(file)) => Ok(resolve_path(directory, &file)),
            Some(Err(variable)) => Err(variable),
        };
        let base = file.as_ref().ok().and_then(|file| {
            let documents = self.files.get(file.as_path()).copied()?.documents.iter();
            let found = documents.rev().flat_map(services).find(|(other, _)| *other == name);
            Some((file.clone(), found?.1))
        });
        let Some((file, base)) = base else {
            let file = file.map_or_else(|variable| format!("`${variable}`"), |file| shown(&file));
            service.missing.push(format!("the service `{name}` of {file}, which it extends, was not found"));
            return own;
        };
        self.extended.insert((file.clone(), name.to_owned()));
        let folder = if file == path { directory.to_owned() } else { folder_of(&file).to_owned() };
        let outer = ExtendContext { path: &file, directory: &folder, remaining: remaining - 1 };
        let base = self.extended(base, service, outer);
        let own = without(&own, "extends");
        merge::service(&without(&base, "extends"), &own).unwrap_or(own)
    }
}

pub fn without(node: &Node, key: &str) -> Node {
    Node::Map(
        node.entries().iter().filter(|(name, _)| name.as_ref() != key).cloned().collect::<Vec<_>>().into(),
    )
}

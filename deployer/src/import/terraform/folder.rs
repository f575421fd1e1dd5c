//! A folder of Terraform files, which is a module: what it defines, and which other modules it calls.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use hcl::expr::Expression;
use hcl::{Block, Body};

use super::file::{TerraformFile, parse};
use super::file_system::FileSystem;
use super::merge;
use crate::import::file_path::normalize_path;

/// The maximum number of folders.
const MAX_FOLDERS: usize = 500;
/// The maximum number of files in a folder.
const MAX_FILES: usize = 200;

/// All folders with their merged files: those that were given, and the modules that they call.
#[derive(Default)]
pub struct Folders {
    pub bodies: BTreeMap<PathBuf, Body>,
    /// Remote modules that `terraform init` has installed, by folder and name of their calls.
    installed: BTreeMap<(PathBuf, String), PathBuf>,
}

/// A definition in a module.
#[derive(Clone, Copy)]
pub enum Definition<'a> {
    /// A local value or an output.
    Value(&'a Expression),
    /// A variable, resource, data source or module call.
    Block(&'a Body),
}

/// The definitions of a folder by address: `var.zone`, `data.cloudflare_zone.home`, `module.tunnel`, `output.hosts`.
pub struct Definitions<'a>(BTreeMap<String, Definition<'a>>);

impl<'a> Definitions<'a> {
    pub fn of(body: &'a Body) -> Self {
        let mut all = BTreeMap::new();
        for block in body.blocks() {
            let labels: Vec<&str> = block.labels().iter().map(hcl::BlockLabel::as_str).collect();
            let contents = block.body();
            match (block.identifier(), labels.as_slice()) {
                ("locals", []) => {
                    for local in contents.attributes() {
                        all.insert(format!("local.{}", local.key()), Definition::Value(local.expr()));
                    }
                }
                ("output", [name]) => {
                    if let Some(value) = attribute(contents, "value") {
                        all.insert(format!("output.{name}"), Definition::Value(value));
                    }
                }
                ("variable", [name]) => drop(all.insert(format!("var.{name}"), Definition::Block(contents))),
                ("module", [name]) => drop(all.insert(format!("module.{name}"), Definition::Block(contents))),
                ("resource", [kind, name]) => {
                    all.insert(format!("{kind}.{name}"), Definition::Block(contents));
                }
                ("data", [kind, name]) => {
                    all.insert(format!("data.{kind}.{name}"), Definition::Block(contents));
                }
                _ => {}
            }
        }
        Self(all)
    }

    pub fn get(&self, address: &str) -> Option<Definition<'a>> {
        self.0.get(address).copied()
    }

    /// Return the names of the outputs.
    pub fn outputs(&self) -> impl Iterator<Item = &str> {
        self.0.keys().filter_map(|address| address.strip_prefix("output."))
    }
}

/// Return the expression of an attribute.
pub fn attribute<'b>(body: &'b Body, name: &str) -> Option<&'b Expression> {
    body.attributes().find(|attribute| attribute.key() == name).map(hcl::Attribute::expr)
}

/// Return the blocks that call modules, each with its name.
pub fn calls(body: &Body) -> impl Iterator<Item = (&str, &Block)> {
    let named = |block: &'_ Block| block.identifier() == "module" && block.labels().len() == 1;
    body.blocks()
        .filter(move |block| named(block))
        .filter_map(|block| Some((block.labels().first()?.as_str(), block)))
}

impl Folders {
    /// Return the folder of a module that is called, if it is on this disk.
    pub fn source(&self, folder: &Path, name: &str, call: &Body) -> Option<PathBuf> {
        let Some(Expression::String(source)) = attribute(call, "source") else { return None };
        // In Terraform, a local path starts with a dot.
        let is_local =
            source.starts_with("./") || source.starts_with("../") || matches!(source.as_str(), "." | "..");
        if is_local {
            return Some(normalize_path(&folder.join(source)));
        }
        self.installed.get(&(folder.to_owned(), name.to_owned())).cloned()
    }

    fn called(&self, folder: &Path, body: &Body) -> Vec<PathBuf> {
        calls(body).filter_map(|(name, block)| self.source(folder, name, block.body())).collect()
    }

    /// Read the manifest of modules that `terraform init` writes.
    fn note_installed(&mut self, root: &Path, files: &dyn FileSystem) {
        let text = files.text(&root.join(".terraform/modules/modules.json")).unwrap_or_default();
        let notes: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
        let entries =
            notes.get("Modules").and_then(serde_json::Value::as_array).map_or(&[][..], Vec::as_slice);
        let entry = |entry: &serde_json::Value| {
            let text = |key: &str| entry.get(key)?.as_str().map(str::to_owned);
            Some((text("Key")?, normalize_path(&root.join(text("Dir")?))))
        };
        let folders: BTreeMap<String, PathBuf> = entries.iter().filter_map(entry).take(MAX_FOLDERS).collect();
        for (key, folder) in &folders {
            let (parent, name) = key.rsplit_once('.').unwrap_or(("", key));
            let parent =
                if parent.is_empty() { Some(normalize_path(root)) } else { folders.get(parent).cloned() };
            if let Some(parent) = parent.filter(|_| !name.is_empty()) {
                self.installed.insert((parent, name.to_owned()), folder.clone());
            }
        }
    }
}

/// Merge the files of each folder, and load the folders of the modules that they call.
pub fn load(sources: Vec<TerraformFile>, files: &dyn FileSystem) -> Folders {
    let mut named: BTreeMap<PathBuf, Vec<TerraformFile>> = BTreeMap::new();
    for source in sources {
        let folder = source.path.parent().unwrap_or(Path::new("")).to_owned();
        named.entry(folder).or_default().push(source);
    }
    let mut folders = Folders::default();
    named.keys().for_each(|folder| folders.note_installed(folder, files));
    folders.bodies = named.into_iter().map(|(folder, sources)| (folder, merge::files(sources))).collect();
    let mut pending: Vec<PathBuf> =
        folders.bodies.iter().flat_map(|(folder, body)| folders.called(folder, body)).collect();
    while let Some(folder) = pending.pop() {
        if folders.bodies.contains_key(&folder) || folders.bodies.len() >= MAX_FOLDERS {
            continue;
        }
        let sources = files_in(&folder, files);
        if !sources.is_empty() {
            let body = merge::files(sources);
            pending.extend(folders.called(&folder, &body));
            folders.bodies.insert(folder, body);
        }
    }
    folders
}

/// Return the Terraform files of a folder. Files that are not valid are skipped.
fn files_in(folder: &Path, files: &dyn FileSystem) -> Vec<TerraformFile> {
    let names = files.entries(folder).unwrap_or_default();
    let mut names: Vec<String> =
        names.into_iter().filter(|(_, is_folder)| !is_folder).map(|(name, _)| name).collect();
    names.sort();
    let is_terraform =
        |name: &&String| [".tf", ".tf.json", ".tofu", ".tofu.json"].iter().any(|end| name.ends_with(end));
    let read = |name: &String| {
        let path = folder.join(name);
        let body = parse(&files.text(&path).ok()?, &path).ok()?;
        Some(TerraformFile { path, body })
    };
    names.iter().filter(is_terraform).take(MAX_FILES).filter_map(read).collect()
}

/// Return the root modules: the folders that no other folder calls.
pub fn roots(folders: &Folders, named: &BTreeSet<PathBuf>) -> Vec<PathBuf> {
    let others = |(folder, body): (&PathBuf, &Body)| {
        folders.called(folder, body).into_iter().filter(|module| module != folder).collect::<Vec<_>>()
    };
    let all: BTreeSet<PathBuf> = folders.bodies.iter().flat_map(others).collect();
    let mut roots: Vec<PathBuf> = named.iter().filter(|folder| !all.contains(*folder)).cloned().collect();
    let mut reached = BTreeSet::new();
    roots.iter().for_each(|root| reach(root, folders, &mut reached));
    // Of modules that call each other in a cycle, start with the first one given.
    for folder in named {
        if !reached.contains(folder) {
            roots.push(folder.clone());
            reach(folder, folders, &mut reached);
        }
    }
    roots
}

fn reach(start: &Path, folders: &Folders, reached: &mut BTreeSet<PathBuf>) {
    let mut pending = vec![start.to_owned()];
    while let Some(folder) = pending.pop() {
        if reached.insert(folder.clone())
            && let Some(body) = folders.bodies.get(&folder)
        {
            pending.extend(folders.called(&folder, body));
        }
    }
}

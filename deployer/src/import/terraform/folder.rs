//! A folder of Terraform files, which Terraform calls a module: what it defines, and which further folders it needs.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use hcl::expr::Expression;
use hcl::{Block, Body};

use super::files::Files;
use super::{Source, merge, parse};
use crate::import::clean;

/// Folders that are read.
const MOST_FOLDERS: usize = 500;
/// Files that one of them may have.
const MOST_FILES: usize = 200;

/// All folders with their contents: those that were named, and the modules that they use.
#[derive(Default)]
pub struct Folders {
    pub bodies: BTreeMap<PathBuf, Body>,
    /// Modules from elsewhere that `terraform init` has fetched: by the folder and the name of their calls.
    installed: BTreeMap<(PathBuf, String), PathBuf>,
}

/// What a name means.
#[derive(Clone, Copy)]
pub enum Definition<'a> {
    /// A local value or an output.
    Value(&'a Expression),
    /// A variable, resource, data source or module.
    Block(&'a Body),
}

/// What one folder defines, by address: `var.zone`, `data.cloudflare_zone.home`, `module.tunnel`, `output.hosts`.
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

    /// The names of the outputs.
    pub fn outputs(&self) -> impl Iterator<Item = &str> {
        self.0.keys().filter_map(|address| address.strip_prefix("output."))
    }
}

/// The expression of an attribute.
pub fn attribute<'b>(body: &'b Body, name: &str) -> Option<&'b Expression> {
    body.attributes().find(|attribute| attribute.key() == name).map(hcl::Attribute::expr)
}

/// The blocks that call modules, each with its name.
pub fn calls(body: &Body) -> impl Iterator<Item = (&str, &Block)> {
    let named = |block: &'_ Block| block.identifier() == "module" && block.labels().len() == 1;
    body.blocks()
        .filter(move |block| named(block))
        .filter_map(|block| Some((block.labels().first()?.as_str(), block)))
}

impl Folders {
    /// Where a call finds its module, if that is on this disk.
    pub fn source(&self, folder: &Path, name: &str, call: &Body) -> Option<PathBuf> {
        let Some(Expression::String(source)) = attribute(call, "source") else { return None };
        // Terraform takes a path for local only if it begins with a dot.
        let is_local =
            source.starts_with("./") || source.starts_with("../") || matches!(source.as_str(), "." | "..");
        if is_local {
            return Some(clean(&folder.join(source)));
        }
        self.installed.get(&(folder.to_owned(), name.to_owned())).cloned()
    }

    fn called(&self, folder: &Path, body: &Body) -> Vec<PathBuf> {
        calls(body).filter_map(|(name, block)| self.source(folder, name, block.body())).collect()
    }

    /// Reads what `terraform init` notes about the modules that a folder needs.
    fn note_installed(&mut self, root: &Path, files: &dyn Files) {
        let text = files.text(&root.join(".terraform/modules/modules.json")).unwrap_or_default();
        let notes: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
        let entries =
            notes.get("Modules").and_then(serde_json::Value::as_array).map_or(&[][..], Vec::as_slice);
        let entry = |entry: &serde_json::Value| {
            let text = |key: &str| entry.get(key)?.as_str().map(str::to_owned);
            Some((text("Key")?, clean(&root.join(text("Dir")?))))
        };
        let folders: BTreeMap<String, PathBuf> =
            entries.iter().filter_map(entry).take(MOST_FOLDERS).collect();
        for (key, folder) in &folders {
            let (parent, name) = key.rsplit_once('.').unwrap_or(("", key));
            let parent = if parent.is_empty() { Some(clean(root)) } else { folders.get(parent).cloned() };
            if let Some(parent) = parent.filter(|_| !name.is_empty()) {
                self.installed.insert((parent, name.to_owned()), folder.clone());
            }
        }
    }
}

/// Puts the files of each folder together and reads the folders of the modules that they call.
pub fn load(sources: Vec<Source>, files: &dyn Files) -> Folders {
    let mut named: BTreeMap<PathBuf, Vec<Source>> = BTreeMap::new();
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
        if folders.bodies.contains_key(&folder) || folders.bodies.len() >= MOST_FOLDERS {
            continue;
        }
        let sources = beside(&folder, files);
        if !sources.is_empty() {
            let body = merge::files(sources);
            pending.extend(folders.called(&folder, &body));
            folders.bodies.insert(folder, body);
        }
    }
    folders
}

/// The Terraform files of a folder. One that is not valid says nothing.
fn beside(folder: &Path, files: &dyn Files) -> Vec<Source> {
    let names = files.entries(folder).unwrap_or_default();
    let mut names: Vec<String> =
        names.into_iter().filter(|(_, is_folder)| !is_folder).map(|(name, _)| name).collect();
    names.sort();
    let wanted =
        |name: &&String| [".tf", ".tf.json", ".tofu", ".tofu.json"].iter().any(|end| name.ends_with(end));
    let read = |name: &String| {
        let path = folder.join(name);
        let body = parse(&files.text(&path).ok()?, &path).ok()?;
        Some(Source { path, body })
    };
    names.iter().filter(wanted).take(MOST_FILES).filter_map(read).collect()
}

/// The folders to start from: those that no other one calls as its module.
pub fn roots(folders: &Folders, named: &BTreeSet<PathBuf>) -> Vec<PathBuf> {
    let others = |(folder, body): (&PathBuf, &Body)| {
        folders.called(folder, body).into_iter().filter(|module| module != folder).collect::<Vec<_>>()
    };
    let all: BTreeSet<PathBuf> = folders.bodies.iter().flat_map(others).collect();
    let mut roots: Vec<PathBuf> = named.iter().filter(|folder| !all.contains(*folder)).cloned().collect();
    let mut reached = BTreeSet::new();
    roots.iter().for_each(|root| reach(root, folders, &mut reached));
    // Modules that call each other in a circle have no first one.
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

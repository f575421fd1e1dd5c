//! What a home has and shows to the outside, read from its own Compose, Terraform and tunnel files.
//!
//! Texts come in, an [`Inventory`] comes out, and [`write`](self::write::config) makes a `config.toml` of it. All of
//! it is pure; the files are found and read by the command `init`.

mod apps;
mod compose;
mod environment;
mod file_name;
mod home;
mod labels;
mod nature;
mod parsed;
mod role;
mod route;
mod terraform;
mod tunnel;
mod variables;
pub mod write;
mod yaml;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::config::preset::Preset;
use crate::error::Result;
pub use compose::clean;
use compose::{ComposeFile, Container};
pub use environment::Environments;
pub use file_name::{kind_in_folder, kind_of, set_aside, why_passed_over, why_refused};
use parsed::Parsed;
use route::Route;
pub use terraform::Gate;

/// A file of the home, with its text.
#[derive(Debug, Clone)]
pub struct File {
    pub path: PathBuf,
    pub kind: Kind,
    pub text: String,
    pub origin: Origin,
}

/// How a file came to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// On the command line: what cannot be read is an error.
    Named,
    /// In a folder that was searched: what cannot be read is a remark.
    Found,
    /// Another file needs it.
    Mentioned,
    /// In a folder that was searched; its name, or that of a folder around it, says that it is not in use.
    SetAside(String),
}

/// A file that another one needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mention {
    Compose(PathBuf),
    /// What Compose merges over a file with a usual name, if it is there.
    Companion(PathBuf),
    /// Values of variables, or of labels.
    Values(PathBuf),
}

/// What to expect in a file, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Compose, or cloudflared's own.
    Yaml,
    Terraform,
    TerraformValues,
    /// Values of variables. Some of them are secrets.
    Env,
}

/// Everything that was found out.
#[derive(Debug, Default)]
pub struct Inventory {
    pub apps: Vec<App>,
    pub unseen: Vec<Unseen>,
    /// What the reader of all this should know besides.
    pub remarks: Vec<String>,
}

/// Something that can be asked from outside.
#[derive(Debug)]
pub struct App {
    pub name: String,
    pub preset: &'static Preset,
    /// Host name and path, or the variables without which it is not known.
    pub address: Result<Address, String>,
    /// The container whose network it shares with others.
    pub group: Option<String>,
    pub gate: Gate,
    /// Further names that lead there.
    pub also: Vec<String>,
    /// A proxy's step that seems to ask for a login.
    pub middleware: Option<String>,
}

/// Where it is asked.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Address {
    pub https: bool,
    pub host: String,
    /// Empty unless the app has only a part of the site.
    pub path: String,
}

/// A container that cannot be seen from outside.
#[derive(Debug)]
pub struct Unseen {
    pub name: String,
    pub why: String,
}

/// The further files that this one needs.
pub fn mentions(file: &File, environments: &Environments) -> Vec<Mention> {
    let folder = file.path.parent().unwrap_or(Path::new(""));
    let named = || compose::compose_files(folder, environments).unwrap_or_default();
    if file.kind == Kind::Env && file.origin == Origin::Found {
        return named().into_iter().map(Mention::Compose).collect();
    }
    if file.kind != Kind::Yaml {
        return Vec::new();
    }
    let Ok(documents) = yaml::read(&file.text, &file.path) else { return Vec::new() };
    let compose = ComposeFile { path: &file.path, origin: &file.origin, documents };
    let mut mentions = compose::mentions(&compose, environments);
    mentions.extend(compose::companions(&file.path).into_iter().map(Mention::Companion));
    if named().contains(&file.path) {
        mentions.extend(named().into_iter().map(Mention::Compose));
    }
    mentions
}

/// Whether a file of a searched folder belongs to what is read here, or was meant to.
pub fn is_of_use(file: &File) -> bool {
    if file.kind != Kind::Yaml {
        return true;
    }
    let name = file.path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let is_named = name.contains("compose") || name.contains("docker-stack");
    if !is_named && !["services", "ingress"].iter().any(|key| file.text.contains(key)) {
        return false;
    }
    let is_marked = nature::of(&file.text).or_else(|| nature::template(&file.text)).is_some();
    // What was meant to be read shows it in its first keys, even where the rest is not valid.
    let is_meant = || file.text.lines().any(|line| matches!(line.trim_end(), "services:" | "ingress:"));
    match yaml::read(&file.text, &file.path) {
        Ok(_) if is_marked && (is_named || is_meant()) => true,
        Ok(documents) => {
            tunnel::routes(&documents).is_some_and(|routes| !routes.is_empty())
                || documents.iter().any(|document| compose::is_compose(document, &file.path))
        }
        Err(_) => is_named || is_meant(),
    }
}

/// Reads them all.
pub fn read(files: &[File]) -> Result<Inventory> {
    let mut inventory = Parsed::new(files)?;
    let environments = Environments::new(files);
    let settled = compose::containers(&inventory.compose, &environments, &inventory.unreadable);
    let mut containers = settled.containers;
    inventory.remarks.extend(settled.remarks);
    for copy in settled.copies {
        inventory.remarks.extend(copied(copy, &mut containers));
    }
    let mut routes: Vec<Route> = inventory.cloudflare.routes.into_iter().chain(inventory.routes).collect();
    for (index, container) in containers.iter().enumerate() {
        routes.extend(labels::routes(container, index, &container.variables));
    }
    let applications = inventory.cloudflare.applications;
    let mut whole = apps::inventory(&containers, &routes, &applications);
    whole.remarks.extend(inventory.remarks);
    Ok(whole)
}

/// Adds a container that another file has, too, if it has a host name of its own; if not, a remark is enough.
fn copied(copy: Container, containers: &mut Vec<Container>) -> Option<String> {
    let hosts = |one: &Container| -> BTreeSet<String> {
        labels::routes(one, 0, &one.variables).into_iter().filter_map(|route| route.host.ok()).collect()
    };
    let known: BTreeSet<String> = containers.iter().filter(|one| one.off.is_none()).flat_map(hosts).collect();
    if hosts(&copy).is_subset(&known) {
        return copy.off.map(|why| format!("`{}`: {}: {why}.", copy.file.display(), copy.name));
    }
    containers.push(copy);
    None
}

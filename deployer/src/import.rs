//! What a home has and shows to the outside, read from its own Compose, Terraform and tunnel files.
//!
//! Texts come in, an [`Inventory`] comes out, and [`write`](self::write::config) makes a `config.toml` of it. All of
//! it is pure; the files are found and read by the command `init`.

mod apps;
mod compose;
mod home;
mod labels;
mod missing;
mod role;
mod route;
mod terraform;
mod tunnel;
mod variables;
pub mod write;
mod yaml;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::config::preset::Preset;
use crate::error::Result;
use compose::Container;
pub use compose::clean;
pub use missing::{Missing, Reason};
use route::Route;
use terraform::Cloudflare;
pub use terraform::files::{Files, Unreadable};
pub use terraform::{Gap, Gate};
use variables::Variables;

/// A file of the home, with its text.
#[derive(Debug, Clone)]
pub struct File {
    pub path: PathBuf,
    pub kind: Kind,
    pub text: String,
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
    /// What was not read in full; each is among the remarks.
    pub gaps: Vec<Gap>,
}

/// Something that can be asked from outside.
#[derive(Debug)]
pub struct App {
    pub name: String,
    pub preset: &'static Preset,
    /// Host name and path, or what is missing to know it.
    pub address: Result<Address, Missing>,
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

/// What kind of file this is, going by its name; nothing for what is not read.
pub fn kind_of(path: &Path) -> Option<Kind> {
    let name = path.file_name()?.to_string_lossy().to_ascii_lowercase();
    // The JSON forms have an ending more.
    match name.strip_suffix(".json").unwrap_or(&name).rsplit('.').next()? {
        "tf" | "tofu" => Some(Kind::Terraform),
        "tfvars" => Some(Kind::TerraformValues),
        _ if name.ends_with(".json") => None,
        "yml" | "yaml" => Some(Kind::Yaml),
        "env" if name == ".env" => Some(Kind::Env),
        _ => None,
    }
}

/// The further files that this one builds upon, as it names them: relative to its own folder. Of one that cannot be
/// known, the variable that is missing for it.
pub fn mentions(file: &File, env: Option<&str>) -> Result<Vec<Result<String, String>>> {
    if file.kind != Kind::Yaml {
        return Ok(Vec::new());
    }
    let variables = Variables::read(env.unwrap_or_default());
    Ok(compose::mentions(&yaml::read(&file.text, &file.path)?, &variables))
}

/// Whether there is anything in this file that is read here.
pub fn is_of_use(file: &File) -> bool {
    match file.kind {
        Kind::Yaml => yaml::read(&file.text, &file.path).is_ok_and(|documents| {
            tunnel::routes(&documents).is_some() || !compose::containers(&documents, &file.path).is_empty()
        }),
        _ => true,
    }
}

/// Reads them all. `further` has the files that Terraform's modules and functions name.
pub fn read(files: &[File], further: &dyn Files) -> Result<Inventory> {
    let mut containers = Vec::new();
    let mut routes = Vec::new();
    for file in files.iter().filter(|file| file.kind == Kind::Yaml) {
        let documents = yaml::read(&file.text, &file.path)?;
        match tunnel::routes(&documents) {
            Some(rules) => routes.extend(rules),
            None => containers.extend(compose::containers(&documents, &file.path)),
        }
    }
    let containers = compose::settled(containers);
    let Cloudflare { routes: ingress, applications, unseen, gaps } = cloudflare(files, further)?;
    let mut routes: Vec<Route> = ingress.into_iter().chain(routes).collect();
    let environments = environments(files);
    for (index, container) in containers.iter().enumerate() {
        routes.extend(labels::routes(container, index, variables_of(container, &environments)));
    }
    let mut inventory = apps::inventory(&containers, &routes, &applications);
    inventory.unseen.extend(unseen);
    inventory.remarks.extend(gaps.iter().map(Gap::to_string));
    inventory.gaps = gaps;
    Ok(inventory)
}

fn cloudflare(files: &[File], further: &dyn Files) -> Result<Cloudflare> {
    let parsed = |kind: Kind| -> Result<Vec<_>> {
        let of_kind = files.iter().filter(|file| file.kind == kind);
        let source = |file: &File| {
            let body = terraform::parse(&file.text, &file.path)?;
            Ok(terraform::Source { path: file.path.clone(), body })
        };
        of_kind.map(source).collect()
    };
    Ok(terraform::read(parsed(Kind::Terraform)?, &parsed(Kind::TerraformValues)?, further))
}

/// The variables of each folder that has some.
fn environments(files: &[File]) -> BTreeMap<PathBuf, Variables> {
    let all = files.iter().filter(|file| file.kind == Kind::Env);
    all.filter_map(|file| Some((file.path.parent()?.to_owned(), Variables::read(&file.text)))).collect()
}

/// Those that are nearest: beside the container's file, or in a folder above it.
fn variables_of<'a>(container: &Container, environments: &'a BTreeMap<PathBuf, Variables>) -> &'a Variables {
    static NONE: Variables = Variables::none();
    container.file.ancestors().skip(1).find_map(|folder| environments.get(folder)).unwrap_or(&NONE)
}

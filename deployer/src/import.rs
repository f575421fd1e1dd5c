//! What a home has and shows to the outside, read from its own Compose, Terraform and tunnel files.
//!
//! Texts come in, an [`Inventory`] comes out, and [`write`](self::write::config) makes a `config.toml` of it. All of
//! it is pure; the files are found and read by the command `init`.

mod apps;
mod braces;
mod caddy;
mod compose;
mod doors;
mod environment;
mod file_name;
mod home;
mod labels;
mod missing;
mod name;
mod naming;
mod nature;
mod obstacle;
mod parsed;
mod path;
mod ports;
mod role;
mod route;
mod swag;
mod terraform;
mod traefik;
mod tunnel;
mod values;
mod variables;
pub mod write;
mod yaml;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::config::preset::Preset;
use crate::error::Result;
use apps::Facts;
use caddy::Caddyfile;
pub use compose::clean;
use compose::{ComposeFile, Container};
pub use environment::Environments;
pub use file_name::{kind_in_folder, kind_of, set_aside, why_passed_over, why_refused};
use home::Home;
pub use missing::{Missing, Reason};
use parsed::{Parsed, TraefikFiles, documents, is_traefik, toml};
pub use route::Login;
use route::{Destination, Route, Source};
use terraform::Cloudflare;
pub use terraform::files::{Files, Unreadable};
pub use terraform::{Gap, Gate};
use traefik::Traefik;
use values::Values;

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
    /// Compose, cloudflared's own, or Traefik's.
    Yaml,
    /// Traefik's.
    Toml,
    /// Caddy's, or one that such a file imports.
    Caddyfile,
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
#[derive(Debug, Clone)]
pub struct App {
    pub name: String,
    pub preset: &'static Preset,
    /// Host name and path, or what is missing to know it.
    pub address: Result<Address, Missing>,
    /// Why it is not watched before its owner has looked at it.
    pub doubt: Option<Doubt>,
    /// The container whose network it shares with others.
    pub group: Option<String>,
    pub gate: Gate,
    /// Further names that lead there.
    pub also: Vec<String>,
    /// A proxy's step that seems to ask for a login.
    pub login: Option<Login>,
}

/// What has to be cleared up before an app can be watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// Its host name is kept where it was not read.
    NoHostName,
    /// A certificate has its name, and nothing that was read leads there.
    CertificateOnly,
}

impl App {
    /// Whether it can be watched as it is.
    pub fn is_ready(&self) -> bool {
        self.address.is_ok() && self.doubt.is_none()
    }
}

/// Where it is asked.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Address {
    pub https: bool,
    pub host: String,
    /// None for the usual one.
    pub port: Option<u16>,
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
    let Ok(documents) = documents(&file.text, &file.path) else { return Vec::new() };
    let compose = ComposeFile { path: &file.path, origin: &file.origin, documents };
    let mut mentions = compose::mentions(&compose, environments);
    mentions.extend(compose::companions(&file.path).into_iter().map(Mention::Companion));
    if named().contains(&file.path) {
        mentions.extend(named().into_iter().map(Mention::Compose));
    }
    mentions
}

/// The files that a Caddyfile imports. The last part of a path may have a `*` in it.
pub fn imports(file: &File) -> Vec<PathBuf> {
    if file.kind == Kind::Caddyfile { Caddyfile::imports(&file.text, &file.path) } else { Vec::new() }
}

/// Whether a file is what such an import names.
pub fn is_imported(pattern: &Path, file: &Path) -> bool {
    caddy::is_imported(pattern, file)
}

/// Whether a file of a searched folder belongs to what is read here, or was meant to.
pub fn is_of_use(file: &File) -> bool {
    match file.kind {
        Kind::Yaml => {}
        // Many programs have settings in TOML.
        Kind::Toml => {
            let is_meant = || file.text.lines().any(|line| line.starts_with("[http.routers"));
            return toml(&file.text, &file.path).map_or_else(|_| is_meant(), |node| is_traefik(&node));
        }
        _ => return true,
    }
    let name = file.path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let is_named = name.contains("compose") || name.contains("docker-stack");
    let is_marked = nature::of(&file.text).or_else(|| nature::template(&file.text)).is_some();
    // What was meant to be read shows it in its first keys, even where the rest is not valid.
    let first = |line: &str| matches!(line.trim_end(), "services:" | "ingress:" | "http:" | "  routers:");
    let is_meant = || file.text.lines().any(first);
    match documents(&file.text, &file.path) {
        Ok(_) if is_marked && (is_named || is_meant()) => true,
        Ok(documents) => {
            tunnel::routes(&documents).is_some_and(|routes| !routes.is_empty())
                || documents
                    .iter()
                    .any(|document| compose::is_compose(document, &file.path) || is_traefik(document))
        }
        Err(_) => is_named || is_meant(),
    }
}

/// Reads them all. `further` has the files that Terraform's modules and functions name.
pub fn read(files: &[File], further: &dyn Files) -> Result<Inventory> {
    let mut parsed = Parsed::new(files, further)?;
    let environments = Environments::new(files);
    let settled = compose::containers(&parsed.compose, &environments, &parsed.unreadable);
    parsed.remarks.extend(settled.remarks);
    let mut containers = settled.containers;
    let first_copy = containers.len();
    containers.extend(settled.copies);
    let Cloudflare { routes: ingress, applications, unseen, gaps } = std::mem::take(&mut parsed.cloudflare);
    let mut routes: Vec<Route> = ingress.into_iter().chain(std::mem::take(&mut parsed.routes)).collect();
    routes.iter_mut().for_each(|route| route.source = Source::Tunnel);
    let values = Values { containers: &containers, environments: &environments };
    let mut facts = Facts { has_caddyfile: !parsed.caddyfiles.is_empty(), ..Facts::default() };
    let remarks = proxies(&values, &parsed.traefik, &parsed.caddyfiles, &mut routes, &mut facts);
    parsed.remarks.extend(drop_copies(&mut containers, first_copy, &routes));
    let mut inventory = apps::inventory(&Home::new(&containers, &applications, &routes), &routes, &facts);
    inventory.remarks.extend(remarks);
    inventory.unseen.extend(unseen);
    inventory.remarks.extend(gaps.iter().map(Gap::to_string));
    inventory.gaps = gaps;
    inventory.remarks.extend(parsed.remarks);
    Ok(inventory)
}

/// Leaves out containers that another file has, too, if they have no host name of their own: a remark is enough.
fn drop_copies(containers: &mut [Container], first: usize, routes: &[Route]) -> Vec<String> {
    let hosts = |wanted: &dyn Fn(usize) -> bool| -> BTreeSet<&String> {
        let own = routes
            .iter()
            .filter(|route| matches!(route.to, Destination::Container { index, .. } if wanted(index)));
        own.filter_map(|route| route.host.as_ref().ok()).collect()
    };
    let known = hosts(&|index| containers[index].off.is_none());
    let copies = (first..containers.len()).filter(|copy| hosts(&|index| index == *copy).is_subset(&known));
    let mut remarks = Vec::new();
    for copy in copies.collect::<Vec<_>>() {
        let container = &mut containers[copy];
        container.is_abstract = true;
        let why = container.off.as_deref().unwrap_or_default();
        remarks.push(format!("`{}`: {}: {why}.", container.file.display(), container.name));
    }
    remarks
}

/// Adds what the proxies of the home publish; the remarks say what of it was not read.
fn proxies(
    values: &Values<'_>,
    of_traefik: &TraefikFiles,
    caddyfiles: &[Caddyfile],
    routes: &mut Vec<Route>,
    facts: &mut Facts,
) -> Vec<String> {
    let traefik = Traefik::new(&of_traefik.fixed, values).found(&of_traefik.dynamic, values);
    let caddy = caddy::found(values.containers, caddyfiles, values);
    let swag = swag::routes(values.containers, values);
    facts.excluded = traefik.excluded;
    facts.has_swag = swag.iter().any(|route| route.obstacle.is_none() && !route.is_guess);
    routes.extend(traefik.routes);
    for (index, container) in values.containers.iter().enumerate() {
        routes.extend(labels::routes(container, index, &values.container(container)));
    }
    routes.extend(caddy.routes);
    routes.extend(swag);
    traefik.remarks.into_iter().chain(caddy.remarks).collect()
}

//! What a home has and shows to the outside, read from its own Compose, Terraform and tunnel files.
//!
//! Texts come in, an [`Inventory`] comes out, and [`write`](self::write::config) makes a `config.toml` of it. All of
//! it is pure; the files are found and read by the command `init`.

mod apps;
mod braces;
mod caddy;
mod compose;
mod doors;
mod home;
mod labels;
mod name;
mod naming;
mod obstacle;
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

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::config::preset::Preset;
use crate::error::{Error, Result};
use apps::Facts;
use caddy::Caddyfile;
pub use compose::clean;
use home::Home;
pub use route::Login;
use route::{Route, Source};
use terraform::Cloudflare;
pub use terraform::Gate;
use traefik::Traefik;
use values::Values;
use variables::Variables;
use yaml::Node;

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
}

/// Something that can be asked from outside.
#[derive(Debug, Clone)]
pub struct App {
    pub name: String,
    pub preset: &'static Preset,
    /// Host name and path, or the variables without which it is not known.
    pub address: Result<Address, String>,
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

/// Endings of copies and templates.
const ASIDE: [&str; 12] =
    ["bak", "backup", "old", "orig", "save", "dist", "example", "sample", "template", "tmpl", "j2", "md"];

/// What kind of file this is, going by its name; nothing for what is not read.
pub fn kind_of(path: &Path) -> Option<Kind> {
    let name = path.file_name()?.to_string_lossy().to_ascii_lowercase();
    match name.rsplit('.').next()? {
        "yml" | "yaml" => Some(Kind::Yaml),
        "tf" => Some(Kind::Terraform),
        "tfvars" => Some(Kind::TerraformValues),
        "toml" => Some(Kind::Toml),
        "env" if name == ".env" => Some(Kind::Env),
        "caddy" | "caddyfile" => Some(Kind::Caddyfile),
        // `Caddyfile.home`, but not what is kept aside.
        ending if name.starts_with("caddyfile.") && !ASIDE.contains(&ending) => Some(Kind::Caddyfile),
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
    Ok(compose::mentions(&documents(file)?, &variables))
}

/// The files that a Caddyfile imports. The last part of a path may have a `*` in it.
pub fn imports(file: &File) -> Vec<PathBuf> {
    if file.kind == Kind::Caddyfile { Caddyfile::imports(&file.text, &file.path) } else { Vec::new() }
}

/// Whether a file is what such an import names.
pub fn is_imported(pattern: &Path, file: &Path) -> bool {
    caddy::is_imported(pattern, file)
}

/// Whether there is anything in this file that is read here.
pub fn is_of_use(file: &File) -> bool {
    match file.kind {
        Kind::Yaml => documents(file).is_ok_and(|documents| {
            tunnel::routes(&documents).is_some()
                || documents.iter().any(is_traefik)
                || !compose::containers(&documents, &file.path).is_empty()
        }),
        Kind::Toml => toml(file).is_ok_and(|node| is_traefik(&node)),
        _ => true,
    }
}

fn is_traefik(document: &Node) -> bool {
    traefik::is_dynamic(document) || traefik::is_fixed(document)
}

fn documents(file: &File) -> Result<Vec<Node>> {
    yaml::read(&traefik::with_plain_variables(&file.text), &file.path)
}

fn toml(file: &File) -> Result<Node> {
    let text = traefik::with_plain_variables(file.text.trim_start_matches('\u{feff}'));
    let value: toml::Value = text.parse::<toml::Table>().map(toml::Value::Table).map_err(|error| {
        let start = error.span().map_or(0, |span| span.start);
        let line = text.get(..start).unwrap_or_default().matches('\n').count() + 1;
        Error::usage(format!("{}:{line}: this is not valid TOML", file.path.display()))
            .cause(error.message().replace('\n', ", "))
            .hint("correct this line or the one above")
    })?;
    Ok(traefik::of_toml(&value))
}

/// What the files of Traefik say, each with its path.
#[derive(Default)]
struct TraefikFiles {
    fixed: Vec<(PathBuf, Node)>,
    dynamic: Vec<(PathBuf, Node)>,
}

impl TraefikFiles {
    fn take(&mut self, path: &Path, document: &Node) {
        if traefik::is_fixed(document) {
            self.fixed.push((path.to_owned(), document.clone()));
        }
        if traefik::is_dynamic(document) {
            self.dynamic.push((path.to_owned(), document.clone()));
        }
    }
}

/// Reads them all.
pub fn read(files: &[File]) -> Result<Inventory> {
    let mut containers = Vec::new();
    let mut tunnels = Vec::new();
    let mut of_traefik = TraefikFiles::default();
    for file in files.iter().filter(|file| file.kind == Kind::Yaml) {
        let documents = documents(file)?;
        match tunnel::routes(&documents) {
            Some(rules) => tunnels.extend(rules),
            None => {
                documents.iter().for_each(|document| of_traefik.take(&file.path, document));
                containers.extend(compose::containers(&documents, &file.path));
            }
        }
    }
    for file in files.iter().filter(|file| file.kind == Kind::Toml) {
        of_traefik.take(&file.path, &toml(file)?);
    }
    let caddyfiles = files.iter().filter(|file| file.kind == Kind::Caddyfile);
    let caddyfiles: Result<Vec<_>> =
        caddyfiles.map(|file| Caddyfile::parse(&file.text, &file.path)).collect();
    let caddyfiles = caddyfiles?;
    let containers = compose::settled(containers);
    let Cloudflare { routes: ingress, applications } = cloudflare(files)?;
    let mut routes: Vec<Route> = ingress.into_iter().chain(tunnels).collect();
    routes.iter_mut().for_each(|route| route.source = Source::Tunnel);
    let values = Values { containers: &containers, folders: environments(files) };
    let mut facts = Facts { has_caddyfile: !caddyfiles.is_empty(), ..Facts::default() };
    let remarks = proxies(&values, &of_traefik, &caddyfiles, &mut routes, &mut facts);
    let mut inventory = apps::inventory(&Home::new(&containers, &applications, &routes), &routes, &facts);
    inventory.remarks.extend(remarks);
    Ok(inventory)
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

fn cloudflare(files: &[File]) -> Result<Cloudflare> {
    let parsed = |kind: Kind| -> Result<Vec<_>> {
        let of_kind = files.iter().filter(|file| file.kind == kind);
        let folder = |file: &File| file.path.parent().unwrap_or(Path::new("")).to_owned();
        of_kind.map(|file| Ok((folder(file), terraform::parse(&file.text, &file.path)?))).collect()
    };
    Ok(terraform::read(&parsed(Kind::Terraform)?, &parsed(Kind::TerraformValues)?))
}

/// The variables of each folder that has some.
fn environments(files: &[File]) -> BTreeMap<PathBuf, Variables> {
    let all = files.iter().filter(|file| file.kind == Kind::Env);
    all.filter_map(|file| Some((file.path.parent()?.to_owned(), Variables::read(&file.text)))).collect()
}

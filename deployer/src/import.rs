//! The apps that a home publishes, read from its Compose, Terraform, proxy and tunnel files.
//!
//! The input is text and the output an [`Inventory`], from which [`write`](self::write::config) generates a
//! `config.toml`. Everything here is pure; the command `init` finds and reads the files.

mod app;
mod app_name;
mod apps;
mod caddy;
mod cloudflared;
mod compose;
mod container_role;
mod endpoints;
mod environment;
mod exclusion;
mod file_name;
mod file_path;
mod host_name;
mod inventory;
mod labels;
mod missing_value;
mod not_published;
mod parsed;
mod path_pattern;
mod placeholders;
mod ports;
mod route;
mod source_file;
mod suggestion;
mod swag;
mod terraform;
mod topology;
mod traefik;
mod unprocessed;
mod variable_lookup;
mod variables;
pub mod write;
pub mod yaml;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::error::Result;
use apps::ProxyFacts;
use caddy::Caddyfile;
use compose::{ComposeFile, Container};
pub use environment::Environments;
pub use file_name::{kind_in_folder, kind_of, not_in_use, skip_remark, unsupported_template};
pub use file_path::normalize_path;
pub use inventory::{Address, App, Inventory, ReviewReason};
pub use missing_value::{MissingReason, MissingValue};
pub use not_published::NotPublished;
use parsed::{ParsedFiles, TraefikFiles, documents, is_traefik, toml};
pub use route::LoginStep;
use route::{Destination, Route, RouteSource};
pub use source_file::{FileKind, FileOrigin, FileReference, SourceFile};
use terraform::Cloudflare;
pub use terraform::file_system::{FileAccessError, FileSystem};
pub use terraform::{Incomplete, Protection};
use topology::Topology;
use traefik::Traefik;
use variable_lookup::VariableLookup;

/// Return the files that this one refers to.
pub fn referenced_files(file: &SourceFile, environments: &Environments) -> Vec<FileReference> {
    let folder = file.path.parent().unwrap_or(Path::new(""));
    let named = || compose::compose_files(folder, environments).unwrap_or_default();
    if file.kind == FileKind::Env && file.origin == FileOrigin::Discovered {
        return named().into_iter().map(FileReference::Compose).collect();
    }
    if file.kind != FileKind::Yaml {
        return Vec::new();
    }
    let Ok(documents) = documents(&file.text, &file.path) else { return Vec::new() };
    let compose = ComposeFile { path: &file.path, origin: &file.origin, documents };
    let mut references = compose::referenced_files(&compose, environments);
    references.extend(compose::override_files(&file.path).into_iter().map(FileReference::Override));
    if named().contains(&file.path) {
        references.extend(named().into_iter().map(FileReference::Compose));
    }
    references
}

/// Return the files that a Caddyfile imports. The last part of a path may contain a `*`.
pub fn imports(file: &SourceFile) -> Vec<PathBuf> {
    if file.kind == FileKind::Caddyfile { Caddyfile::imports(&file.text, &file.path) } else { Vec::new() }
}

/// Whether an import with this pattern includes the file.
pub fn is_imported(pattern: &Path, file: &Path) -> bool {
    caddy::is_imported(pattern, file)
}

/// Whether a file in a searched folder is one of the supported formats, or was meant to be.
pub fn is_relevant(file: &SourceFile) -> bool {
    match file.kind {
        FileKind::Yaml => {}
        // Many programs have settings in TOML.
        FileKind::Toml => {
            let is_meant = || file.text.lines().any(|line| line.starts_with("[http.routers"));
            return toml(&file.text, &file.path).map_or_else(|_| is_meant(), |node| is_traefik(&node));
        }
        _ => return true,
    }
    let name = file.path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let is_named = name.contains("compose") || name.contains("docker-stack");
    let is_marked =
        unprocessed::find(&file.text).or_else(|| unprocessed::find_template(&file.text)).is_some();
    // A file that was meant to be one shows it in its first keys, even if the rest is not valid.
    let is_key = |line: &str| matches!(line.trim_end(), "services:" | "ingress:" | "http:" | "  routers:");
    let is_meant = || file.text.lines().any(is_key);
    match documents(&file.text, &file.path) {
        Ok(_) if is_marked && (is_named || is_meant()) => true,
        Ok(documents) => {
            cloudflared::routes(&documents).is_some_and(|routes| !routes.is_empty())
                || documents
                    .iter()
                    .any(|document| compose::is_compose(document, &file.path) || is_traefik(document))
        }
        Err(_) => is_named || is_meant(),
    }
}

/// Read all files. `disk` gives access to the files that Terraform modules and functions refer to.
pub fn read(files: &[SourceFile], disk: &dyn FileSystem) -> Result<Inventory> {
    let mut parsed = ParsedFiles::new(files, disk)?;
    let environments = Environments::new(files);
    let compose = compose::containers(&parsed.compose, &environments, &parsed.unreadable);
    parsed.remarks.extend(compose.remarks);
    let mut containers = compose.containers;
    let first_copy = containers.len();
    containers.extend(compose.copies);
    let Cloudflare { routes: ingress, applications, not_published, incomplete } =
        std::mem::take(&mut parsed.cloudflare);
    let mut routes: Vec<Route> = ingress.into_iter().chain(std::mem::take(&mut parsed.routes)).collect();
    routes.iter_mut().for_each(|route| route.source = RouteSource::Tunnel);
    let lookup = VariableLookup { containers: &containers, environments: &environments };
    let mut facts = ProxyFacts { has_caddyfile: !parsed.caddyfiles.is_empty(), ..ProxyFacts::default() };
    let remarks = add_proxies(&parsed, &lookup, &mut routes, &mut facts);
    parsed.remarks.extend(drop_copies(&mut containers, first_copy, &routes));
    let mut inventory = apps::inventory(&Topology::new(&containers, &applications, &routes), &routes, &facts);
    inventory.remarks.extend(remarks);
    inventory.not_published.extend(not_published);
    inventory.remarks.extend(incomplete.iter().map(Incomplete::to_string));
    inventory.incomplete = incomplete;
    inventory.remarks.extend(parsed.remarks);
    Ok(inventory)
}

/// Drop containers that another file also defines, unless they have a host name of their own. Return a remark for
/// each.
fn drop_copies(containers: &mut [Container], first: usize, routes: &[Route]) -> Vec<String> {
    let hosts = |wanted: &dyn Fn(usize) -> bool| -> BTreeSet<&String> {
        let own = routes
            .iter()
            .filter(|route| matches!(route.to, Destination::Container { index, .. } if wanted(index)));
        own.filter_map(|route| route.host.as_ref().ok()).collect()
    };
    let known = hosts(&|index| containers[index].disabled.is_none());
    let copies = (first..containers.len()).filter(|copy| hosts(&|index| index == *copy).is_subset(&known));
    let mut remarks = Vec::new();
    for copy in copies.collect::<Vec<_>>() {
        let container = &mut containers[copy];
        container.is_abstract = true;
        let why = container.disabled.as_deref().unwrap_or_default();
        remarks.push(format!("`{}`: {}: {why}.", container.file.display(), container.name));
    }
    remarks
}

/// Add the routes of all proxies and return remarks about what could not be read.
fn add_proxies(
    parsed: &ParsedFiles<'_>,
    lookup: &VariableLookup<'_>,
    routes: &mut Vec<Route>,
    facts: &mut ProxyFacts,
) -> Vec<String> {
    let TraefikFiles { static_configs, dynamic_configs } = &parsed.traefik;
    let traefik = Traefik::new(static_configs, lookup).routes(dynamic_configs, lookup);
    let caddy = caddy::routes(lookup.containers, &parsed.caddyfiles, lookup);
    let swag = swag::routes(lookup.containers, lookup);
    facts.excluded = traefik.excluded;
    facts.has_swag = swag.iter().any(|route| route.exclusion.is_none() && !route.is_guess);
    routes.extend(traefik.routes);
    for (index, container) in lookup.containers.iter().enumerate() {
        routes.extend(labels::routes(container, index, &lookup.container(container)));
    }
    routes.extend(caddy.routes);
    routes.extend(swag);
    traefik.remarks.into_iter().chain(caddy.remarks).collect()
}

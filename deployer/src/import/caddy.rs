//! Caddy: routes from Caddyfiles and from the labels of caddy-docker-proxy.

mod block;
mod labels;
mod matcher;
mod site;
mod tokens;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use block::Directive;

use super::compose::Container;
use super::file_path::normalize_path;
use super::placeholders::replace_placeholders;
use super::route::Route;
use super::variable_lookup::VariableLookup;
use super::variables::Variables;
use crate::error::Result;

/// The folder of Caddy's configuration in its container.
const CONFIG_FOLDER: &str = "/etc/caddy/";
/// A longer chain of imports is a cycle.
const MAX_CHAIN: usize = 8;

/// A Caddyfile, or a file that one imports.
#[derive(Debug)]
pub struct Caddyfile {
    path: PathBuf,
    text: String,
}

impl Caddyfile {
    /// Check the syntax of a file.
    pub fn parse(text: &str, path: &Path) -> Result<Self> {
        block::parse(text, path)?;
        Ok(Self { path: path.to_owned(), text: text.to_owned() })
    }

    /// Return the paths that it imports, which may contain a `*`. Snippets are not included.
    pub fn imports(text: &str, path: &Path) -> Vec<PathBuf> {
        let Some(directives) = block::parse_fragment(text) else { return Vec::new() };
        let snippets = directives.iter().filter_map(Directive::snippet).collect::<BTreeSet<_>>();
        let mut patterns = Vec::new();
        imported(&directives, &mut patterns);
        patterns
            .iter()
            .filter(|pattern| !snippets.contains(pattern.as_str()))
            .map(|name| resolve_import(name, path))
            .collect()
    }
}

fn imported(directives: &[Directive], patterns: &mut Vec<String>) {
    for directive in directives {
        if directive.name == "import" {
            patterns.extend(directive.arguments.first().cloned());
        }
        imported(&directive.block, patterns);
    }
}

/// Resolve the path of an imported file relative to the importing one.
fn resolve_import(name: &str, importer: &Path) -> PathBuf {
    let folder = importer.parent().unwrap_or(Path::new(""));
    normalize_path(&folder.join(name.strip_prefix(CONFIG_FOLDER).unwrap_or(name)))
}

/// Whether the pattern of an import, such as `sites/*.caddy`, matches the file.
pub fn is_imported(pattern: &Path, file: &Path) -> bool {
    if pattern == file {
        return true;
    }
    let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let (pattern_name, file_name) = (name(pattern), name(file));
    let Some((start, end)) = pattern_name.split_once('*') else { return false };
    pattern.parent() == file.parent()
        && file_name.len() >= start.len() + end.len()
        && file_name.starts_with(start)
        && file_name.ends_with(end)
}

/// The routes, with remarks about what was not read.
#[derive(Debug, Default)]
pub struct CaddyRoutes {
    pub routes: Vec<Route>,
    pub remarks: Vec<String>,
}

/// Return all routes from labels and Caddyfiles.
pub fn routes(containers: &[Container], files: &[Caddyfile], lookup: &VariableLookup<'_>) -> CaddyRoutes {
    let mut resolver = ImportResolver { files, lookup, snippets: BTreeMap::new(), missing: BTreeSet::new() };
    let imported: Vec<PathBuf> =
        files.iter().flat_map(|file| Caddyfile::imports(&file.text, &file.path)).collect();
    let mut sites: Vec<(Directive, Option<usize>, Variables)> = Vec::new();
    let is_part = |file: &&Caddyfile| imported.iter().any(|pattern| is_imported(pattern, &file.path));
    for file in files.iter().filter(|file| !is_part(file)) {
        let variables = lookup.file(&file.path, "caddy");
        let directives = resolver.directives(file, &variables, 0);
        sites.extend(directives.into_iter().map(|site| (site, None, variables.clone())));
    }
    let known = Variables::default().with(lookup.proxy("caddy").into_iter());
    for (index, container) in containers.iter().enumerate() {
        // Caddy's own variables are written with two dollar signs, so that Compose does not expand them.
        let fill = |value: &str| expand_variables(&value.replace("{$$", "{$"), &known).replace("{$", "{$$");
        let labels: Vec<_> = container.labels.iter().map(|(key, value)| (key.clone(), fill(value))).collect();
        let variables = lookup.container(container);
        let own = labels::read(&labels).into_iter();
        sites.extend(own.map(|site| (site, Some(index), variables.clone())));
    }
    for (directive, ..) in &sites {
        if let Some(name) = directive.snippet() {
            resolver.snippets.insert(name.to_owned(), directive.block.clone());
        }
    }
    let mut routes = Vec::new();
    let is_site = |site: &Directive| site.snippet().is_none() && site.name != "import";
    for (site, container, variables) in sites.iter().filter(|(site, ..)| is_site(site)) {
        let context = site::SiteContext { snippets: &resolver.snippets, variables, container: *container };
        routes.extend(site::routes(site, &context));
    }
    let remark = |name: &String| {
        format!(
            "A Caddyfile imports `{name}`, which was not read: pass it with --from, or add its host names by hand."
        )
    };
    let missing = resolver.missing.iter().filter(|name| !resolver.snippets.contains_key(*name));
    CaddyRoutes { routes, remarks: missing.map(remark).collect() }
}

struct ImportResolver<'a> {
    files: &'a [Caddyfile],
    lookup: &'a VariableLookup<'a>,
    snippets: BTreeMap<String, Vec<Directive>>,
    missing: BTreeSet<String>,
}

impl ImportResolver<'_> {
    /// Return the directives of a file, including those of imported files: sites, snippets, or directives within the
    /// importing site.
    fn directives(&mut self, file: &Caddyfile, variables: &Variables, chain: usize) -> Vec<Directive> {
        let read = |text: &str| {
            if chain == 0 { block::parse(text, &file.path).ok() } else { block::parse_fragment(text) }
        };
        // A value may contain a brace; the text without values has been validated.
        let top =
            read(&expand_variables(&file.text, variables)).or_else(|| read(&file.text)).unwrap_or_default();
        let own = top.iter().filter_map(|one| Some(one.snippet()?.to_owned()));
        let snippets: BTreeSet<String> = own.chain(self.snippets.keys().cloned()).collect();
        self.expand(top, &file.path, &snippets, chain)
    }

    fn expand(
        &mut self,
        directives: Vec<Directive>,
        path: &Path,
        snippets: &BTreeSet<String>,
        chain: usize,
    ) -> Vec<Directive> {
        let mut all = Vec::new();
        for mut directive in directives {
            let name = directive
                .arguments
                .first()
                .filter(|name| directive.name == "import" && !snippets.contains(*name));
            let Some(name) = name.cloned() else {
                directive.block = self.expand(directive.block, path, snippets, chain);
                all.push(directive);
                continue;
            };
            let pattern = resolve_import(&name, path);
            let files: Vec<&Caddyfile> = self
                .files
                .iter()
                .filter(|file| file.path != path && is_imported(&pattern, &file.path))
                .collect();
            if files.is_empty() {
                self.missing.insert(name.chars().take(80).filter(|c| !c.is_control() && *c != '`').collect());
                // It may be a snippet that a later file defines.
                all.push(directive);
            }
            for file in files.into_iter().filter(|_| chain < MAX_CHAIN) {
                let variables = self.lookup.file(&file.path, "caddy");
                all.extend(self.directives(file, &variables, chain + 1));
            }
        }
        all
    }
}

/// Expand `{$NAME}` and `{$NAME:default}`, as far as their values are known.
fn expand_variables(text: &str, variables: &Variables) -> String {
    replace_placeholders(text, ("{$", "}"), |inner| {
        let (name, default) = inner.split_once(':').map_or((inner, None), |(name, text)| (name, Some(text)));
        let is_name =
            !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let value = variables.fill(&format!("${{{name}}}")).ok().filter(|_| is_name);
        value.or_else(|| default.map(str::to_owned))
    })
}

//! Caddy: the ways in that a Caddyfile and the labels of caddy-docker-proxy describe.

mod block;
mod labels;
mod matcher;
mod site;
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use block::Directive;

use super::braces::replaced;
use super::compose::{Container, clean};
use super::route::Route;
use super::values::Values;
use super::variables::Variables;
use crate::error::Result;

/// The folder of Caddy's configuration in its container.
const IN_CONTAINER: &str = "/etc/caddy/";
/// Files that import each other more often than that do so in circles.
const LONGEST_CHAIN: usize = 8;

/// A Caddyfile, or a file that one imports.
#[derive(Debug)]
pub struct Caddyfile {
    path: PathBuf,
    text: String,
}

impl Caddyfile {
    /// Checks the syntax of one file.
    pub fn parse(text: &str, path: &Path) -> Result<Self> {
        block::read(text, path)?;
        Ok(Self { path: path.to_owned(), text: text.to_owned() })
    }

    /// The files that it imports, as far as those can be files. They may have a `*` in their names.
    pub fn imports(text: &str, path: &Path) -> Vec<PathBuf> {
        let Some(directives) = block::part(text) else { return Vec::new() };
        let snippets = directives.iter().filter_map(Directive::snippet).collect::<BTreeSet<_>>();
        let mut patterns = Vec::new();
        imported(&directives, &mut patterns);
        patterns
            .iter()
            .filter(|pattern| !snippets.contains(pattern.as_str()))
            .map(|name| place(name, path))
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

/// Where an imported file is, seen from the one that names it.
fn place(name: &str, importer: &Path) -> PathBuf {
    let folder = importer.parent().unwrap_or(Path::new(""));
    clean(&folder.join(name.strip_prefix(IN_CONTAINER).unwrap_or(name)))
}

/// Whether the file is what the import names: `sites/*.caddy`, or without a star.
pub fn is_imported(pattern: &Path, file: &Path) -> bool {
    if pattern == file {
        return true;
    }
    let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let (wanted, has) = (name(pattern), name(file));
    let Some((start, end)) = wanted.split_once('*') else { return false };
    pattern.parent() == file.parent()
        && has.len() >= start.len() + end.len()
        && has.starts_with(start)
        && has.ends_with(end)
}

/// What was found.
#[derive(Debug, Default)]
pub struct Found {
    pub routes: Vec<Route>,
    pub remarks: Vec<String>,
}

/// All routes, of labels and of the Caddyfiles.
pub fn found(containers: &[Container], files: &[Caddyfile], values: &Values<'_>) -> Found {
    let mut reader = Reader { files, values, snippets: BTreeMap::new(), missing: BTreeSet::new() };
    let imported: Vec<PathBuf> =
        files.iter().flat_map(|file| Caddyfile::imports(&file.text, &file.path)).collect();
    let mut sites: Vec<(Directive, Option<usize>, Variables)> = Vec::new();
    let is_part = |file: &&Caddyfile| imported.iter().any(|pattern| is_imported(pattern, &file.path));
    for file in files.iter().filter(|file| !is_part(file)) {
        let variables = values.file(&file.path, "caddy");
        let directives = reader.directives(file, &variables, 0);
        sites.extend(directives.into_iter().map(|site| (site, None, variables.clone())));
    }
    let known = Variables::default().with(values.proxy("caddy").into_iter());
    for (index, container) in containers.iter().enumerate() {
        // Caddy's own variables have two signs, so that Compose leaves them alone.
        let fill = |value: &str| with_values(&value.replace("{$$", "{$"), &known).replace("{$", "{$$");
        let labels: Vec<_> = container.labels.iter().map(|(key, value)| (key.clone(), fill(value))).collect();
        let variables = values.container(container);
        let own = labels::read(&labels).into_iter();
        sites.extend(own.map(|site| (site, Some(index), variables.clone())));
    }
    for (directive, ..) in &sites {
        if let Some(name) = directive.snippet() {
            reader.snippets.insert(name.to_owned(), directive.block.clone());
        }
    }
    let mut routes = Vec::new();
    let is_site = |site: &Directive| site.snippet().is_none() && site.name != "import";
    for (site, container, variables) in sites.iter().filter(|(site, ..)| is_site(site)) {
        let context = site::Context { snippets: &reader.snippets, variables, container: *container };
        routes.extend(site::routes(site, &context));
    }
    let remark = |name: &String| {
        format!(
            "A Caddyfile imports `{name}`, which was not read: name it with --from, or add what it publishes by hand."
        )
    };
    let missing = reader.missing.iter().filter(|name| !reader.snippets.contains_key(*name));
    Found { routes, remarks: missing.map(remark).collect() }
}

struct Reader<'a> {
    files: &'a [Caddyfile],
    values: &'a Values<'a>,
    snippets: BTreeMap<String, Vec<Directive>>,
    missing: BTreeSet<String>,
}

impl Reader<'_> {
    /// The directives of a file with those of the files that it imports. An imported file has sites, snippets, or
    /// directives of the site that imports it.
    fn directives(&mut self, file: &Caddyfile, variables: &Variables, chain: usize) -> Vec<Directive> {
        let read = |text: &str| {
            if chain == 0 { block::read(text, &file.path).ok() } else { block::part(text) }
        };
        // A value may have a brace of its own; the text has been checked without it.
        let top = read(&with_values(&file.text, variables)).or_else(|| read(&file.text)).unwrap_or_default();
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
            let pattern = place(&name, path);
            let files: Vec<&Caddyfile> = self
                .files
                .iter()
                .filter(|file| file.path != path && is_imported(&pattern, &file.path))
                .collect();
            if files.is_empty() {
                self.missing.insert(name.chars().take(80).filter(|c| !c.is_control() && *c != '`').collect());
                // It may be a snippet that a file read later defines.
                all.push(directive);
            }
            for file in files.into_iter().filter(|_| chain < LONGEST_CHAIN) {
                let variables = self.values.file(&file.path, "caddy");
                all.extend(self.directives(file, &variables, chain + 1));
            }
        }
        all
    }
}

/// The text with `{$NAME}` and `{$NAME:default}` filled in, as far as they are known.
fn with_values(text: &str, variables: &Variables) -> String {
    replaced(text, ("{$", "}"), |inner| {
        let (name, default) = inner.split_once(':').map_or((inner, None), |(name, text)| (name, Some(text)));
        let is_name =
            !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let value = variables.fill(&format!("${{{name}}}")).ok().filter(|_| is_name);
        value.or_else(|| default.map(str::to_owned))
    })
}

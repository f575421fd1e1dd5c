//! Parses each file by itself. A file that cannot be parsed does not stop the others.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::caddy::Caddyfile;
use super::compose::ComposeFile;
use super::route::Route;
use super::source_file::{FileKind, FileOrigin, SourceFile};
use super::terraform::file_system::FileSystem;
use super::terraform::{self, Cloudflare};
use super::yaml::Node;
use super::{cloudflared, traefik, unprocessed, yaml};
use crate::error::{Error, Result};

/// What the files contain, sorted by format.
pub struct ParsedFiles<'a> {
    pub compose: Vec<ComposeFile<'a>>,
    pub routes: Vec<Route>,
    pub traefik: TraefikFiles,
    pub caddyfiles: Vec<Caddyfile>,
    pub cloudflare: Cloudflare,
    pub unreadable: BTreeSet<PathBuf>,
    pub remarks: Vec<String>,
}

impl<'a> ParsedFiles<'a> {
    pub fn new(files: &'a [SourceFile], disk: &dyn FileSystem) -> Result<Self> {
        let mut parsed = Self {
            compose: Vec::new(),
            routes: Vec::new(),
            traefik: TraefikFiles::default(),
            caddyfiles: Vec::new(),
            cloudflare: Cloudflare::default(),
            unreadable: BTreeSet::new(),
            remarks: Vec::new(),
        };
        for file in files.iter().filter(|file| file.kind == FileKind::Yaml) {
            let Some(documents) = parsed.parse(file, documents)? else { continue };
            match cloudflared::routes(&documents) {
                Some(rules) if matches!(file.origin, FileOrigin::NotInUse(_)) => parsed.skip(file, &rules),
                Some(rules) => {
                    let folder = file.path.parent().map(Path::to_owned);
                    parsed
                        .routes
                        .extend(rules.into_iter().map(|rule| Route { folder: folder.clone(), ..rule }));
                }
                None if matches!(file.origin, FileOrigin::NotInUse(_))
                    && documents.iter().any(is_traefik) =>
                {
                    parsed.skip(file, &[]);
                }
                None => {
                    documents.iter().for_each(|document| parsed.traefik.add(&file.path, document));
                    parsed.compose.push(ComposeFile { path: &file.path, origin: &file.origin, documents });
                }
            }
        }
        for file in files.iter().filter(|file| matches!(file.kind, FileKind::Toml | FileKind::Caddyfile)) {
            if matches!(file.origin, FileOrigin::NotInUse(_)) {
                parsed.skip(file, &[]);
            } else if file.kind == FileKind::Toml {
                let node = parsed.parse(file, toml)?;
                node.iter().for_each(|node| parsed.traefik.add(&file.path, node));
            } else {
                let read = parsed.parse(file, Caddyfile::parse)?;
                parsed.caddyfiles.extend(read);
            }
        }
        for file in files.iter().filter(|file| file.kind == FileKind::Env) {
            parsed.parse(file, |_, _| Ok(()))?;
        }
        let mut of_kind = |kind: FileKind| -> Result<Vec<_>> {
            let mut bodies = Vec::new();
            for file in files.iter().filter(|file| file.kind == kind) {
                if matches!(file.origin, FileOrigin::NotInUse(_)) {
                    parsed.skip(file, &[]);
                    continue;
                }
                let body = parsed.parse(file, terraform::parse)?;
                bodies.extend(body.map(|body| terraform::TerraformFile { path: file.path.clone(), body }));
            }
            Ok(bodies)
        };
        let (resources, values) = (of_kind(FileKind::Terraform)?, of_kind(FileKind::TerraformValues)?);
        parsed.cloudflare = terraform::read(resources, &values, disk);
        Ok(parsed)
    }

    /// Add a remark that a file is not in use, with its host names. For Compose files, their containers are listed
    /// instead.
    fn skip(&mut self, file: &SourceFile, routes: &[Route]) {
        let FileOrigin::NotInUse(why) = &file.origin else { return };
        let names: Vec<String> =
            routes.iter().filter_map(|route| Some(format!("`{}`", route.host.as_ref().ok()?))).collect();
        let names = if names.is_empty() {
            String::new()
        } else {
            format!(" Its host names are {}.", names.join(", "))
        };
        self.remarks.push(format!("`{}` was skipped: {why}.{names}", file.path.display()));
    }

    /// Parse a file. A failure is an error only if the file was given on the command line.
    fn parse<T>(&mut self, file: &SourceFile, read: impl Fn(&str, &Path) -> Result<T>) -> Result<Option<T>> {
        let read = match unprocessed::find(&file.text) {
            Some(unprocessed) => Err((unprocessed.error(&file.path), Some(unprocessed))),
            None => {
                read(&file.text, &file.path).map_err(|error| match unprocessed::find_template(&file.text) {
                    Some(unprocessed) => (unprocessed.error(&file.path), Some(unprocessed)),
                    None => (error, None),
                })
            }
        };
        let path = file.path.display();
        match read {
            Ok(read) => {
                let unprocessed =
                    unprocessed::find_template(&file.text).filter(|_| file.kind == FileKind::Yaml);
                if let Some(unprocessed) = unprocessed {
                    self.remarks.push(format!(
                        "`{path}` is {unprocessed}: the values that rendering inserts were not read (line {}).",
                        unprocessed.line
                    ));
                }
                Ok(Some(read))
            }
            Err((error, _)) if file.origin == FileOrigin::Given => Err(error),
            Err((error, unprocessed)) => {
                self.unreadable.insert(file.path.clone());
                self.remarks.push(match unprocessed {
                    Some(unprocessed) => {
                        format!(
                            "`{path}` was not read: line {} shows that it is {unprocessed}.",
                            unprocessed.line
                        )
                    }
                    None => format!("Not read: {} ({}).", error.message(), error.causes().join("; ")),
                });
                Ok(None)
            }
        }
    }
}

pub fn is_traefik(document: &Node) -> bool {
    traefik::is_dynamic_config(document) || traefik::is_static_config(document)
}

pub fn documents(text: &str, path: &Path) -> Result<Vec<Node>> {
    yaml::read(&traefik::with_plain_variables(text), path)
}

pub fn toml(text: &str, path: &Path) -> Result<Node> {
    let text = traefik::with_plain_variables(text.trim_start_matches('\u{feff}'));
    let value: toml::Value = text.parse::<toml::Table>().map(toml::Value::Table).map_err(|error| {
        let start = error.span().map_or(0, |span| span.start);
        let line = text.get(..start).unwrap_or_default().matches('\n').count() + 1;
        Error::usage(format!("{}:{line}: this is not valid TOML", path.display()))
            .cause(error.message().replace('\n', ", "))
            .hint("correct this line or the one above")
    })?;
    Ok(traefik::of_toml(&value))
}

/// Traefik's configuration files, each with its path.
#[derive(Default)]
pub struct TraefikFiles {
    pub static_configs: Vec<(PathBuf, Node)>,
    pub dynamic_configs: Vec<(PathBuf, Node)>,
}

impl TraefikFiles {
    fn add(&mut self, path: &Path, document: &Node) {
        if traefik::is_static_config(document) {
            self.static_configs.push((path.to_owned(), document.clone()));
        }
        if traefik::is_dynamic_config(document) {
            self.dynamic_configs.push((path.to_owned(), document.clone()));
        }
    }
}

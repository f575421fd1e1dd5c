//! The files of a home, each read by itself. One that cannot be read does not stop the others.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::caddy::Caddyfile;
use super::compose::ComposeFile;
use super::route::Route;
use super::terraform::{self, Cloudflare};
use super::yaml::Node;
use super::{File, Files, Kind, Origin, nature, traefik, tunnel, yaml};
use crate::error::{Error, Result};

/// What could be read of the files, each by itself.
pub struct Parsed<'a> {
    pub compose: Vec<ComposeFile<'a>>,
    pub routes: Vec<Route>,
    pub traefik: TraefikFiles,
    pub caddyfiles: Vec<Caddyfile>,
    pub cloudflare: Cloudflare,
    pub unreadable: BTreeSet<PathBuf>,
    pub remarks: Vec<String>,
}

impl<'a> Parsed<'a> {
    pub fn new(files: &'a [File], further: &dyn Files) -> Result<Self> {
        let mut parsed = Self {
            compose: Vec::new(),
            routes: Vec::new(),
            traefik: TraefikFiles::default(),
            caddyfiles: Vec::new(),
            cloudflare: Cloudflare::default(),
            unreadable: BTreeSet::new(),
            remarks: Vec::new(),
        };
        for file in files.iter().filter(|file| file.kind == Kind::Yaml) {
            let Some(documents) = parsed.take(file, documents)? else { continue };
            match tunnel::routes(&documents) {
                Some(rules) if matches!(file.origin, Origin::SetAside(_)) => parsed.leave_out(file, &rules),
                Some(rules) => {
                    let folder = file.path.parent().map(Path::to_owned);
                    parsed
                        .routes
                        .extend(rules.into_iter().map(|rule| Route { folder: folder.clone(), ..rule }));
                }
                None if matches!(file.origin, Origin::SetAside(_)) && documents.iter().any(is_traefik) => {
                    parsed.leave_out(file, &[]);
                }
                None => {
                    documents.iter().for_each(|document| parsed.traefik.take(&file.path, document));
                    parsed.compose.push(ComposeFile { path: &file.path, origin: &file.origin, documents });
                }
            }
        }
        for file in files.iter().filter(|file| matches!(file.kind, Kind::Toml | Kind::Caddyfile)) {
            if matches!(file.origin, Origin::SetAside(_)) {
                parsed.leave_out(file, &[]);
            } else if file.kind == Kind::Toml {
                let node = parsed.take(file, toml)?;
                node.iter().for_each(|node| parsed.traefik.take(&file.path, node));
            } else {
                let read = parsed.take(file, Caddyfile::parse)?;
                parsed.caddyfiles.extend(read);
            }
        }
        for file in files.iter().filter(|file| file.kind == Kind::Env) {
            parsed.take(file, |_, _| Ok(()))?;
        }
        let mut of_kind = |kind: Kind| -> Result<Vec<_>> {
            let mut bodies = Vec::new();
            for file in files.iter().filter(|file| file.kind == kind) {
                if matches!(file.origin, Origin::SetAside(_)) {
                    parsed.leave_out(file, &[]);
                    continue;
                }
                let body = parsed.take(file, terraform::parse)?;
                bodies.extend(body.map(|body| terraform::Source { path: file.path.clone(), body }));
            }
            Ok(bodies)
        };
        let (resources, values) = (of_kind(Kind::Terraform)?, of_kind(Kind::TerraformValues)?);
        parsed.cloudflare = terraform::read(resources, &values, further);
        Ok(parsed)
    }

    /// Says that a file is not in use, and which names it has. Of Compose files, the containers are listed instead.
    fn leave_out(&mut self, file: &File, routes: &[Route]) {
        let Origin::SetAside(why) = &file.origin else { return };
        let names: Vec<String> =
            routes.iter().filter_map(|route| Some(format!("`{}`", route.host.as_ref().ok()?))).collect();
        let names = if names.is_empty() { String::new() } else { format!(" It has {}.", names.join(", ")) };
        self.remarks.push(format!("`{}` was left out: {why}.{names}", file.path.display()));
    }

    /// What `read` makes of the file. One that cannot be read stops nothing, unless it was named.
    fn take<T>(&mut self, file: &File, read: impl Fn(&str, &Path) -> Result<T>) -> Result<Option<T>> {
        let read = match nature::of(&file.text) {
            Some(nature) => Err((nature.error(&file.path), Some(nature))),
            None => read(&file.text, &file.path).map_err(|error| match nature::template(&file.text) {
                Some(nature) => (nature.error(&file.path), Some(nature)),
                None => (error, None),
            }),
        };
        let path = file.path.display();
        match read {
            Ok(read) => {
                let nature = nature::template(&file.text).filter(|_| file.kind == Kind::Yaml);
                if let Some(nature) = nature {
                    self.remarks.push(format!(
                        "`{path}` is {nature}: what it gets when it is rendered was not read (line {}).",
                        nature.line
                    ));
                }
                Ok(Some(read))
            }
            Err((error, _)) if file.origin == Origin::Named => Err(error),
            Err((error, nature)) => {
                self.unreadable.insert(file.path.clone());
                self.remarks.push(match nature {
                    Some(nature) => {
                        format!("`{path}` was not read: line {} shows that it is {nature}.", nature.line)
                    }
                    None => format!("Not read: {} ({}).", error.message(), error.causes().join("; ")),
                });
                Ok(None)
            }
        }
    }
}

pub fn is_traefik(document: &Node) -> bool {
    traefik::is_dynamic(document) || traefik::is_fixed(document)
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

/// What the files of Traefik say, each with its path.
#[derive(Default)]
pub struct TraefikFiles {
    pub fixed: Vec<(PathBuf, Node)>,
    pub dynamic: Vec<(PathBuf, Node)>,
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

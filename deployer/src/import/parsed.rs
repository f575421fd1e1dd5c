//! The files of a home, each read by itself. One that cannot be read does not stop the others.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::compose::ComposeFile;
use super::route::Route;
use super::terraform::{self, Cloudflare};
use super::{File, Kind, Origin, nature, tunnel, yaml};
use crate::error::Result;

/// What could be read of the files, each by itself.
pub struct Parsed<'a> {
    pub compose: Vec<ComposeFile<'a>>,
    pub routes: Vec<Route>,
    pub cloudflare: Cloudflare,
    pub unreadable: BTreeSet<PathBuf>,
    pub remarks: Vec<String>,
}

impl<'a> Parsed<'a> {
    pub fn new(files: &'a [File]) -> Result<Self> {
        let mut parsed = Self {
            compose: Vec::new(),
            routes: Vec::new(),
            cloudflare: Cloudflare::default(),
            unreadable: BTreeSet::new(),
            remarks: Vec::new(),
        };
        for file in files.iter().filter(|file| file.kind == Kind::Yaml) {
            let Some(documents) = parsed.take(file, yaml::read)? else { continue };
            match tunnel::routes(&documents) {
                Some(rules) if matches!(file.origin, Origin::SetAside(_)) => parsed.leave_out(file, &rules),
                Some(rules) => {
                    let folder = file.path.parent().map(Path::to_owned);
                    parsed
                        .routes
                        .extend(rules.into_iter().map(|rule| Route { folder: folder.clone(), ..rule }));
                }
                None => {
                    parsed.compose.push(ComposeFile { path: &file.path, origin: &file.origin, documents })
                }
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
                let folder = file.path.parent().unwrap_or(Path::new("")).to_owned();
                bodies.extend(parsed.take(file, terraform::parse)?.map(|body| (folder, body)));
            }
            Ok(bodies)
        };
        let (resources, values) = (of_kind(Kind::Terraform)?, of_kind(Kind::TerraformValues)?);
        parsed.cloudflare = terraform::read(&resources, &values);
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

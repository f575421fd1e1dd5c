//! Which of a home's Compose files Compose would start, and which of them together.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::super::Origin;
use super::super::environment::Environments;
use super::include::{extended_by, includes_of};
use super::load::{ComposeFile, folder_of, shown};
use super::purpose::{DEFAULTS, OVERRIDES, changed, compose_files};
use super::{clean, services};

/// Files that are merged, in this order.
#[derive(Debug)]
pub struct Project {
    pub folder: PathBuf,
    pub files: Vec<PathBuf>,
    /// Why Compose does not start it, if so.
    pub off: Option<String>,
}

/// The files of a home, sorted into projects.
pub struct Selection<'a> {
    files: &'a [ComposeFile<'a>],
    environments: &'a Environments,
    unreadable: &'a BTreeSet<PathBuf>,
    /// Files that belong to a project already, or to none.
    taken: BTreeSet<PathBuf>,
    /// For each file that builds upon others, what it includes.
    includes: BTreeMap<&'a Path, Vec<PathBuf>>,
    pub projects: Vec<Project>,
    pub remarks: BTreeSet<String>,
}

impl<'a> Selection<'a> {
    pub fn new(
        files: &'a [ComposeFile<'a>],
        environments: &'a Environments,
        unreadable: &'a BTreeSet<PathBuf>,
    ) -> Self {
        let live = || files.iter().filter(|file| !matches!(file.origin, Origin::SetAside(_)));
        let includes: BTreeMap<&Path, Vec<PathBuf>> =
            live().map(|file| (file.path, includes_of(file, environments))).collect();
        let mut taken: BTreeSet<PathBuf> = includes
            .iter()
            .flat_map(|(path, included)| included.iter().filter(move |one| one.as_path() != *path))
            .cloned()
            .collect();
        taken.extend(
            files.iter().filter(|file| *file.origin == Origin::Mentioned).map(|file| file.path.to_owned()),
        );
        let mut selection = Self {
            files,
            environments,
            unreadable,
            taken,
            includes,
            projects: Vec::new(),
            remarks: BTreeSet::new(),
        };
        let extended = live().flat_map(|file| {
            extended_by(file, environments)
                .into_iter()
                .filter(|base| base != file.path)
                .map(|base| (base, file.path))
        });
        for (base, by) in extended.collect::<Vec<_>>() {
            let is_default = DEFAULTS.iter().any(|name| base.file_name().is_some_and(|base| base == *name));
            if !is_default && !selection.taken.contains(&base) {
                selection.off(&base, &format!("{} only extends from it", shown(by)));
            }
        }
        selection
    }

    fn file(&self, path: &Path) -> Option<&'a ComposeFile<'a>> {
        self.files.iter().find(|file| file.path == path)
    }

    fn off(&mut self, path: &Path, why: &str) {
        let project = Project {
            folder: folder_of(path).to_owned(),
            files: vec![path.to_owned()],
            off: Some(why.to_owned()),
        };
        self.taken.insert(path.to_owned());
        self.projects.push(project);
    }

    fn on(&mut self, folder: &Path, files: Vec<PathBuf>) {
        self.taken.extend(files.iter().cloned());
        self.projects.push(Project { folder: folder.to_owned(), files, off: None });
    }

    /// Projects whose files are named by `COMPOSE_FILE`.
    pub fn named_in_environment(&mut self) {
        let folders: BTreeSet<&Path> =
            self.files.iter().flat_map(|file| folder_of(file.path).ancestors()).collect();
        for folder in folders {
            let Some(named) = compose_files(folder, self.environments) else { continue };
            let (known, missing): (Vec<PathBuf>, Vec<PathBuf>) =
                named.into_iter().partition(|path| self.file(path).is_some());
            // Somebody who names a file asks for no other one.
            let is_searched =
                |file: &ComposeFile<'_>| folder_of(file.path) == folder && *file.origin == Origin::Found;
            if known.is_empty() && !self.files.iter().any(is_searched) {
                continue;
            }
            for path in missing.iter().filter(|path| !self.unreadable.contains(*path)) {
                self.remarks.insert(format!("`COMPOSE_FILE` names {}, which was not found.", shown(path)));
            }
            let Some(first) = known.first() else { continue };
            // The project's own folder is that of its first file.
            self.on(folder_of(first), known.clone());
            let rest = self.files.iter().filter(|file| *file.origin == Origin::Found).map(|file| file.path);
            let is_left_out = |path: &&Path| folder_of(path) == folder || is_sibling(&known, path);
            for path in rest.filter(is_left_out).collect::<Vec<_>>() {
                let has_own =
                    folder_of(path) != folder && compose_files(folder_of(path), self.environments).is_some();
                if !self.taken.contains(path) && !has_own {
                    self.off(
                        path,
                        &format!("`COMPOSE_FILE` in `.env` does not name `{}`", within(folder, path)),
                    );
                }
            }
        }
    }

    /// All other files, folder by folder.
    pub fn by_folder(&mut self) {
        let mut folders: Vec<&Path> = Vec::new();
        for file in self.files {
            if !folders.contains(&folder_of(file.path)) {
                folders.push(folder_of(file.path));
            }
        }
        for folder in folders {
            self.folder(folder);
        }
    }

    fn folder(&mut self, folder: &Path) {
        let first = |names: &[&str]| {
            let mut paths = names.iter().map(|name| clean(&folder.join(name)));
            paths.find(|path| {
                !self.taken.contains(path)
                    && self.file(path).is_some_and(|file| !matches!(file.origin, Origin::SetAside(_)))
            })
        };
        let (base, over) = (first(&DEFAULTS), first(&OVERRIDES));
        if let Some(base) = &base {
            let files: Vec<PathBuf> = std::iter::once(base.clone()).chain(over.clone()).collect();
            match self.passed_over_by(base) {
                Some(by) => {
                    let why = not_included(by, base);
                    files.iter().for_each(|file| self.off(file, &why));
                }
                None => self.on(folder, files),
            }
        }
        // What is merged over another file comes after it.
        let all = self.files.iter().filter(|file| folder_of(file.path) == folder);
        let (whole, changing): (Vec<_>, Vec<_>) = all.partition(|file| changed(file).is_empty());
        for file in whole.into_iter().chain(changing) {
            if !self.taken.contains(file.path) {
                self.further(file, folder, base.as_deref(), over.as_deref());
            }
        }
    }

    /// A file beside those with the usual names.
    fn further(&mut self, file: &ComposeFile<'_>, folder: &Path, base: Option<&Path>, over: Option<&Path>) {
        let path = file.path;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if let Origin::SetAside(why) = file.origin {
            return self.off(path, why);
        }
        if *file.origin == Origin::Named {
            return match self.base_of(file) {
                Some(project) => {
                    self.projects[project].files.push(path.to_owned());
                    self.taken.insert(path.to_owned());
                }
                None => self.on(folder, vec![path.to_owned()]),
            };
        }
        let preferred = if DEFAULTS.contains(&name.as_str()) {
            base
        } else {
            over.filter(|_| OVERRIDES.contains(&name.as_str()))
        };
        if let Some(preferred) = preferred.filter(|preferred| *preferred != path) {
            return self.off(path, &format!("Compose reads {} and not `{name}`", shown(preferred)));
        }
        if let Some(project) = self.base_of(file) {
            let base = shown(&self.projects[project].files[0]);
            return self.off(
                path,
                &format!("`{name}` is merged over {base} only where `COMPOSE_FILE` or `-f` names it; name both to read them so"),
            );
        }
        if let Some(by) = self.passed_over_by(path) {
            return self.off(path, &not_included(by, path));
        }
        self.on(folder, vec![path.to_owned()]);
    }

    /// The project that a file is meant to be merged into.
    fn base_of(&self, file: &ComposeFile<'_>) -> Option<usize> {
        let changed = changed(file);
        let has = |path: &PathBuf| {
            let documents = self.file(path).map(|file| &file.documents).into_iter().flatten();
            documents.flat_map(services).any(|(name, _)| changed.contains(&name))
        };
        let includes = |project: &Project| {
            project.files.iter().filter_map(|path| self.includes.get(path.as_path())).flatten().any(has)
        };
        let fits = |project: &&Project| {
            project.off.is_none() && (project.files.iter().any(has) || includes(project))
        };
        let is_beside = |project: &&Project| project.folder == folder_of(file.path);
        let same = self.projects.iter().position(|project| is_beside(&project) && fits(&project));
        let is_named = *file.origin == Origin::Named;
        same.or_else(|| self.projects.iter().position(|project| is_named && fits(&project)))
    }

    /// A file that includes others of this one's folder but not this one.
    fn passed_over_by(&self, path: &Path) -> Option<&'a Path> {
        let is_found = self.file(path).is_some_and(|file| *file.origin == Origin::Found);
        let passes = |(by, included): &(&&'a Path, &Vec<PathBuf>)| **by != path && is_sibling(included, path);
        self.includes.iter().find(passes).map(|(by, _)| *by).filter(|_| is_found)
    }
}

/// Whether a list of files names others of the same kind: one in the same folder, or two of the same name in the
/// folders beside its own.
fn is_sibling(listed: &[PathBuf], path: &Path) -> bool {
    let above = |path: &Path| path.parent().and_then(Path::parent).map(Path::to_owned);
    // Files of other machines are called like the one that includes, and not like those that are included.
    let is_compose =
        |path: &Path| path.file_name().is_some_and(|name| name.to_string_lossy().contains("compose"));
    let same_folder = |one: &&PathBuf| {
        folder_of(one) == folder_of(path) && *one != path && is_compose(one) == is_compose(path)
    };
    let same_name = |one: &&PathBuf| {
        one.file_name() == path.file_name() && above(one) == above(path) && folder_of(one) != folder_of(path)
    };
    listed.iter().any(|one| same_folder(&one)) || listed.iter().filter(same_name).count() > 1
}

fn not_included(by: &Path, path: &Path) -> String {
    format!("{} does not include `{}`", shown(by), within(folder_of(by), path))
}

fn within(folder: &Path, path: &Path) -> String {
    path.strip_prefix(folder).unwrap_or(path).display().to_string()
}

//! Groups Compose files into the projects that Compose would start.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::super::environment::Environments;
use super::super::file_path::normalize_path;
use super::super::source_file::FileOrigin;
use super::conventions::{DEFAULTS, OVERRIDES, compose_files, overridden_services};
use super::document::services;
use super::file::{ComposeFile, folder_of, shown};
use super::include::{extended_by, includes_of};

/// Files that are merged, in this order.
#[derive(Debug)]
pub struct Project {
    pub folder: PathBuf,
    pub files: Vec<PathBuf>,
    /// Why Compose does not start it, if so.
    pub disabled: Option<String>,
}

/// The files of a home while they are grouped into projects.
pub struct Selection<'a> {
    files: &'a [ComposeFile<'a>],
    environments: &'a Environments,
    unreadable: &'a BTreeSet<PathBuf>,
    /// Files that are assigned to a project or were ruled out.
    assigned: BTreeSet<PathBuf>,
    /// The files that each file includes.
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
        let live = || files.iter().filter(|file| !matches!(file.origin, FileOrigin::NotInUse(_)));
        let includes: BTreeMap<&Path, Vec<PathBuf>> =
            live().map(|file| (file.path, includes_of(file, environments))).collect();
        let mut assigned: BTreeSet<PathBuf> = includes
            .iter()
            .flat_map(|(path, included)| included.iter().filter(move |one| one.as_path() != *path))
            .cloned()
            .collect();
        assigned.extend(
            files
                .iter()
                .filter(|file| *file.origin == FileOrigin::Referenced)
                .map(|file| file.path.to_owned()),
        );
        let mut selection = Self {
            files,
            environments,
            unreadable,
            assigned,
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
            if !is_default && !selection.assigned.contains(&base) {
                selection.disable(&base, &format!("{} only extends its services", shown(by)));
            }
        }
        selection
    }

    fn file(&self, path: &Path) -> Option<&'a ComposeFile<'a>> {
        self.files.iter().find(|file| file.path == path)
    }

    fn disable(&mut self, path: &Path, why: &str) {
        let project = Project {
            folder: folder_of(path).to_owned(),
            files: vec![path.to_owned()],
            disabled: Some(why.to_owned()),
        };
        self.assigned.insert(path.to_owned());
        self.projects.push(project);
    }

    fn enable(&mut self, folder: &Path, files: Vec<PathBuf>) {
        self.assigned.extend(files.iter().cloned());
        self.projects.push(Project { folder: folder.to_owned(), files, disabled: None });
    }

    /// Add the projects that `COMPOSE_FILE` lists.
    pub fn named_in_environment(&mut self) {
        let folders: BTreeSet<&Path> =
            self.files.iter().flat_map(|file| folder_of(file.path).ancestors()).collect();
        for folder in folders {
            let Some(named) = compose_files(folder, self.environments) else { continue };
            let (known, missing): (Vec<PathBuf>, Vec<PathBuf>) =
                named.into_iter().partition(|path| self.file(path).is_some());
            // Files given on the command line do not ask for others.
            let is_searched = |file: &ComposeFile<'_>| {
                folder_of(file.path) == folder && *file.origin == FileOrigin::Discovered
            };
            if known.is_empty() && !self.files.iter().any(is_searched) {
                continue;
            }
            for path in missing.iter().filter(|path| !self.unreadable.contains(*path)) {
                self.remarks.insert(format!("`COMPOSE_FILE` lists {}, which was not found.", shown(path)));
            }
            let Some(first) = known.first() else { continue };
            // The project's folder is that of its first file.
            self.enable(folder_of(first), known.clone());
            let rest =
                self.files.iter().filter(|file| *file.origin == FileOrigin::Discovered).map(|file| file.path);
            let is_left_out = |path: &&Path| folder_of(path) == folder || is_sibling(&known, path);
            for path in rest.filter(is_left_out).collect::<Vec<_>>() {
                let has_own =
                    folder_of(path) != folder && compose_files(folder_of(path), self.environments).is_some();
                if !self.assigned.contains(path) && !has_own {
                    self.disable(
                        path,
                        &format!("`COMPOSE_FILE` in `.env` does not list `{}`", within(folder, path)),
                    );
                }
            }
        }
    }

    /// Add all other files, folder by folder.
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
            let mut paths = names.iter().map(|name| normalize_path(&folder.join(name)));
            paths.find(|path| {
                !self.assigned.contains(path)
                    && self.file(path).is_some_and(|file| !matches!(file.origin, FileOrigin::NotInUse(_)))
            })
        };
        let (base, over) = (first(&DEFAULTS), first(&OVERRIDES));
        if let Some(base) = &base {
            let files: Vec<PathBuf> = std::iter::once(base.clone()).chain(over.clone()).collect();
            match self.omitted_by(base) {
                Some(by) => {
                    let why = not_included(by, base);
                    files.iter().for_each(|file| self.disable(file, &why));
                }
                None => self.enable(folder, files),
            }
        }
        // Files that change others come after them.
        let all = self.files.iter().filter(|file| folder_of(file.path) == folder);
        let (whole, changing): (Vec<_>, Vec<_>) = all.partition(|file| overridden_services(file).is_empty());
        for file in whole.into_iter().chain(changing) {
            if !self.assigned.contains(file.path) {
                self.other_file(file, base.as_deref(), over.as_deref());
            }
        }
    }

    /// Add a file without a default name.
    fn other_file(&mut self, file: &ComposeFile<'_>, base: Option<&Path>, over: Option<&Path>) {
        let path = file.path;
        let folder = folder_of(path);
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if let FileOrigin::NotInUse(why) = file.origin {
            return self.disable(path, why);
        }
        if *file.origin == FileOrigin::Given {
            return match self.base_of(file) {
                Some(project) => {
                    self.projects[project].files.push(path.to_owned());
                    self.assigned.insert(path.to_owned());
                }
                None => self.enable(folder, vec![path.to_owned()]),
            };
        }
        let preferred = if DEFAULTS.contains(&name.as_str()) {
            base
        } else {
            over.filter(|_| OVERRIDES.contains(&name.as_str()))
        };
        if let Some(preferred) = preferred.filter(|preferred| *preferred != path) {
            return self.disable(path, &format!("Compose reads {} instead of `{name}`", shown(preferred)));
        }
        if let Some(project) = self.base_of(file) {
            let base = shown(&self.projects[project].files[0]);
            return self.disable(
                path,
                &format!("`{name}` is merged over {base} only if `COMPOSE_FILE` or `-f` lists it; pass both files to merge them"),
            );
        }
        if let Some(by) = self.omitted_by(path) {
            return self.disable(path, &not_included(by, path));
        }
        self.enable(folder, vec![path.to_owned()]);
    }

    /// Return the project that a file is meant to be merged into.
    fn base_of(&self, file: &ComposeFile<'_>) -> Option<usize> {
        let changed = overridden_services(file);
        let has = |path: &PathBuf| {
            let documents = self.file(path).map(|file| &file.documents).into_iter().flatten();
            documents.flat_map(services).any(|(name, _)| changed.contains(&name))
        };
        let includes = |project: &Project| {
            project.files.iter().filter_map(|path| self.includes.get(path.as_path())).flatten().any(has)
        };
        let fits = |project: &&Project| {
            project.disabled.is_none() && (project.files.iter().any(has) || includes(project))
        };
        let is_beside = |project: &&Project| project.folder == folder_of(file.path);
        let same = self.projects.iter().position(|project| is_beside(&project) && fits(&project));
        let is_named = *file.origin == FileOrigin::Given;
        same.or_else(|| self.projects.iter().position(|project| is_named && fits(&project)))
    }

    /// Return a file that includes others of this one's folder but not this one.
    fn omitted_by(&self, path: &Path) -> Option<&'a Path> {
        let is_found = self.file(path).is_some_and(|file| *file.origin == FileOrigin::Discovered);
        let passes = |(by, included): &(&&'a Path, &Vec<PathBuf>)| **by != path && is_sibling(included, path);
        self.includes.iter().find(passes).map(|(by, _)| *by).filter(|_| is_found)
    }
}

/// Whether a list of files contains siblings of this one: a file in the same folder, or two with the same name in
/// neighboring folders.
fn is_sibling(listed: &[PathBuf], path: &Path) -> bool {
    let above = |path: &Path| path.parent().and_then(Path::parent).map(Path::to_owned);
    // Compose files of other machines are named like the including file, unlike the files that it includes.
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

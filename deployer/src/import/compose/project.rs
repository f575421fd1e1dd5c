//! The containers of all Compose projects of a home.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::rc::Rc;

use super::super::environment::Environments;
use super::container::Container;
use super::file::ComposeFile;
use super::load::Loader;
use super::selection::Selection;

/// The containers of all projects; running ones come first.
#[derive(Debug, Default)]
pub struct Containers {
    pub containers: Vec<Container>,
    /// Containers of unused files that duplicate a container of another file in the same folder.
    pub copies: Vec<Container>,
    pub remarks: BTreeSet<String>,
}

/// Load all projects. `unreadable` are files that exist and could not be read.
pub fn containers(
    files: &[ComposeFile<'_>],
    environments: &Environments,
    unreadable: &BTreeSet<PathBuf>,
) -> Containers {
    let mut selection = Selection::new(files, environments, unreadable);
    selection.named_in_environment();
    selection.by_folder();
    let Selection { projects, remarks, .. } = selection;
    let mut loader = Loader {
        files: files.iter().map(|file| (file.path, file)).collect(),
        environments,
        unreadable,
        remarks,
        extended: BTreeSet::new(),
    };
    let mut all: Vec<Container> = Vec::new();
    for (number, project) in projects.iter().enumerate() {
        let variables = Rc::new(environments.for_folder(&project.folder));
        let services = loader.services(&project.files, &project.folder, &variables);
        all.extend(services.iter().map(|service| {
            let mut container = service.container(number, environments);
            if let Some(why) = &project.disabled {
                container.disabled = Some(format!("switched off ({why})"));
                // Nothing extends it, so list it even if it is incomplete.
                container.is_abstract = false;
            }
            container
        }));
    }
    // A service that is not extended was meant to run.
    for container in all.iter_mut().filter(|container| container.is_abstract) {
        if !loader.extended.contains(&(container.file.clone(), container.name.clone())) {
            container.is_abstract = false;
            container.missing.push("it has neither `image` nor `build`".to_owned());
        }
    }
    // Put running containers first, so that a lookup by name does not find a disabled one instead.
    let (on, off): (Vec<_>, Vec<_>) = all.into_iter().partition(|container| container.disabled.is_none());
    let Loader { remarks, extended, .. } = loader;
    let is_part = |one: &Container| {
        extended.contains(&(one.file.clone(), one.name.clone())) && projects[one.project].disabled.is_some()
    };
    let is_copy = |one: &Container| {
        let same = |other: &Container| {
            other.name == one.name && projects[other.project].folder == projects[one.project].folder
        };
        projects[one.project].disabled.is_some() && on.iter().any(same)
    };
    let (copies, off): (Vec<_>, Vec<_>) = off.into_iter().filter(|one| !is_part(one)).partition(is_copy);
    Containers { containers: on.into_iter().chain(off).collect(), copies, remarks }
}

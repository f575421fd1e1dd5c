//! The containers of all Compose projects of a home.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::rc::Rc;

use super::super::environment::Environments;
use super::Container;
use super::load::{ComposeFile, Loader};
use super::selection::Selection;

/// The containers of all projects; those that Compose starts come first.
#[derive(Debug, Default)]
pub struct Containers {
    pub containers: Vec<Container>,
    /// Containers of files that are not in use, where a file in the same folder has one of the same name that is.
    pub copies: Vec<Container>,
    pub remarks: BTreeSet<String>,
}

/// Reads all projects that these files make. `unreadable` are files that exist and could not be read.
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
        let variables = Rc::new(environments.of(&project.folder));
        let services = loader.services(&project.files, &project.folder, &variables);
        all.extend(services.iter().map(|service| {
            let mut container = service.container(number, environments);
            if let Some(why) = &project.off {
                container.off = Some(format!("switched off ({why})"));
                // Nothing extends it: it is listed, whatever it lacks.
                container.is_abstract = false;
            }
            container
        }));
    }
    // What nobody extends was meant to run.
    for container in all.iter_mut().filter(|container| container.is_abstract) {
        if !loader.extended.contains(&(container.file.clone(), container.name.clone())) {
            container.is_abstract = false;
            container.missing.push("it has neither an image nor a `build`".to_owned());
        }
    }
    // What runs comes first, so that nothing that is looked up by its name finds something switched off instead.
    let (on, off): (Vec<_>, Vec<_>) = all.into_iter().partition(|container| container.off.is_none());
    let Loader { remarks, extended, .. } = loader;
    let is_part = |one: &Container| {
        extended.contains(&(one.file.clone(), one.name.clone())) && projects[one.project].off.is_some()
    };
    let is_copy = |one: &Container| {
        let same = |other: &Container| {
            other.name == one.name && projects[other.project].folder == projects[one.project].folder
        };
        projects[one.project].off.is_some() && on.iter().any(same)
    };
    let (copies, off): (Vec<_>, Vec<_>) = off.into_iter().filter(|one| !is_part(one)).partition(is_copy);
    Containers { containers: on.into_iter().chain(off).collect(), copies, remarks }
}

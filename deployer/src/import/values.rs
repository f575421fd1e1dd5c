//! Which variables fill in what: those of a container, and those of the proxy that reads a file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::compose::Container;
use super::variables::Variables;
use crate::config::preset::image_name;

/// All variables of a home.
pub struct Values<'a> {
    pub containers: &'a [Container],
    /// Those of each folder that has some.
    pub folders: BTreeMap<PathBuf, Variables>,
}

impl Values<'_> {
    /// The nearest: beside the container's file, or in a folder above it.
    pub fn container(&self, container: &Container) -> Variables {
        self.near(&container.file)
    }

    /// Those that a proxy knows when it reads its own file: its container's, and those nearest to the file.
    pub fn file(&self, path: &Path, image: &str) -> Variables {
        self.near(path).with(self.proxy(image).into_iter())
    }

    /// The environment of the proxy whose image has this in its name, as far as it is known.
    pub fn proxy(&self, image: &str) -> Vec<(String, String)> {
        let proxy = self.containers.iter().find(|container| image_name(&container.image).contains(image));
        proxy.map_or_else(Vec::new, |proxy| {
            let variables = self.container(proxy);
            let filled = |(key, value): &(String, String)| Some((key.clone(), variables.fill(value).ok()?));
            proxy.environment.iter().filter_map(filled).collect()
        })
    }

    fn near(&self, file: &Path) -> Variables {
        file.ancestors().skip(1).find_map(|folder| self.folders.get(folder)).cloned().unwrap_or_default()
    }
}

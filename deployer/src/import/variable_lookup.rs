//! Which variables apply to a container, and to a file that a proxy reads.

use std::path::Path;

use super::compose::Container;
use super::environment::Environments;
use super::variables::Variables;
use crate::config::preset::image_name;

/// The variables of a home.
pub struct VariableLookup<'a> {
    pub containers: &'a [Container],
    pub environments: &'a Environments,
}

impl VariableLookup<'_> {
    /// Return the variables of its Compose project.
    pub fn container(&self, container: &Container) -> Variables {
        container.variables.as_ref().clone()
    }

    /// Return the variables that a proxy has when it reads its own file: those of its container and those nearest to
    /// the file.
    pub fn file(&self, path: &Path, image: &str) -> Variables {
        self.near(path).with(self.proxy(image).into_iter())
    }

    /// Return the known part of the environment of the proxy whose image name contains `image`.
    pub fn proxy(&self, image: &str) -> Vec<(String, String)> {
        let proxy = self.containers.iter().find(|container| image_name(&container.image).contains(image));
        proxy.map_or_else(Vec::new, |proxy| {
            let variables = self.container(proxy);
            let filled = |(key, value): &(String, String)| Some((key.clone(), variables.fill(value).ok()?));
            proxy.environment.iter().filter_map(filled).collect()
        })
    }

    fn near(&self, file: &Path) -> Variables {
        self.environments.for_folder(file.parent().unwrap_or(Path::new("")))
    }
}

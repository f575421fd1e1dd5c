//! Which variables fill in what: those of a container, and those of the proxy that reads a file.

use std::path::Path;

use super::compose::Container;
use super::environment::Environments;
use super::variables::Variables;
use crate::config::preset::image_name;

/// All variables of a home.
pub struct Values<'a> {
    pub containers: &'a [Container],
    pub environments: &'a Environments,
}

impl Values<'_> {
    /// Those that its project has.
    pub fn container(&self, container: &Container) -> Variables {
        container.variables.as_ref().clone()
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
        self.environments.of(file.parent().unwrap_or(Path::new("")))
    }
}

//! Compose files: the containers of a home, and how they are published.

mod container;
mod conventions;
mod document;
mod env_file;
mod file;
mod include;
mod load;
mod merge;
mod project;
mod selection;
mod service;

pub use container::Container;
pub use conventions::{compose_files, override_files};
pub use document::is_compose;
pub use file::ComposeFile;
pub use include::referenced_files;
pub use project::containers;

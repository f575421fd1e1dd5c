//! A file of a home, and why it was read.

use std::path::PathBuf;

/// A file of the home, with its text.
#[derive(Debug, Clone)]
pub struct SourceFile {
    pub path: PathBuf,
    pub kind: FileKind,
    pub text: String,
    pub origin: FileOrigin,
}

/// Why a file was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileOrigin {
    /// It was given on the command line: failing to read it is an error.
    Given,
    /// It is in a folder that was searched: failing to read it is a remark.
    Discovered,
    /// Another file refers to it.
    Referenced,
    /// It is in a folder that was searched, and its path says that it is not in use; holds the reason.
    NotInUse(String),
}

/// A file that another one refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileReference {
    Compose(PathBuf),
    /// The file that Compose merges over one with a default name, if it exists.
    Override(PathBuf),
    /// A file with values of variables or of labels.
    Values(PathBuf),
}

/// The format that a file's name suggests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// Compose, cloudflared or Traefik.
    Yaml,
    /// Traefik.
    Toml,
    /// Caddy, or a file that a Caddyfile imports.
    Caddyfile,
    Terraform,
    TerraformValues,
    /// Values of variables, some of which are secrets.
    Env,
}

//! Find and read the files of a home.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::summarize;
use crate::error::{Error, Result};
use crate::import::{self, Environments, FileKind, FileOrigin, FileReference, SourceFile, normalize_path};

/// The maximum depth of the search.
const MAX_DEPTH: usize = 8;
/// The maximum number of files. A home has some dozens; `/` given by mistake must not take forever.
const MAX_FILES: usize = 2000;
/// The maximum size of a file in bytes. Files written by hand are smaller.
const MAX_SIZE: u64 = 4 * 1024 * 1024;

/// Read all files at these paths and those that they refer to, each once.
pub fn discover(paths: &[PathBuf]) -> Result<DiscoveredFiles> {
    let mut discovered = DiscoveredFiles::default();
    let mut folders = Vec::new();
    // A given file counts as such even if it is also in a given folder.
    for path in paths {
        let metadata = std::fs::metadata(path).map_err(|error| unreadable(path, &error))?;
        if metadata.is_dir() {
            std::fs::read_dir(path).map_err(|error| unreadable(path, &error))?;
            folders.push(path);
        } else {
            discovered.add_given(path)?;
        }
    }
    for folder in folders {
        discovered.search(folder, folder, 0);
    }
    discovered.add_referenced();
    Ok(discovered)
}

#[derive(Default)]
pub struct DiscoveredFiles {
    pub files: Vec<SourceFile>,
    /// Canonical paths: a link to a file is the same file.
    known: BTreeSet<PathBuf>,
    remarks: BTreeSet<String>,
    /// Folders that cannot be opened.
    unopened: Vec<String>,
    /// Whether a limit ended the search early.
    is_truncated: bool,
}

impl DiscoveredFiles {
    /// Read a file from the command line, and the `.env` files that Compose would read with it.
    fn add_given(&mut self, path: &Path) -> Result<()> {
        let kind = match import::kind_of(path) {
            Some(kind) => kind,
            None => return Err(import::unsupported_template(path).unwrap_or_else(|| unsupported(path))),
        };
        if kind == FileKind::Yaml {
            // Compose reads the one beside the file and the one in the working directory.
            let folders = path.parent().unwrap_or(Path::new("")).ancestors();
            for folder in folders.take_while(|folder| path.is_relative() || Some(*folder) == path.parent()) {
                let candidate = folder.join(".env");
                if candidate.is_file() {
                    self.add(&candidate, FileKind::Env, FileOrigin::Referenced);
                }
            }
        }
        if self.known.insert(canonical_path(path)) {
            self.files.push(SourceFile { origin: FileOrigin::Given, ..read(path, kind)? });
        }
        Ok(())
    }

    /// Read the relevant files of a folder and its subfolders. `root` is where the search started.
    fn search(&mut self, root: &Path, folder: &Path, depth: usize) {
        let Ok(entries) = std::fs::read_dir(folder) else {
            self.unopened.push(format!("`{}`", folder.display()));
            return;
        };
        let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        paths.sort();
        for path in paths.iter().filter(|path| path.is_file()) {
            let within = path.strip_prefix(root).unwrap_or(path);
            if let Some(kind) = import::kind_in_folder(path) {
                let origin = import::not_in_use(within).map_or(FileOrigin::Discovered, FileOrigin::NotInUse);
                self.add(path, kind, origin);
            } else if let Some(remark) = import::skip_remark(within) {
                self.remarks.insert(remark);
            }
        }
        for path in paths.iter().filter(|path| path.is_dir() && !path.is_symlink() && !is_tool_folder(path)) {
            if depth < MAX_DEPTH {
                self.search(root, path, depth + 1);
            } else {
                self.is_truncated = true;
            }
        }
    }

    /// Read the files that others refer to, and those that these refer to in turn.
    fn add_referenced(&mut self) {
        let mut environments = Environments::new(&self.files);
        let mut env_files = self.env_files();
        let mut next = 0;
        while next < self.files.len() {
            for reference in import::referenced_files(&self.files[next], &environments) {
                let (path, kind, origin) = match reference {
                    FileReference::Compose(path) => (path, FileKind::Yaml, FileOrigin::Referenced),
                    FileReference::Override(path) => (path, FileKind::Yaml, FileOrigin::Discovered),
                    FileReference::Values(path) => (path, FileKind::Env, FileOrigin::Referenced),
                };
                if path.is_file() {
                    self.add(&path, kind, origin);
                }
            }
            for pattern in import::imports(&self.files[next]) {
                self.add_imported(&pattern);
            }
            if self.env_files() != env_files {
                env_files = self.env_files();
                environments = Environments::new(&self.files);
            }
            next += 1;
        }
    }

    /// Read the files that a Caddyfile imports.
    fn add_imported(&mut self, pattern: &Path) {
        let folder = pattern.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
        let entries = std::fs::read_dir(folder)
            .map(|entries| entries.filter_map(|entry| Some(normalize_path(&entry.ok()?.path()))));
        let mut candidates: Vec<PathBuf> = entries.map(Iterator::collect).unwrap_or_default();
        candidates.sort();
        for path in candidates.iter().filter(|path| path.is_file() && import::is_imported(pattern, path)) {
            self.add(path, FileKind::Caddyfile, FileOrigin::Referenced);
        }
    }

    fn env_files(&self) -> usize {
        self.files.iter().filter(|file| file.kind == FileKind::Env).count()
    }

    /// Read a file that was not given. Failing to read it does not affect the others.
    fn add(&mut self, path: &Path, kind: FileKind, origin: FileOrigin) {
        let canonical = canonical_path(path);
        if self.known.contains(&canonical) {
            return;
        }
        if self.files.len() >= MAX_FILES {
            self.is_truncated = true;
            return;
        }
        match read(path, kind) {
            Ok(file) => {
                let file = SourceFile { origin, ..file };
                // Most YAML files in a home belong to the apps themselves.
                if file.origin == FileOrigin::Referenced || import::is_relevant(&file) {
                    self.known.insert(canonical);
                    self.files.push(file);
                }
            }
            Err(error) => {
                let causes = error.causes().first().map(|cause| format!(" ({cause})")).unwrap_or_default();
                self.remarks.insert(format!("Not read: {}{causes}.", error.message()));
            }
        }
    }

    /// Return remarks about files that were not read.
    pub fn remarks(&self) -> Vec<String> {
        let mut remarks: Vec<String> = self.remarks.iter().cloned().collect();
        if !self.unopened.is_empty() {
            remarks
                .push(format!("Not searched, because they cannot be opened: {}.", summarize(&self.unopened)));
        }
        if self.is_truncated {
            remarks.push(format!(
                "Not everything was searched: the limits are {MAX_FILES} files and {MAX_DEPTH} nested folders. Pass what is missing."
            ));
        }
        remarks
    }
}

/// Return the canonical path of a file.
fn canonical_path(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| normalize_path(path))
}

fn unsupported(path: &Path) -> Error {
    Error::usage(format!("`{}` is not a file that `init --from` reads", path.display()))
        .hint("pass Compose files (*.yml, *.yaml), their env files (*.env), Terraform files (*.tf, *.tfvars), a Caddyfile, Traefik's files, or a folder with such files")
}

/// Whether it is a folder of a tool, which contains copies and third-party files.
fn is_tool_folder(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.starts_with('.') || matches!(name.as_ref(), "node_modules" | "target" | "venv" | "vendor")
}

fn read(path: &Path, kind: FileKind) -> Result<SourceFile> {
    let size = std::fs::metadata(path).map_err(|error| unreadable(path, &error))?.len();
    if size > MAX_SIZE {
        return Err(Error::usage(format!(
            "`{}` has {} MB, which is too large for a configuration file",
            path.display(),
            size / 1_048_576
        ))
        .hint("pass the files one by one"));
    }
    let bytes = std::fs::read(path).map_err(|error| unreadable(path, &error))?;
    Ok(SourceFile { path: normalize_path(path), kind, text: decoded(&bytes), origin: FileOrigin::Discovered })
}

/// Decode the text of a file. Some editors on Windows write UTF-16.
fn decoded(bytes: &[u8]) -> String {
    let units = |from: fn([u8; 2]) -> u16| -> Vec<u16> {
        bytes[2..].chunks_exact(2).map(|pair| from([pair[0], pair[1]])).collect()
    };
    match bytes {
        [0xff, 0xfe, ..] => String::from_utf16_lossy(&units(u16::from_le_bytes)),
        [0xfe, 0xff, ..] => String::from_utf16_lossy(&units(u16::from_be_bytes)),
        _ => String::from_utf8_lossy(bytes).into_owned(),
    }
}

fn unreadable(path: &Path, error: &std::io::Error) -> Error {
    Error::usage(format!("could not read `{}`", path.display()))
        .cause(error)
        .hint("pass existing files or folders that you may read")
}

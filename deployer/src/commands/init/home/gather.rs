//! Finds and reads the files of a home.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::shown;
use crate::error::{Error, Result};
use crate::import::{self, Environments, File, Kind, Mention, Origin, clean};

/// Folders within folders that are searched.
const DEEPEST: usize = 8;
/// A home has some dozens of these; whoever names `/` by mistake should not wait for ever.
const MOST_FILES: usize = 2000;
/// Nobody writes larger ones by hand.
const LARGEST: u64 = 4 * 1024 * 1024;

/// All files at these paths, and those that they need, each once.
pub fn gather(paths: &[PathBuf]) -> Result<Gathered> {
    let mut gathered = Gathered::default();
    let mut folders = Vec::new();
    // A file that is named counts as that, whichever folder it is in.
    for path in paths {
        let metadata = std::fs::metadata(path).map_err(|error| unreadable(path, &error))?;
        if metadata.is_dir() {
            std::fs::read_dir(path).map_err(|error| unreadable(path, &error))?;
            folders.push(path);
        } else {
            gathered.named(path)?;
        }
    }
    for folder in folders {
        gathered.folder(folder, folder, 0);
    }
    gathered.mentioned();
    Ok(gathered)
}

#[derive(Default)]
pub struct Gathered {
    pub files: Vec<File>,
    /// By their true paths: a link to a file is no second file.
    seen: BTreeSet<PathBuf>,
    remarks: BTreeSet<String>,
    /// Folders that may not be entered.
    closed: Vec<String>,
    /// Whether not everything could be searched.
    is_cut: bool,
}

impl Gathered {
    /// A file from the command line, and the `.env` files that Compose would read with it.
    fn named(&mut self, path: &Path) -> Result<()> {
        let kind = match import::kind_of(path) {
            Some(kind) => kind,
            None => return Err(import::why_refused(path).unwrap_or_else(|| refused(path))),
        };
        if kind == Kind::Yaml {
            // Compose looks beside the file, and where it is started.
            let folders = path.parent().unwrap_or(Path::new("")).ancestors();
            for folder in folders.take_while(|folder| path.is_relative() || Some(*folder) == path.parent()) {
                let beside = folder.join(".env");
                if beside.is_file() {
                    self.add(&beside, Kind::Env, Origin::Mentioned);
                }
            }
        }
        if self.seen.insert(place(path)) {
            self.files.push(File { origin: Origin::Named, ..read(path, kind)? });
        }
        Ok(())
    }

    /// What is of use in a folder and those below it. `root` is where the search started.
    fn folder(&mut self, root: &Path, folder: &Path, depth: usize) {
        let Ok(entries) = std::fs::read_dir(folder) else {
            self.closed.push(format!("`{}`", folder.display()));
            return;
        };
        let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        paths.sort();
        for path in paths.iter().filter(|path| path.is_file()) {
            let within = path.strip_prefix(root).unwrap_or(path);
            if let Some(kind) = import::kind_in_folder(path) {
                let origin = import::set_aside(within).map_or(Origin::Found, Origin::SetAside);
                self.add(path, kind, origin);
            } else if let Some(remark) = import::why_passed_over(within) {
                self.remarks.insert(remark);
            }
        }
        for path in paths.iter().filter(|path| path.is_dir() && !path.is_symlink() && !is_aside(path)) {
            if depth < DEEPEST {
                self.folder(root, path, depth + 1);
            } else {
                self.is_cut = true;
            }
        }
    }

    /// What the files need that were found so far, and what those need in turn.
    fn mentioned(&mut self) {
        let mut environments = Environments::new(&self.files);
        let mut env_files = self.env_files();
        let mut next = 0;
        while next < self.files.len() {
            for mention in import::mentions(&self.files[next], &environments) {
                let (path, kind, origin) = match mention {
                    Mention::Compose(path) => (path, Kind::Yaml, Origin::Mentioned),
                    Mention::Companion(path) => (path, Kind::Yaml, Origin::Found),
                    Mention::Values(path) => (path, Kind::Env, Origin::Mentioned),
                };
                if path.is_file() {
                    self.add(&path, kind, origin);
                }
            }
            for pattern in import::imports(&self.files[next]) {
                self.imported(&pattern);
            }
            if self.env_files() != env_files {
                env_files = self.env_files();
                environments = Environments::new(&self.files);
            }
            next += 1;
        }
    }

    /// What a Caddyfile imports.
    fn imported(&mut self, pattern: &Path) {
        let folder = pattern.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
        let entries = std::fs::read_dir(folder)
            .map(|entries| entries.filter_map(|entry| Some(clean(&entry.ok()?.path()))));
        let mut beside: Vec<PathBuf> = entries.map(Iterator::collect).unwrap_or_default();
        beside.sort();
        for path in beside.iter().filter(|path| path.is_file() && import::is_imported(pattern, path)) {
            self.add(path, Kind::Caddyfile, Origin::Mentioned);
        }
    }

    fn env_files(&self) -> usize {
        self.files.iter().filter(|file| file.kind == Kind::Env).count()
    }

    /// A file that nobody named. If it cannot be read, the others still can.
    fn add(&mut self, path: &Path, kind: Kind, origin: Origin) {
        let place = place(path);
        if self.seen.contains(&place) {
            return;
        }
        if self.files.len() >= MOST_FILES {
            self.is_cut = true;
            return;
        }
        match read(path, kind) {
            Ok(file) => {
                let file = File { origin, ..file };
                // Most YAML files in a home belong to the apps themselves.
                if file.origin == Origin::Mentioned || import::is_of_use(&file) {
                    self.seen.insert(place);
                    self.files.push(file);
                }
            }
            Err(error) => {
                let causes = error.causes().first().map(|cause| format!(" ({cause})")).unwrap_or_default();
                self.remarks.insert(format!("Not read: {}{causes}.", error.message()));
            }
        }
    }

    /// What could not be searched.
    pub fn remarks(&self) -> Vec<String> {
        let mut remarks: Vec<String> = self.remarks.iter().cloned().collect();
        if !self.closed.is_empty() {
            remarks.push(format!("Not searched, because they may not be entered: {}.", shown(&self.closed)));
        }
        if self.is_cut {
            remarks.push(format!(
                "Not everything was searched: at most {MOST_FILES} files, and {DEEPEST} folders deep. Name what is missing."
            ));
        }
        remarks
    }
}

/// Where a file really is.
fn place(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| clean(path))
}

fn refused(path: &Path) -> Error {
    Error::usage(format!("`{}` is not a file that `init --from` reads", path.display()))
        .hint("name Compose files (*.yml, *.yaml), their env files (*.env), Terraform files (*.tf, *.tfvars), a Caddyfile, Traefik's files, or a folder with such files")
}

/// Folders of tools, which hold copies and other people's files.
fn is_aside(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.starts_with('.') || matches!(name.as_ref(), "node_modules" | "target" | "venv" | "vendor")
}

fn read(path: &Path, kind: Kind) -> Result<File> {
    let size = std::fs::metadata(path).map_err(|error| unreadable(path, &error))?.len();
    if size > LARGEST {
        return Err(Error::usage(format!(
            "`{}` has {} MB: that is no file written by hand",
            path.display(),
            size / 1_048_576
        ))
        .hint("name the files that you wrote, one by one"));
    }
    let bytes = std::fs::read(path).map_err(|error| unreadable(path, &error))?;
    Ok(File { path: clean(path), kind, text: decoded(&bytes), origin: Origin::Found })
}

/// The text of a file. Some editors on Windows write UTF-16.
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
        .hint("name files or folders that you may read")
}

//! Which values of variables count for a Compose file: `.env` beside it, and what was named on the command line.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::variables::Variables;
use super::{File, Kind, Origin, nature};

/// The env files of a home, each once.
#[derive(Debug, Default)]
pub struct Environments {
    files: BTreeMap<PathBuf, Variables>,
    /// Named on the command line, as for `--env-file`, in the order in which they were named.
    named: Vec<PathBuf>,
    /// Of these, those beside or above no Compose file: they count for all of them.
    general: Vec<PathBuf>,
}

impl Environments {
    pub fn new(files: &[File]) -> Self {
        // The values of an encrypted file are none.
        let all = files.iter().filter(|file| file.kind == Kind::Env && nature::of(&file.text).is_none());
        let is_dotenv = |file: &File| file.path.file_name().is_some_and(|name| name == ".env");
        let has_compose = |file: &File| {
            let folder = file.path.parent().unwrap_or(Path::new(""));
            files.iter().any(|other| other.kind == Kind::Yaml && other.path.starts_with(folder))
        };
        // A `.env` counts where it is, unless nothing is there that it could count for.
        let named = all
            .clone()
            .filter(|file| file.origin == Origin::Named && !(is_dotenv(file) && has_compose(file)));
        Self {
            general: named.clone().filter(|file| !has_compose(file)).map(|file| file.path.clone()).collect(),
            files: all.map(|file| (file.path.clone(), Variables::read(&file.text))).collect(),
            named: named.map(|file| file.path.clone()).collect(),
        }
    }

    /// One of them, by its path.
    pub fn file(&self, path: &Path) -> Option<&Variables> {
        self.files.get(path)
    }

    /// What counts in `folder`. A file that was named wins over `.env`, the nearest `.env` over those in the folders
    /// above: Compose reads the one where it is started, too.
    pub fn of(&self, folder: &Path) -> Variables {
        let dotenvs = folder.ancestors().map(|folder| folder.join(".env"));
        let near = self.named_for(folder).rev().chain(dotenvs);
        near.filter_map(|path| self.files.get(&path)).fold(Variables::default(), |all, next| all.over(next))
    }

    /// What the files in `folder` itself say: it decides which Compose files are read there.
    pub fn beside(&self, folder: &Path) -> Variables {
        let named = self.named.iter().rev().filter(|path| path.parent() == Some(folder)).cloned();
        let near = named.chain([folder.join(".env")]);
        near.filter_map(|path| self.files.get(&path)).fold(Variables::default(), |all, next| all.over(next))
    }

    fn named_for<'a>(&'a self, folder: &'a Path) -> impl DoubleEndedIterator<Item = PathBuf> + 'a {
        let counts = move |path: &&PathBuf| {
            self.general.contains(path) || path.parent().is_some_and(|parent| folder.starts_with(parent))
        };
        self.named.iter().filter(counts).cloned()
    }
}

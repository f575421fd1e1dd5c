//! The env files that apply to a Compose file: `.env` next to it, and those given on the command line.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::source_file::{FileKind, FileOrigin, SourceFile};
use super::unprocessed;
use super::variables::Variables;

/// The env files of a home, each once.
#[derive(Debug, Default)]
pub struct Environments {
    files: BTreeMap<PathBuf, Variables>,
    /// Given on the command line, as for `--env-file`, in that order.
    given: Vec<PathBuf>,
    /// Those of them that are neither next to nor above a Compose file: they apply to all.
    global: Vec<PathBuf>,
}

impl Environments {
    pub fn new(files: &[SourceFile]) -> Self {
        // An encrypted file has no usable values.
        let all =
            files.iter().filter(|file| file.kind == FileKind::Env && unprocessed::find(&file.text).is_none());
        let is_dotenv = |file: &SourceFile| file.path.file_name().is_some_and(|name| name == ".env");
        let has_compose = |file: &SourceFile| {
            let folder = file.path.parent().unwrap_or(Path::new(""));
            files.iter().any(|other| other.kind == FileKind::Yaml && other.path.starts_with(folder))
        };
        // A `.env` applies to its own folder, unless that has no Compose files.
        let given = all
            .clone()
            .filter(|file| file.origin == FileOrigin::Given && !(is_dotenv(file) && has_compose(file)));
        Self {
            global: given.clone().filter(|file| !has_compose(file)).map(|file| file.path.clone()).collect(),
            files: all.map(|file| (file.path.clone(), Variables::read(&file.text))).collect(),
            given: given.map(|file| file.path.clone()).collect(),
        }
    }

    /// Return the values of one file.
    pub fn file(&self, path: &Path) -> Option<&Variables> {
        self.files.get(path)
    }

    /// Return the values that apply in `folder`. A given file takes precedence over `.env`, and the nearest `.env`
    /// over those in parent folders, because Compose also reads the one in its working directory.
    pub fn for_folder(&self, folder: &Path) -> Variables {
        let dotenvs = folder.ancestors().map(|folder| folder.join(".env"));
        let near = self.given_for(folder).rev().chain(dotenvs);
        near.filter_map(|path| self.files.get(&path)).fold(Variables::default(), |all, next| all.over(next))
    }

    /// Return the values of the files in `folder` itself: `COMPOSE_FILE` there selects the Compose files.
    pub fn in_folder(&self, folder: &Path) -> Variables {
        let given = self.given.iter().rev().filter(|path| path.parent() == Some(folder)).cloned();
        let near = given.chain([folder.join(".env")]);
        near.filter_map(|path| self.files.get(&path)).fold(Variables::default(), |all, next| all.over(next))
    }

    fn given_for<'a>(&'a self, folder: &'a Path) -> impl DoubleEndedIterator<Item = PathBuf> + 'a {
        let counts = move |path: &&PathBuf| {
            self.global.contains(path) || path.parent().is_some_and(|parent| folder.starts_with(parent))
        };
        self.given.iter().filter(counts).cloned()
    }
}

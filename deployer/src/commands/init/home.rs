//! `init --from`: finds and reads the files of a home. The only part of the import that touches a disk.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::config::Config;
use crate::error::{Error, Result};
use crate::import::{self, File, Inventory, Kind, clean, write};

/// Folders within folders that are searched.
const DEEPEST: usize = 4;
/// A home has some dozens of these; whoever names `/` by mistake should not wait for ever.
const MOST_FILES: usize = 2000;
/// Nobody writes larger ones by hand.
const LARGEST: u64 = 4 * 1024 * 1024;

/// A configuration that was made from a home's own files.
pub struct Made {
    pub text: String,
    pub targets: usize,
    pub commented: usize,
    pub unseen: usize,
}

/// Reads what is at `paths` and makes a configuration of it, to be written to `path`.
pub fn import(paths: &[PathBuf], path: &Path) -> Result<Made> {
    let Found { files, unknown, .. } = gather(paths)?;
    let mut inventory = import::read(&files)?;
    for variable in unknown {
        let remark =
            format!("A file that is included was not read: `{variable}` in its path has no value in `.env`.");
        inventory.remarks.push(remark);
    }
    let known = inventory.apps.iter().filter(|app| app.is_ready()).count();
    let sources: Vec<String> = paths.iter().map(|path| format!("`{}`", path.display())).collect();
    if known == 0 {
        // Where nothing but host names is missing, a configuration to fill in is worth more than an error.
        let is_skeleton = inventory.apps.iter().any(|app| app.doubt.is_some());
        return if is_skeleton {
            Ok(skeleton(&inventory, &sources))
        } else {
            Err(nothing(&files, &inventory))
        };
    }
    // How many fit into the state depends on their names: the reader of the configuration knows it.
    let mut last = None;
    for most in (1..=known).rev() {
        let text = write::config(&inventory, &sources, most);
        match Config::parse(&text, path) {
            Ok(_) => {
                return Ok(Made {
                    text,
                    targets: most,
                    commented: inventory.apps.len() - most,
                    unseen: inventory.unseen.len(),
                });
            }
            Err(error) => last = Some(error),
        }
    }
    Err(last.unwrap_or_else(|| nothing(&files, &inventory)).context("what these files say cannot be watched"))
}

/// A configuration whose targets are all commented out.
fn skeleton(inventory: &Inventory, sources: &[String]) -> Made {
    Made {
        text: write::config(inventory, sources, 0),
        targets: 0,
        commented: inventory.apps.len(),
        unseen: inventory.unseen.len(),
    }
}

fn nothing(files: &[File], inventory: &Inventory) -> Error {
    let missing: BTreeSet<&str> =
        inventory.apps.iter().filter_map(|app| app.address.as_ref().err()).map(String::as_str).collect();
    let read: Vec<String> = files.iter().map(|file| file.path.display().to_string()).collect();
    let containers = inventory.unseen.len();
    let error = Error::usage("no app with a public host name was found");
    let error = match read.as_slice() {
        [] => error.cause(
            "there is no Compose file, no *.tf, no Caddyfile and no configuration of cloudflared or Traefik at these paths",
        ),
        _ => error.cause(format!(
            "read {}; {}",
            shown(&read),
            crate::commands::plural(containers, "container") + " without a public name"
        )),
    };
    let error = inventory.remarks.iter().fold(error, |error, remark| error.cause(remark));
    if missing.is_empty() {
        return error.hint(
            "name the file that has the host names, too (cloudflare.tf, cloudflared's config.yml), or start with \
             `plexmon-deploy init --url https://...` and add the others by hand",
        );
    }
    let missing: Vec<String> = missing.into_iter().map(|name| format!("`{name}`")).collect();
    error.cause(format!("the host names of {} depend on {}", crate::commands::plural(inventory.apps.len(), "app"), shown(&missing)))
        .hint("put the values into an `.env` file beside the Compose file (for Terraform, a `*.tfvars`) and run this again")
}

/// Some of them, if there are many.
fn shown(names: &[String]) -> String {
    if names.len() <= 5 {
        names.join(", ")
    } else {
        format!("{} and {} more", names[..4].join(", "), names.len() - 4)
    }
}

/// All files at these paths, and those that they build upon, each once.
fn gather(paths: &[PathBuf]) -> Result<Found> {
    let mut found = Found::default();
    for path in paths {
        let metadata = std::fs::metadata(path).map_err(|error| unreadable(path, &error))?;
        if metadata.is_dir() {
            found.folder(path, 0)?;
        } else {
            let kind = import::kind_of(path).ok_or_else(|| {
                Error::usage(format!("`{}` is not a file that `init --from` reads", path.display()))
                    .hint("name Compose files (*.yml, *.yaml), Terraform files (*.tf, *.tfvars), a Caddyfile, Traefik's files, or a folder with such files")
            })?;
            found.file(path, kind)?;
        }
    }
    Ok(found)
}

#[derive(Default)]
struct Found {
    files: Vec<File>,
    seen: BTreeSet<PathBuf>,
    /// Variables in the paths of files that were therefore not found.
    unknown: BTreeSet<String>,
}

impl Found {
    /// What goes by the usual names in a folder and those below it.
    fn folder(&mut self, folder: &Path, depth: usize) -> Result<()> {
        let entries = std::fs::read_dir(folder).map_err(|error| unreadable(folder, &error))?;
        let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        paths.sort();
        for path in &paths {
            let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
            if path.is_file()
                && let Some(kind) = wanted(&name, path)
            {
                // Many a `config.yml` belongs to something else, and may be a template.
                if !is_compose(&name)
                    && matches!(kind, Kind::Yaml | Kind::Toml)
                    && !read(path, kind).is_ok_and(|file| import::is_of_use(&file))
                {
                    continue;
                }
                self.file(path, kind)?;
            }
        }
        let below = paths.iter().filter(|path| path.is_dir() && !path.is_symlink() && depth < DEEPEST);
        for path in below.filter(|path| !is_aside(path)) {
            // A folder of a container's own, say, that others may not enter.
            if std::fs::read_dir(path).is_ok() {
                self.folder(path, depth + 1)?;
            }
        }
        Ok(())
    }

    /// A file, the `.env` beside it, and what it builds upon.
    fn file(&mut self, path: &Path, kind: Kind) -> Result<()> {
        let path = clean(path);
        if self.files.len() >= MOST_FILES || !self.seen.insert(path.clone()) {
            return Ok(());
        }
        let file = read(&path, kind)?;
        let folder = path.parent().unwrap_or(Path::new("")).to_owned();
        let mut env = None;
        if kind == Kind::Yaml {
            let beside = folder.join(".env");
            if beside.is_file() {
                env = Some(read(&beside, Kind::Env)?);
            }
        }
        let mentioned = import::mentions(&file, env.as_ref().map(|env| env.text.as_str()))?;
        if let Some(env) = env.filter(|env| self.seen.insert(env.path.clone())) {
            self.files.push(env);
        }
        let imports = import::imports(&file);
        self.files.push(file);
        for pattern in imports {
            let folder = pattern.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
            let mut beside: Vec<PathBuf> = std::fs::read_dir(folder)
                .map(|entries| entries.filter_map(|entry| Some(clean(&entry.ok()?.path()))).collect())
                .unwrap_or_default();
            beside.sort();
            for path in beside.iter().filter(|path| path.is_file() && import::is_imported(&pattern, path)) {
                self.file(path, Kind::Caddyfile)?;
            }
        }
        for name in mentioned {
            match name.map(|name| folder.join(name)) {
                Ok(path) if path.is_file() => self.file(&path, Kind::Yaml)?,
                // One that is fetched from elsewhere, or missing, says nothing about the others.
                Ok(_) => {}
                Err(variable) => drop(self.unknown.insert(variable)),
            }
        }
        Ok(())
    }
}

/// What a file in a searched folder is read as.
fn wanted(name: &str, path: &Path) -> Option<Kind> {
    let kind = import::kind_of(path)?;
    // Of the others, those are read in which there is something.
    (kind != Kind::Yaml || !name.starts_with('.')).then_some(kind)
}

fn is_compose(name: &str) -> bool {
    name.contains("compose") || name.contains("docker-stack")
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
    Ok(File { path: clean(path), kind, text: String::from_utf8_lossy(&bytes).into_owned() })
}

fn unreadable(path: &Path, error: &std::io::Error) -> Error {
    Error::usage(format!("could not read `{}`", path.display()))
        .cause(error)
        .hint("name files or folders that you may read")
}

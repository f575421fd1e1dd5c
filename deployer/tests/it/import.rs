//! What is read from the files of a home, and what is made of it.

mod compose;
mod expressions;
mod fuzz;
mod homes;
mod proxies;
mod routes;
mod terraform;
mod unknown;

use std::path::{Path, PathBuf};

use plexmon_deploy::config::Config;
use plexmon_deploy::import::{self, File, Files, Inventory, Origin, Unreadable, clean, kind_of, write};

/// The files of one of the homes in `tests/homes`, by their paths within it.
pub fn home(name: &str) -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/homes").join(name);
    let mut files = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
                files.push((name, std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    files.sort();
    files
}

fn inventory(files: &[(String, String)]) -> plexmon_deploy::error::Result<Inventory> {
    inventory_among(files, files)
}

/// The same for files among others that are there, too.
fn inventory_among(
    files: &[(String, String)],
    all: &[(String, String)],
) -> plexmon_deploy::error::Result<Inventory> {
    let file = |(path, text): &(String, String)| {
        let path = PathBuf::from(path);
        Some(File { kind: kind_of(&path)?, path, text: text.clone(), origin: Origin::Named })
    };
    import::read(&files.iter().filter_map(file).collect::<Vec<_>>(), &Memory(all))
}

/// The files of a home, wherever Terraform looks for them.
struct Memory<'f>(&'f [(String, String)]);

impl Files for Memory<'_> {
    fn text(&self, path: &Path) -> Result<String, Unreadable> {
        let wanted = self.0.iter().find(|(name, _)| clean(Path::new(name)) == path);
        wanted.map(|(_, text)| text.clone()).ok_or(if path.starts_with("..") {
            Unreadable::Outside
        } else {
            Unreadable::Missing
        })
    }

    fn entries(&self, folder: &Path) -> Result<Vec<(String, bool)>, Unreadable> {
        let below = self.0.iter().filter_map(|(name, _)| Path::new(name).strip_prefix(folder).ok());
        let entry = |path: &Path| {
            let mut parts = path.components();
            let name = parts.next()?.as_os_str().to_str()?.to_owned();
            Some((name, parts.next().is_some()))
        };
        let entries: std::collections::BTreeSet<_> = below.filter_map(entry).collect();
        if entries.is_empty() { Err(Unreadable::Missing) } else { Ok(entries.into_iter().collect()) }
    }
}

/// The configuration that is written for these files. It can be read, or there is nothing to watch.
fn written(files: &[(String, String)]) -> plexmon_deploy::error::Result<String> {
    let inventory = inventory(files)?;
    let known = inventory.apps.iter().filter(|app| app.is_ready()).count();
    let text = write::config(&inventory, &["`home`".to_owned()], known.min(15));
    let parsed = Config::parse(&text, Path::new("config.toml"));
    match parsed {
        Ok(config) => {
            // One that must be closed to others is two of the monitor's.
            let apps = config.targets.iter().filter(|target| !target.name.ends_with(" (closed)")).count();
            assert_eq!(apps, known.min(15), "{text}");
        }
        Err(error) => assert_eq!(known, 0, "{error}\n{text}"),
    }
    Ok(text)
}

/// One line for each target (with `#` if it is commented out), for each name or container that is not seen, and for each
/// remark.
fn summary(name: &str) -> String {
    let inventory = inventory(&home(name)).unwrap();
    let mut lines = Vec::new();
    for app in &inventory.apps {
        let mark = if app.is_ready() { "" } else { "# " };
        let address =
            app.address.as_ref().map_or_else(|what| format!("<{}>", what.what), ToString::to_string);
        let mut line = format!("{mark}{}: {} {address}", app.name, app.preset.kind);
        if let Some(group) = &app.group {
            line += &format!(", in {group}");
        }
        if let Some(login) = &app.login {
            line += &format!(", through {}'s {}", login.proxy, login.name);
        }
        if !app.also.is_empty() {
            line += &format!(", also {}", app.also.join(" "));
        }
        lines.push(line);
    }
    lines.extend(inventory.unseen.iter().map(|one| format!("- {}: {}", one.name, one.why)));
    lines.extend(inventory.remarks.iter().map(|remark| format!("! {remark}")));
    lines.join("\n")
}

/// What is said between the settings and the channels: targets, and what cannot be seen.
fn targets(files: &[(&str, &str)]) -> String {
    let files: Vec<_> = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    middle(&written(&files).unwrap())
}

fn middle(text: &str) -> String {
    let (_, rest) = text.split_once("# One block for each thing to watch.\n").unwrap();
    rest.split("# Whom to tell.").next().unwrap().trim().to_owned()
}

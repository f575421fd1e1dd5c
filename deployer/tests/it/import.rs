//! Reading the files of a home, and the configuration that is generated from them.

mod compose;
mod expressions;
mod fuzz;
mod homes;
mod proxies;
mod routes;
mod terraform;
mod terraform_access;
mod terraform_records;
mod unknown;
mod unknown_modules;
mod worked_example;

use std::path::{Path, PathBuf};

use plexmon_deploy::config::Config;
use plexmon_deploy::import::{
    self, FileAccessError, FileOrigin, FileSystem, Inventory, SourceFile, kind_of, normalize_path, write,
};

/// Return the files of one of the homes in `tests/homes`, by their paths within it.
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

/// Read `files`, while Terraform has access to `all`.
fn inventory_among(
    files: &[(String, String)],
    all: &[(String, String)],
) -> plexmon_deploy::error::Result<Inventory> {
    let file = |(path, text): &(String, String)| {
        let path = PathBuf::from(path);
        Some(SourceFile { kind: kind_of(&path)?, path, text: text.clone(), origin: FileOrigin::Given })
    };
    import::read(&files.iter().filter_map(file).collect::<Vec<_>>(), &Memory(all))
}

/// The files of a home in memory.
struct Memory<'f>(&'f [(String, String)]);

impl FileSystem for Memory<'_> {
    fn text(&self, path: &Path) -> Result<String, FileAccessError> {
        let wanted = self.0.iter().find(|(name, _)| normalize_path(Path::new(name)) == path);
        wanted.map(|(_, text)| text.clone()).ok_or(if path.starts_with("..") {
            FileAccessError::OutsideRoots
        } else {
            FileAccessError::NotFound
        })
    }

    fn entries(&self, folder: &Path) -> Result<Vec<(String, bool)>, FileAccessError> {
        let below = self.0.iter().filter_map(|(name, _)| Path::new(name).strip_prefix(folder).ok());
        let entry = |path: &Path| {
            let mut parts = path.components();
            let name = parts.next()?.as_os_str().to_str()?.to_owned();
            Some((name, parts.next().is_some()))
        };
        let entries: std::collections::BTreeSet<_> = below.filter_map(entry).collect();
        if entries.is_empty() { Err(FileAccessError::NotFound) } else { Ok(entries.into_iter().collect()) }
    }
}

/// Generate the configuration of these files, and check that it is valid or has no targets.
fn written(files: &[(String, String)]) -> plexmon_deploy::error::Result<String> {
    let inventory = inventory(files)?;
    let known = inventory.apps.iter().filter(|app| app.is_ready()).count();
    let text = write::config(&inventory, &["`home`".to_owned()], known.min(15));
    let parsed = Config::parse(&text, Path::new("config.toml"));
    match parsed {
        Ok(config) => {
            // A target that must be protected is monitored as two.
            let apps = config.targets.iter().filter(|target| !target.name.ends_with(" (closed)")).count();
            assert_eq!(apps, known.min(15), "{text}");
        }
        Err(error) => assert_eq!(known, 0, "{error}\n{text}"),
    }
    Ok(text)
}

/// Format one line for each target (with `#` if it is commented out), each entry that is not monitored and each remark.
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
        if !app.also_at.is_empty() {
            line += &format!(", also {}", app.also_at.join(" "));
        }
        lines.push(line);
    }
    lines.extend(inventory.not_published.iter().map(|one| format!("- {}: {}", one.name, one.reason)));
    lines.extend(inventory.remarks.iter().map(|remark| format!("! {remark}")));
    lines.join("\n")
}

/// Return the part between the settings and the channels: targets, and what is not monitored.
fn targets(files: &[(&str, &str)]) -> String {
    let files: Vec<_> = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    middle(&written(&files).unwrap())
}

fn middle(text: &str) -> String {
    let (_, targets, _) = sections(text);
    targets.trim().to_owned()
}

/// Split a configuration at the comments of the example into settings, targets and channels.
pub fn sections(text: &str) -> (&str, &str, &str) {
    let example = include_str!("../../../config.example.toml");
    let comment_before = |table: &str| {
        let (before, _) = example.split_once(table).unwrap();
        before.rsplit("\n\n").next().unwrap().trim_start().lines().next().unwrap().to_owned() + "\n"
    };
    let (settings, rest) = text.split_once(&comment_before("\n[[target]]")).unwrap();
    let (targets, channels) = rest.split_once(&comment_before("\n[notify")).unwrap();
    (settings, targets, channels)
}

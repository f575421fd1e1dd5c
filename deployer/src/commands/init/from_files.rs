//! `init --from`: generate a configuration from the files of a home. This module and those below it are the only part
//! of the import that accesses the disk.

mod discover;
mod disk;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use discover::discover;
use disk::Disk;

use crate::config::Config;
use crate::error::{Error, Result};
use crate::import::{self, Inventory, MissingValue, SourceFile, write};

/// The maximum number of containers that an error lists.
const MAX_SHOWN: usize = 5;

/// A configuration that was generated from a home's own files.
pub struct Generated {
    pub text: String,
    pub targets: usize,
    pub commented: usize,
    pub not_published: usize,
}

/// Read the files at `paths` and generate the configuration to be written to `path`.
pub fn generate(paths: &[PathBuf], path: &Path) -> Result<Generated> {
    let discovered = discover(paths)?;
    let mut inventory = import::read(&discovered.files, &Disk::new(paths))?;
    inventory.remarks.extend(discovered.remarks());
    let files = discovered.files;
    let known = inventory.apps.iter().filter(|app| app.is_ready()).count();
    let sources: Vec<String> = paths.iter().map(|path| format!("`{}`", path.display())).collect();
    if known == 0 {
        // If only host names are missing, a configuration to fill in is more useful than an error.
        let is_skeleton = inventory.apps.iter().any(|app| app.review.is_some());
        return if is_skeleton {
            Ok(skeleton(&inventory, &sources))
        } else {
            Err(no_apps_found(&files, &inventory))
        };
    }
    // How many targets fit into the state depends on their names, which the parser of the configuration checks.
    let mut last = None;
    for limit in (1..=known).rev() {
        let text = write::config(&inventory, &sources, limit);
        match Config::parse(&text, path) {
            Ok(_) => {
                return Ok(Generated {
                    text,
                    targets: limit,
                    commented: inventory.apps.len() - limit,
                    not_published: inventory.not_published.len(),
                });
            }
            Err(error) => last = Some(error),
        }
    }
    Err(last
        .unwrap_or_else(|| no_apps_found(&files, &inventory))
        .context("the configuration generated from these files is not valid"))
}

/// Generate a configuration whose targets are all commented out.
fn skeleton(inventory: &Inventory, sources: &[String]) -> Generated {
    Generated {
        text: write::config(inventory, sources, 0),
        targets: 0,
        commented: inventory.apps.len(),
        not_published: inventory.not_published.len(),
    }
}

fn no_apps_found(files: &[SourceFile], inventory: &Inventory) -> Error {
    let missing: BTreeSet<&MissingValue> =
        inventory.apps.iter().filter_map(|app| app.address.as_ref().err()).collect();
    let hint = missing
        .iter()
        .copied()
        .chain(inventory.incomplete.iter().map(|one| &one.missing))
        .next()
        .map(MissingValue::hint);
    let read: Vec<String> = files.iter().map(|file| file.path.display().to_string()).collect();
    let containers = inventory.not_published.len();
    let error = Error::usage("no app with a public host name was found");
    let error = match read.as_slice() {
        [] => error.cause(
            "these paths contain no Compose file, no *.tf, no Caddyfile and no configuration of cloudflared or Traefik",
        ),
        _ => error.cause(format!(
            "read {}; {}",
            summarize(&read),
            crate::text::plural(containers, "container") + " not monitored"
        )),
    };
    let error = inventory.remarks.iter().fold(error, |error, remark| error.cause(remark));
    if missing.is_empty() {
        let hidden = inventory.not_published.iter().take(MAX_SHOWN);
        let error = hidden.fold(error, |error, one| error.cause(format!("{}: {}", one.name, one.reason)));
        return error.hint(hint.unwrap_or(
            "also pass the file that has the host names (cloudflare.tf, cloudflared's config.yml), or start with \
             `plexmon-deploy init --url https://...` and add the others by hand",
        ));
    }
    let missing: Vec<String> = missing.into_iter().map(MissingValue::to_string).collect();
    let apps = crate::text::plural(inventory.apps.len(), "app");
    error
        .cause(format!("the host names of {apps} depend on {}", summarize(&missing)))
        .hint(hint.unwrap_or_default())
}

/// Format a list, and shorten a long one.
fn summarize(names: &[String]) -> String {
    if names.len() <= 5 {
        names.join(", ")
    } else {
        format!("{} and {} more", names[..4].join(", "), names.len() - 4)
    }
}

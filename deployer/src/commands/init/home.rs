//! `init --from`: finds and reads the files of a home. With `disk`, the only part of the import that touches one.

mod disk;
mod gather;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use disk::Disk;
use gather::gather;

use crate::config::Config;
use crate::error::{Error, Result};
use crate::import::{self, File, Inventory, Missing, write};

/// Containers that an error lists.
const MOST_SHOWN: usize = 5;

/// A configuration that was made from a home's own files.
pub struct Made {
    pub text: String,
    pub targets: usize,
    pub commented: usize,
    pub unseen: usize,
}

/// Reads what is at `paths` and makes a configuration of it, to be written to `path`.
pub fn import(paths: &[PathBuf], path: &Path) -> Result<Made> {
    let gathered = gather(paths)?;
    let mut inventory = import::read(&gathered.files, &Disk::new(paths))?;
    inventory.remarks.extend(gathered.remarks());
    let files = gathered.files;
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
    let missing: BTreeSet<&Missing> =
        inventory.apps.iter().filter_map(|app| app.address.as_ref().err()).collect();
    let hint = missing
        .iter()
        .copied()
        .chain(inventory.gaps.iter().map(|gap| &gap.missing))
        .next()
        .map(Missing::hint);
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
            crate::text::plural(containers, "container") + " not seen from outside"
        )),
    };
    let error = inventory.remarks.iter().fold(error, |error, remark| error.cause(remark));
    if missing.is_empty() {
        let hidden = inventory.unseen.iter().take(MOST_SHOWN);
        let error = hidden.fold(error, |error, one| error.cause(format!("{}: {}", one.name, one.why)));
        return error.hint(hint.unwrap_or(
            "name the file that has the host names, too (cloudflare.tf, cloudflared's config.yml), or start with \
             `plexmon-deploy init --url https://...` and add the others by hand",
        ));
    }
    let missing: Vec<String> = missing.into_iter().map(Missing::to_string).collect();
    let apps = crate::text::plural(inventory.apps.len(), "app");
    error
        .cause(format!("the host names of {apps} depend on {}", shown(&missing)))
        .hint(hint.unwrap_or_default())
}

/// Some of them, if there are many.
fn shown(names: &[String]) -> String {
    if names.len() <= 5 {
        names.join(", ")
    } else {
        format!("{} and {} more", names[..4].join(", "), names.len() - 4)
    }
}

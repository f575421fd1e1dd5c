//! `init`: a commented `config.toml` to start from, or one made from a home's own files. Never overwrites one.

mod home;

use std::io::Write as _;
use std::path::Path;

use crate::cli::Init;
use crate::config::Config;
use crate::context::Context;
use crate::error::{Error, Exit, Result};
use crate::text::plural;

/// The example has every setting; the address in it is replaced.
const EXAMPLE: &str = include_str!("../../../config.example.toml");
const PROMPT: &str = "The address of your Plex, as your phone uses it (https://...): ";
const EXAMPLE_URL: &str = "https://plex.example.com";
const NEXT_AFTER_IMPORT: &str = "next: read it through, then `plexmon-deploy check`, then set the variables that it \
names, then `plexmon-deploy up`";
const NEXT_AFTER_SKELETON: &str = "next: no public host name was found, so every target is commented out. Put the host \
names in and remove the `# ` before the targets that you want, then `plexmon-deploy check`";

pub async fn run(context: &Context, args: &Init) -> Result<Exit> {
    let Context { global, output, interrupt } = context;
    let path = &global.config;
    if path.exists() {
        return Err(exists(path));
    }
    if !args.from.is_empty() {
        let made = home::import(&args.from, path)?;
        write(path, &made.text)?;
        output.document(&serde_json::json!({
            "written": path, "targets": made.targets, "commented_out": made.commented, "not_seen": made.unseen,
        }))?;
        output.text(format!("wrote {}: {}", path.display(), summary(&made)))?;
        output.note(if made.targets == 0 { NEXT_AFTER_SKELETON } else { NEXT_AFTER_IMPORT });
        return Ok(Exit::Success);
    }
    let url = match &args.url {
        Some(url) => url.clone(),
        None => {
            output.line(PROMPT, "name the address with --url https://plex.example.com", interrupt).await?
        }
    };
    let quoted = toml::Value::String(url.trim().to_owned()).to_string();
    let text = EXAMPLE.replace(&format!("\"{EXAMPLE_URL}\""), &quoted);
    Config::parse(&text, path).map_err(|error| {
        error.context("that address cannot be watched").hint("for example: --url https://plex.example.com")
    })?;
    write(path, &text)?;
    output.document(&serde_json::json!({ "written": path }))?;
    output.text(format!("wrote {}", path.display()))?;
    output.note(
        "next: `plexmon-deploy check`, then set PUSHOVER_TOKEN and PUSHOVER_USER, then `plexmon-deploy up`",
    );
    Ok(Exit::Success)
}

/// `3 targets, 1 commented out, 2 containers not seen from outside`.
fn summary(made: &home::Made) -> String {
    let mut parts = vec![plural(made.targets, "target")];
    if made.commented > 0 {
        parts.push(format!("{} commented out", made.commented));
    }
    if made.unseen > 0 {
        parts.push(format!("{} not seen from outside", plural(made.unseen, "container")));
    }
    parts.join(", ")
}

/// A new file, whole or not at all.
fn write(path: &Path, text: &str) -> Result<()> {
    let mut file = std::fs::File::create_new(path).map_err(|error| {
        if error.kind() == std::io::ErrorKind::AlreadyExists {
            exists(path)
        } else {
            unwritable(path, &error)
        }
    })?;
    if let Err(error) = file.write_all(text.as_bytes()).and_then(|()| file.sync_all()) {
        // Half a file would look like a whole one to the next command.
        let _ = std::fs::remove_file(path);
        return Err(unwritable(path, &error));
    }
    Ok(())
}

fn exists(path: &Path) -> Error {
    Error::usage(format!("`{}` exists already and is left as it is", path.display()))
        .hint("edit it, or name another file with --config PATH")
}

fn unwritable(path: &Path, error: &std::io::Error) -> Error {
    Error::new(format!("could not write `{}`", path.display()))
        .cause(error)
        .hint("choose a folder that you may write to, with room on its disk")
}

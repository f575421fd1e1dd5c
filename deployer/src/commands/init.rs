//! `init`: write a commented `config.toml`, from the example or from a home's own files. Never overwrite a file.

mod from_files;

use std::io::Write as _;
use std::path::Path;

use crate::cli::Init;
use crate::config::Config;
use crate::context::Context;
use crate::error::{Error, Exit, Result};
use crate::text::plural;

/// The example has every setting; the address in it is replaced.
const EXAMPLE: &str = include_str!("../../../config.example.toml");
const PROMPT: &str = "Public address of your Plex (https://...): ";
const EXAMPLE_URL: &str = "https://plex.example.com";
const NEXT_AFTER_IMPORT: &str = "next: review it, run `plexmon-deploy check`, set the environment variables that it \
names, then run `plexmon-deploy up`";
const NEXT_AFTER_SKELETON: &str = "next: no public host name was found, so every target is commented out. Enter the \
host names, remove the `# ` before the targets that you want, then run `plexmon-deploy check`";

pub async fn run(context: &Context, args: &Init) -> Result<Exit> {
    let Context { global, output, interrupt } = context;
    let path = &global.config;
    if path.exists() {
        return Err(exists(path));
    }
    if !args.from.is_empty() {
        let generated = from_files::generate(&args.from, path)?;
        write(path, &generated.text)?;
        output.document(&serde_json::json!({
            "written": path, "targets": generated.targets, "commented_out": generated.commented, "not_seen": generated.not_published,
        }))?;
        output.text(format!("wrote {}: {}", path.display(), summary(&generated)))?;
        output.note(if generated.targets == 0 { NEXT_AFTER_SKELETON } else { NEXT_AFTER_IMPORT });
        return Ok(Exit::Success);
    }
    let url = match &args.url {
        Some(url) => url.clone(),
        None => {
            output.line(PROMPT, "pass the address with --url https://plex.example.com", interrupt).await?
        }
    };
    let quoted = toml::Value::String(url.trim().to_owned()).to_string();
    let text = EXAMPLE.replace(&format!("\"{EXAMPLE_URL}\""), &quoted);
    Config::parse(&text, path).map_err(|error| {
        error.context("this address cannot be monitored").hint("for example: --url https://plex.example.com")
    })?;
    write(path, &text)?;
    output.document(&serde_json::json!({ "written": path }))?;
    output.text(format!("wrote {}", path.display()))?;
    output.note(
        "next: run `plexmon-deploy check`, set PUSHOVER_TOKEN and PUSHOVER_USER, then run `plexmon-deploy up`",
    );
    Ok(Exit::Success)
}

/// `3 targets, 1 commented out, 2 containers not monitored`.
fn summary(generated: &from_files::Generated) -> String {
    let mut parts = vec![plural(generated.targets, "target")];
    if generated.commented > 0 {
        parts.push(format!("{} commented out", generated.commented));
    }
    if generated.not_published > 0 {
        parts.push(format!("{} not monitored", plural(generated.not_published, "container")));
    }
    parts.join(", ")
}

/// Write a new file completely, or leave none behind.
fn write(path: &Path, text: &str) -> Result<()> {
    let mut file = std::fs::File::create_new(path).map_err(|error| {
        if error.kind() == std::io::ErrorKind::AlreadyExists {
            exists(path)
        } else {
            unwritable(path, &error)
        }
    })?;
    if let Err(error) = file.write_all(text.as_bytes()).and_then(|()| file.sync_all()) {
        // The next command could not distinguish a partial file from a complete one.
        let _ = std::fs::remove_file(path);
        return Err(unwritable(path, &error));
    }
    Ok(())
}

fn exists(path: &Path) -> Error {
    Error::usage(format!("`{}` already exists and was not changed", path.display()))
        .hint("edit it, or choose another file with --config PATH")
}

fn unwritable(path: &Path, error: &std::io::Error) -> Error {
    Error::new(format!("could not write `{}`", path.display()))
        .cause(error)
        .hint("choose a writable folder on a disk with free space")
}

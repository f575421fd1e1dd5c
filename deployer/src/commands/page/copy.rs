//! `--out`: the status page as static files, made of what is stored now.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use plexmon_function::contract::announcement::parameter;
use plexmon_function::contract::settings::{Settings, Target};
use plexmon_function::page::{self, Data, data};
use plexmon_function::time;
use serde::Serialize;

use crate::announcements::Board;
use crate::error::{Context as _, Error, Exit, Result};
use crate::files::Unnamed;
use crate::session::Session;
use crate::stack::Observed;

/// The folder of the badges, below that of the page.
const BADGES: &str = "badge";

#[derive(Serialize)]
struct Document<'a> {
    folder: &'a Path,
    files: Vec<&'a str>,
}

/// Fail early if the folder cannot be one.
pub(super) fn check(folder: &Path) -> Result<()> {
    match folder.metadata() {
        Ok(existing) if !existing.is_dir() => {
            Err(Error::usage(format!("`{}` is a file, not a folder", folder.display()))
                .hint("choose another folder for --out"))
        }
        _ => Ok(()),
    }
}

/// Write the page. No file is ever half-written, and the page itself is the last one to be replaced.
pub(super) async fn write(session: &Session, observed: &Observed, folder: &Path) -> Result<Exit> {
    let config = &session.config;
    if let Some(problem) = &config.unpublishable {
        return Err(problem.clone());
    }
    if !config.targets.iter().any(Target::is_public) {
        return Err(Error::usage("the page would have nothing to show: no target is public")
            .hint("set `public = true` in the [[target]] tables that visitors may see"));
    }
    let data = stored(session, observed).await?;
    // Without [page], the settings of the function do not have it.
    let schedule = Some(config.schedule.expression().to_owned());
    let settings = Settings { schedule, ..config.settings() };
    let mut files = page::files(&settings, &data, time::now());
    files.sort_by_key(|(path, _)| path == "index.html");
    create(&folder.join(BADGES))?;
    let mut complete = Vec::new();
    for (path, content) in &files {
        complete.push(Unnamed::write(&folder.join(path), content)?);
    }
    complete.into_iter().try_for_each(Unnamed::persist)?;
    let paths: Vec<&str> = files.iter().map(|(path, _)| path.as_str()).collect();
    warn_of_others(session, folder, &paths);
    session.output.text(format!("wrote {} files to {}", paths.len(), folder.display()))?;
    session.output.document(&Document { folder, files: paths })?;
    Ok(Exit::Success)
}

/// Return what the page would read.
async fn stored(session: &Session, observed: &Observed) -> Result<Data> {
    let state = observed.read_state().context(|| "the state cannot be read")?;
    let (records, has_failed) = data::records(observed.history.iter().map(String::as_str));
    if has_failed {
        session.output.warning("a part of the history cannot be read: the page lacks it");
    }
    let name = parameter(&observed.names.state_parameter);
    let board = Board { aws: &session.aws, parameter: &name, deployment: &session.config.name };
    let announcements = session.unless_interrupted(board.read()).await?.unwrap_or_default().announcements;
    Ok(Data { state, records, is_history_incomplete: has_failed, announcements, failing_since: None })
}

fn create(folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder)
        .context(|| format!("could not create the folder `{}`", folder.display()))
        .map_err(|error| error.hint("choose a folder that you may write to"))
}

/// Warn about badges that an earlier page had: an app that is no longer public may be among them.
fn warn_of_others(session: &Session, folder: &Path, paths: &[&str]) {
    let Ok(entries) = folder.join(BADGES).read_dir() else { return };
    let own: BTreeSet<PathBuf> = paths.iter().map(|path| folder.join(path)).collect();
    let others = entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| !own.contains(path));
    let mut others: Vec<String> = others.map(|path| path.display().to_string()).collect();
    others.sort();
    if !others.is_empty() {
        session.output.warning(&format!("not part of the page, but in its folder: {}", others.join(", ")));
    }
}

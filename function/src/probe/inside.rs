//! What an app says about itself: once the target has answered, each check sends requests of its own to the same host.
//!
//! [`client`] sends them, and [`disk`], [`backup`], [`kuma`] and [`plex`] evaluate what is answered. What they find is
//! only a warning, except that libraries of Plex that do not answer are an outage. [`cloud`] asks the status page of the
//! service behind an app.

mod backup;
mod client;
pub mod cloud;
mod disk;
mod finding;
mod kuma;
mod plex;

use self::client::Client;
pub(super) use self::client::Route;
use self::finding::Failed;
use super::error::ProbeError;
use super::finding::{Finding, Level};
use super::recorder::Recorder;
use crate::contract::settings::InsideCheck;

/// Make all checks of a target, one after the other. An error is an outage.
pub(super) async fn check(route: Route<'_>, recorder: &mut Recorder) -> Result<(), ProbeError> {
    let checks = &route.target.inside;
    let client = Client::new(route);
    for check in checks {
        match findings(check, &client).await {
            Ok(findings) => recorder.add_findings(findings),
            Err(Failed::Unknown(why)) => recorder.add_findings([unknown(check, &why)]),
            Err(Failed::Refused(why)) => {
                recorder.set_secret_refused();
                recorder.add_findings([refused(check, why)]);
            }
            Err(Failed::Down(error)) => return Err(error),
        }
    }
    Ok(())
}

async fn findings(check: &InsideCheck, client: &Client<'_>) -> Result<Vec<Finding>, Failed> {
    match check {
        InsideCheck::Disk { api, min, paths } => disk::check(client, api, min, paths).await,
        InsideCheck::Backup { max_age_s, control } => backup::check(client, *max_age_s, *control).await,
        InsideCheck::Kuma { slug } => kuma::check(client, slug).await,
        InsideCheck::PlexLibraries => plex::check(client).await,
    }
}

/// Return the finding that nothing is known of a check. What it found before still counts.
fn unknown(check: &InsideCheck, why: &str) -> Finding {
    let (name, subject) = match check {
        InsideCheck::Disk { .. } => (disk::NAME, "free space"),
        InsideCheck::Backup { .. } => (backup::NAME, "backups"),
        InsideCheck::Kuma { .. } => (kuma::NAME, "the view from inside"),
        InsideCheck::PlexLibraries => (plex::NAME, "libraries"),
    };
    Finding { key: name.to_owned(), level: Level::Unknown, why: format!("{subject}: {why}") }
}

/// Return the finding that the app refuses the secret. Plex's own cloud may be the cause, which is worth a warning at once.
fn refused(check: &InsideCheck, why: String) -> Finding {
    match check {
        InsideCheck::PlexLibraries => finding::warning(plex::NAME, "token", why),
        _ => unknown(check, &why),
    }
}

//! What becomes public with a status page.

use std::fmt::Write as _;

use super::plural;
use crate::publication::{Change, LeftOut, PublicApp, Publication, Reason};

/// List the apps that become public, by their headings, and those that the page leaves out. A page that only moves shows
/// what it has shown before.
pub fn publication(publication: &Publication) -> String {
    let Publication { change, apps, left_out, has_secret_path } = publication;
    let what = match change {
        Change::New => "is new",
        Change::Opened => "is no longer behind a secret path",
        Change::Moved { from_region } => return moved(from_region),
    };
    let readers = match has_secret_path {
        true => "those who know its secret path",
        false => "anyone who finds its address",
    };
    let mut text = format!("the status page {what}: {readers} can see {}", plural(apps.len(), "app"));
    let mut heading = None;
    for app in apps {
        if app.group.is_some() && app.group.as_ref() != heading {
            heading = app.group.as_ref();
            let _ = write!(text, "\n  {}", app.group.as_deref().unwrap_or_default());
        }
        let indent = if app.group.is_some() { 4 } else { 2 };
        let _ = write!(text, "\n{:indent$}{}", "", labelled(app));
    }
    if !left_out.is_empty() {
        let all: Vec<String> = left_out.iter().map(excluded).collect();
        let _ = write!(text, "\n  not on the page: {}", all.join(", "));
    }
    text
}

/// Return one line about it, for a comment on a plan.
pub fn publication_line(publication: &Publication) -> String {
    let apps: Vec<String> = publication.apps.iter().map(labelled).collect();
    let what = match &publication.change {
        Change::New => "is new",
        Change::Opened => "is no longer behind a secret path",
        Change::Moved { from_region } => return moved(from_region),
    };
    format!("the status page {what} and makes {} public: {}", plural(apps.len(), "app"), apps.join(", "))
}

fn moved(from: &str) -> String {
    format!("the status page moves from {from} to another region: its address changes")
}

/// Return the question before the plan is applied.
pub fn publication_question(publication: &Publication) -> String {
    match publication.apps.len() {
        _ if matches!(publication.change, Change::Moved { .. }) => "Apply this plan?".to_owned(),
        1 => "Apply, and make this app public?".to_owned(),
        count => format!("Apply, and make these {count} apps public?"),
    }
}

fn labelled(PublicApp { name, label, .. }: &PublicApp) -> String {
    if name == label { label.clone() } else { format!("{label} ({name})") }
}

fn excluded(LeftOut { name, reason }: &LeftOut) -> String {
    let why = match reason {
        Reason::NotPublic => "`public = false`",
        Reason::Access => "behind Access",
        Reason::Closed => "checked to be closed",
    };
    format!("{name} ({why})")
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    fn app(name: &str, label: &str, group: Option<&str>) -> PublicApp {
        PublicApp { name: name.to_owned(), label: label.to_owned(), group: group.map(str::to_owned) }
    }

    #[test]
    fn apps_are_listed_by_their_headings() {
        let all = Publication {
            change: Change::New,
            apps: vec![
                app("requests", "requests", None),
                app("plex", "Films", Some("Media")),
                app("jellyfin", "jellyfin", Some("Media")),
                app("books", "Books", Some("Reading")),
            ],
            left_out: vec![
                LeftOut { name: "sonarr".to_owned(), reason: Reason::Access },
                LeftOut { name: "nas".to_owned(), reason: Reason::Closed },
                LeftOut { name: "wiki".to_owned(), reason: Reason::NotPublic },
            ],
            has_secret_path: false,
        };
        assert_snapshot!(publication(&all), @r"
        the status page is new: anyone who finds its address can see 4 apps
          requests
          Media
            Films (plex)
            jellyfin
          Reading
            Books (books)
          not on the page: sonarr (behind Access), nas (checked to be closed), wiki (`public = false`)
        ");
        assert_snapshot!(publication_line(&all), @"the status page is new and makes 4 apps public: requests, Films (plex), jellyfin, Books (books)");
        assert_eq!(publication_question(&all), "Apply, and make these 4 apps public?");
    }

    #[test]
    fn one_app_needs_no_heading() {
        let one = Publication {
            change: Change::New,
            apps: vec![app("plex", "plex", None)],
            left_out: Vec::new(),
            has_secret_path: true,
        };
        assert_snapshot!(publication(&one), @r"
        the status page is new: those who know its secret path can see 1 app
          plex
        ");
        assert_eq!(publication_question(&one), "Apply, and make this app public?");
    }

    #[test]
    fn a_page_that_loses_its_secret_path_becomes_public_and_one_that_moves_does_not() {
        let of = |change| Publication {
            change,
            apps: vec![app("plex", "plex", None)],
            left_out: Vec::new(),
            has_secret_path: false,
        };
        let opened = of(Change::Opened);
        assert_snapshot!(publication(&opened), @r"
        the status page is no longer behind a secret path: anyone who finds its address can see 1 app
          plex
        ");
        assert_snapshot!(publication_line(&opened), @"the status page is no longer behind a secret path and makes 1 app public: plex");
        assert_eq!(publication_question(&opened), "Apply, and make this app public?");
        let moved = of(Change::Moved { from_region: "us-west-2".to_owned() });
        let line = "the status page moves from us-west-2 to another region: its address changes";
        assert_eq!((publication(&moved), publication_line(&moved)), (line.to_owned(), line.to_owned()));
        assert_eq!(publication_question(&moved), "Apply this plan?");
    }
}

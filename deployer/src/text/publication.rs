//! What becomes public with a status page.

use std::fmt::Write as _;

use super::plural;
use crate::publication::{LeftOut, PublicApp, Publication, Reason};

/// List the apps that a new page shows, by their headings, and those that it leaves out.
pub fn publication(publication: &Publication) -> String {
    let Publication { apps, left_out, has_secret_path } = publication;
    let readers = match has_secret_path {
        true => "those who know its secret path",
        false => "anyone who finds its address",
    };
    let mut text = format!("the status page is new: {readers} can see {}", plural(apps.len(), "app"));
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
    format!("the status page is new and makes {} public: {}", plural(apps.len(), "app"), apps.join(", "))
}

/// Return the question before it becomes public.
pub fn publication_question(publication: &Publication) -> String {
    match publication.apps.len() {
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
        Reason::Closed => "must be closed",
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
          not on the page: sonarr (behind Access), nas (must be closed), wiki (`public = false`)
        ");
        assert_snapshot!(publication_line(&all), @"the status page is new and makes 4 apps public: requests, Films (plex), jellyfin, Books (books)");
        assert_eq!(publication_question(&all), "Apply, and make these 4 apps public?");
    }

    #[test]
    fn one_app_needs_no_heading() {
        let one = Publication {
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
}

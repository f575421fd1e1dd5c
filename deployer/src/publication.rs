//! What the status page makes public: which apps, under which names and headings, and which are left out.

use plexmon_function::contract::settings::{Expect, Target};
use plexmon_function::page::{self, Data};
use serde::Serialize;

use crate::config::Config;

/// What visitors may see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Publication {
    #[serde(flatten)]
    pub change: Change,
    pub apps: Vec<PublicApp>,
    pub left_out: Vec<LeftOut>,
    /// Whether visitors need to know a secret path.
    pub has_secret_path: bool,
}

/// How a plan changes who can see the page, or where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Change {
    /// No page is public yet.
    New,
    /// The page had a secret path, and has none now.
    Opened,
    /// It was public in another region, and so at another address.
    Moved { from_region: String },
}

/// An app on the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PublicApp {
    /// Its name in the configuration, which is public as well: in the addresses of badges, for example.
    pub name: String,
    pub label: String,
    /// Its heading.
    pub group: Option<String>,
}

/// A target that is not on the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    pub name: String,
    pub reason: Reason,
}

/// Why a target is not on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The configuration says so.
    NotPublic,
    /// It is behind Cloudflare Access.
    Access,
    /// It must refuse requests.
    Closed,
}

impl Publication {
    /// Return what the configured page shows; nothing without a page.
    pub fn of(config: &Config, change: Change) -> Option<Self> {
        let page = config.page.as_ref()?;
        // The page's own code decides what is shown, and under which heading.
        let view = page::View::new(&config.settings(), &Data::default(), 0);
        let app = |group: &Option<String>, app: &page::view::App| PublicApp {
            name: app.name.clone(),
            label: app.label.clone(),
            group: group.clone(),
        };
        let apps = view.groups.iter().flat_map(|group| group.apps.iter().map(|one| app(&group.name, one)));
        let others = config.targets.iter().filter(|target| !target.is_public());
        Some(Self {
            change,
            apps: apps.collect(),
            left_out: others.filter_map(|target| LeftOut::of(target, &config.targets)).collect(),
            has_secret_path: page.secret_path.is_some(),
        })
    }
}

impl LeftOut {
    /// Nothing for the second target of one that must be closed: it is no app.
    fn of(target: &Target, all: &[Target]) -> Option<Self> {
        let is_refusal = target.expect == Expect::Refusal;
        let is_second = |other: &Target| {
            other.name != target.name && other.url == target.url && other.expect == Expect::Answer
        };
        if is_refusal && all.iter().any(is_second) {
            return None;
        }
        let reason = match (target.public, is_refusal) {
            (Some(false), _) => Reason::NotPublic,
            (_, true) => Reason::Closed,
            (_, false) => Reason::Access,
        };
        Some(Self { name: target.name.clone(), reason })
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn of(targets: &[&str], page: &str) -> Option<Publication> {
        let targets: String = targets.iter().map(|lines| format!("[[target]]\n{lines}\n")).collect();
        Publication::of(
            &Config::parse(&format!("{targets}{page}"), Path::new("config.toml")).unwrap(),
            Change::New,
        )
    }

    const ACCESS: &str = "access = { id = { env = \"A\" }, secret = { env = \"B\" } }";

    #[test]
    fn what_is_listed_is_what_the_page_shows() {
        let closed =
            format!("name = \"sonarr\"\nurl = \"https://s.example.com\"\n{ACCESS}\nexposure = \"closed\"");
        let targets = [
            "name = \"plex\"\nurl = \"https://p.example.com\"\nlabel = \"Films\"\ngroup = \"Media\"",
            "name = \"wiki\"\nurl = \"https://w.example.com\"\npublic = false",
            &closed,
            "name = \"nas\"\nurl = \"https://n.example.com\"\nexposure = \"closed\"",
            "name = \"requests\"\nurl = \"https://r.example.com\"",
        ];
        let publication = of(&targets, "[page]\nsecret_path = { env = \"PAGE_PATH\" }").unwrap();
        let apps: Vec<_> = publication
            .apps
            .iter()
            .map(|app| (app.name.as_str(), app.label.as_str(), app.group.as_deref()))
            .collect();
        assert_eq!(apps, [("plex", "Films", Some("Media")), ("requests", "requests", None)]);
        let left_out: Vec<_> =
            publication.left_out.iter().map(|one| (one.name.as_str(), one.reason)).collect();
        assert_eq!(
            left_out,
            [("wiki", Reason::NotPublic), ("sonarr", Reason::Access), ("nas", Reason::Closed)]
        );
        assert!(publication.has_secret_path);
    }

    #[test]
    fn without_a_page_nothing_is_public() {
        assert_eq!(of(&["name = \"plex\"\nurl = \"https://p.example.com\""], ""), None);
    }
}

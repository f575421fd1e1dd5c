//! Links within the repository lead to a file, and to a heading in it.

use std::path::{Component, Path, PathBuf};

use super::pages::{Page, all, root};

/// How a form of GitHub refers to a file: from `issues/new`.
const OF_A_FORM: &str = "../blob/HEAD/";

#[test]
fn every_link_resolves() {
    let broken: Vec<String> = all().iter().flat_map(broken).collect();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn a_broken_link_is_reported() {
    for (link, is_broken) in [
        ("[a](../../README.md)", false),
        ("[a](aws.md#costs)", false),
        ("[a](#a-heading-of-its-own)", false),
        ("[a](../blob/HEAD/README.md)", false),
        ("[a](https://example.com/nothing)", false),
        ("`[a](in-code.md)`", false),
        ("[a](../../READ.md)", true),
        ("[a](aws.md#cost)", true),
        ("[a](#another)", true),
        ("[`code` and\nmore](nothing.md)", true),
    ] {
        let page = Page::sample(&format!("# A heading, of `its` own\n\n{link}\n"));
        assert_eq!(!broken(&page).is_empty(), is_broken, "{link}");
    }
}

/// Return the links of a page whose target does not exist.
fn broken(page: &Page) -> Vec<String> {
    let link = regex_lite::Regex::new(r"\[[^\]]*\]\(([^)\s]+)\)").unwrap();
    let prose = page.prose();
    let links = link.captures_iter(&prose).map(|found| found.get(1).unwrap().as_str());
    let inside = links.filter(|link| !link.starts_with("https://"));
    inside
        .filter(|link| !leads_somewhere(page, link))
        .map(|link| format!("{}: `{link}` leads nowhere", page.path.display()))
        .collect()
}

fn leads_somewhere(page: &Page, link: &str) -> bool {
    let (path, anchor) = link.split_once('#').map_or((link, None), |(path, anchor)| (path, Some(anchor)));
    let path = match path.strip_prefix(OF_A_FORM) {
        Some(path) => PathBuf::from(path),
        None if path.is_empty() => page.path.clone(),
        None => normal(&page.path.parent().unwrap().join(path)),
    };
    if !root().join(&path).exists() {
        return false;
    }
    let has = |page: &Page, anchor: &str| page.lines().filter_map(slug).any(|slug| slug == anchor);
    match anchor {
        None => true,
        Some(anchor) if path == page.path => has(page, anchor),
        Some(anchor) => has(&Page::read(path), anchor),
    }
}

/// Return the anchor that GitHub gives a heading.
fn slug(line: &str) -> Option<String> {
    let heading = line.strip_prefix('#')?.trim_start_matches('#').strip_prefix(' ')?;
    let kept = heading.trim().to_lowercase();
    let kept = kept.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    Some(kept.map(|c| if c == ' ' { '-' } else { c }).collect())
}

fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => drop(normal.pop()),
            other => normal.push(other),
        }
    }
    normal
}

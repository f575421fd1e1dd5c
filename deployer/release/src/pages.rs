//! The documentation of an archive. It is laid out flatter than the repository, so links are adapted; a link to a file
//! that is not in the archive becomes plain text.

use std::collections::BTreeMap;
use std::path::Path;

use regex_lite::{Captures, Regex};

use crate::error::{Context as _, Result};

/// Files of the repository, and where they are in the archive.
const FILES: [(&str, &str); 4] = [
    ("README.md", "README.md"),
    ("LICENSE", "LICENSE"),
    ("deployer/CHANGELOG.md", "CHANGELOG.md"),
    ("config.example.toml", "config.example.toml"),
];

/// A folder of pages, and where it is in the archive.
const DOCS: (&str, &str) = ("deployer/docs", "docs");

/// Read all pages, by their paths in the archive.
pub fn pages(root: &Path) -> Result<BTreeMap<String, Vec<u8>>> {
    let mut places: BTreeMap<String, String> =
        FILES.iter().map(|(from, to)| ((*from).to_owned(), (*to).to_owned())).collect();
    let (from, to) = DOCS;
    let folder = root.join(from);
    for entry in std::fs::read_dir(&folder).context(|| format!("could not read `{}`", folder.display()))? {
        let name = entry.context(|| format!("could not read `{}`", folder.display()))?.file_name();
        let name = name.to_string_lossy();
        if Path::new(&*name).extension().is_some_and(|extension| extension == "md") {
            places.insert(format!("{from}/{name}"), format!("{to}/{name}"));
        }
    }
    let mut pages = BTreeMap::new();
    for (from, to) in &places {
        let path = root.join(from);
        let text =
            std::fs::read_to_string(&path).context(|| format!("could not read `{}`", path.display()))?;
        let text = if from.ends_with(".md") { adapted(&text, from, &places) } else { text };
        pages.insert(to.clone(), text.into_bytes());
    }
    Ok(pages)
}

/// Adapt the links outside of code blocks.
fn adapted(text: &str, from: &str, places: &BTreeMap<String, String>) -> String {
    let Ok(link) = Regex::new(r"!?\[([^\[\]]*)\]\(([^)\s]+)\)") else { return text.to_owned() };
    let replace = |found: &Captures<'_>| {
        let (whole, text, target) = (&found[0], &found[1], &found[2]);
        match moved(target, from, places) {
            Moved::Same => whole.to_owned(),
            Moved::To(target) => {
                format!("{}[{text}]({target})", if whole.starts_with('!') { "!" } else { "" })
            }
            Moved::Missing => text.to_owned(),
        }
    };
    let blocks = text.split("\n```");
    let adapt = |(number, block): (usize, &str)| match number % 2 {
        0 => link.replace_all(block, replace).into_owned(),
        _ => block.to_owned(),
    };
    blocks.enumerate().map(adapt).collect::<Vec<_>>().join("\n```")
}

/// What becomes of the target of a link.
enum Moved {
    Same,
    To(String),
    Missing,
}

fn moved(target: &str, from: &str, places: &BTreeMap<String, String>) -> Moved {
    let (path, anchor) =
        target.split_once('#').map_or((target, String::new()), |(path, anchor)| (path, format!("#{anchor}")));
    if path.is_empty() || path.contains("://") || path.starts_with("mailto:") {
        return Moved::Same;
    }
    let in_repository = joined(from, path);
    match (places.get(&in_repository), places.get(from)) {
        (Some(to), Some(page)) => Moved::To(format!("{}{anchor}", relative(page, to))),
        _ => Moved::Missing,
    }
}

/// The path that a link in the page `from` leads to.
fn joined(from: &str, link: &str) -> String {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in link.split('/') {
        match part {
            "." | "" => {}
            ".." => drop(parts.pop()),
            other => parts.push(other),
        }
    }
    parts.join("/")
}

/// The link to `to` in the page `from`; pages are at most one folder deep.
fn relative(from: &str, to: &str) -> String {
    match (from.split_once('/'), to.split_once('/')) {
        (Some((folder, _)), Some((other, file))) if folder == other => file.to_owned(),
        (Some(_), _) => format!("../{to}"),
        (None, _) => to.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cargo::root;

    fn places() -> BTreeMap<String, String> {
        let places = [("README.md", "README.md"), ("deployer/docs/aws.md", "docs/aws.md")];
        let more = [("deployer/CHANGELOG.md", "CHANGELOG.md"), ("deployer/docs/homes.md", "docs/homes.md")];
        places.into_iter().chain(more).map(|(from, to)| (from.to_owned(), to.to_owned())).collect()
    }

    #[test]
    fn links_follow_the_files() {
        for (from, text, expected) in [
            ("README.md", "[AWS](deployer/docs/aws.md#costs)", "[AWS](docs/aws.md#costs)"),
            ("README.md", "[news](deployer/CHANGELOG.md)", "[news](CHANGELOG.md)"),
            ("README.md", "[below](#use-it)", "[below](#use-it)"),
            (
                "README.md",
                "[keep](https://keepachangelog.com/a.md)",
                "[keep](https://keepachangelog.com/a.md)",
            ),
            (
                "README.md",
                "[Contributing](.github/CONTRIBUTING.md), [`a`\nb](src/a.rs)",
                "Contributing, `a`\nb",
            ),
            ("README.md", "![picture](deployer/docs/aws.md)", "![picture](docs/aws.md)"),
            ("README.md", "![picture](a.png)", "picture"),
            (
                "README.md",
                "a\n```text\n[a](src/b.rs)\n```\n[c](src/d.rs)",
                "a\n```text\n[a](src/b.rs)\n```\nc",
            ),
            (
                "deployer/docs/homes.md",
                "[a](aws.md#b) [c](../../README.md)",
                "[a](aws.md#b) [c](../README.md)",
            ),
            ("deployer/docs/homes.md", "[a](../CHANGELOG.md) [b](../src/c.rs)", "[a](../CHANGELOG.md) b"),
            ("deployer/CHANGELOG.md", "[a](docs/aws.md)", "[a](docs/aws.md)"),
        ] {
            assert_eq!(adapted(text, from, &places()), expected, "{text}");
        }
    }

    #[test]
    fn every_link_of_the_real_pages_leads_into_the_archive() {
        let pages = pages(&root()).unwrap();
        let link = Regex::new(r"\]\(([^)\s#]+)[^)\s]*\)").unwrap();
        let mut count = 0;
        for (path, text) in pages.iter().filter(|(path, _)| path.ends_with(".md")) {
            let text = String::from_utf8(text.clone()).unwrap();
            let prose: String = text.split("\n```").step_by(2).collect();
            for found in link.captures_iter(&prose).map(|found| found[1].to_owned()) {
                if !found.contains("://") {
                    count += 1;
                    assert!(pages.contains_key(&joined(path, &found)), "{path}: {found}");
                }
            }
        }
        assert!(count > 10, "{count}");
        for path in ["README.md", "LICENSE", "CHANGELOG.md", "config.example.toml", "docs/configuration.md"] {
            assert!(pages.contains_key(path), "{path}");
        }
    }
}

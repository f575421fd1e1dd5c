//! The notes of a release: its section of the changelog.

use crate::error::{Error, Result};

/// Return the section of a tag (`v1.2.0`), without its heading.
pub fn notes<'a>(changelog: &'a str, tag: &str, version: &str) -> Result<&'a str> {
    if tag != format!("v{version}") {
        return Err(Error::new(format!("the tag `{tag}` does not match the version {version}"))
            .hint(format!("tag the release `v{version}`, or change the version in Cargo.toml")));
    }
    let section = section(changelog, version).ok_or_else(|| {
        Error::new(format!("the changelog has no section for {version}")).hint(format!(
            "rename its section \"Unreleased\" to `## [{version}] - YYYY-MM-DD`, and start a new one"
        ))
    })?;
    if section.is_empty() {
        return Err(Error::new(format!("the section for {version} in the changelog is empty"))
            .hint("list there what users notice"));
    }
    Ok(section)
}

/// The text under `## [version] - date`, up to the next heading of that level or the links at the end.
fn section<'a>(changelog: &'a str, version: &str) -> Option<&'a str> {
    let is_heading = |line: &str| is_dated(line, version);
    let start = line_ends(changelog).find(|(line, _)| is_heading(line)).map(|(_, end)| end)?;
    let rest = &changelog[start..];
    let is_end = |line: &str| line.starts_with("## ") || is_link(line);
    let mut end = 0;
    for (line, after) in line_ends(rest) {
        if is_end(line) {
            break;
        }
        end = after;
    }
    Some(rest[..end].trim())
}

/// Each line with the position after it.
fn line_ends(text: &str) -> impl Iterator<Item = (&str, usize)> {
    text.split_inclusive('\n').scan(0, |end, line| {
        *end += line.len();
        Some((line.trim_end(), *end))
    })
}

/// Whether a line is `## [1.2.0] - 2026-11-25`.
fn is_dated(line: &str, version: &str) -> bool {
    let date = line.strip_prefix("## [").and_then(|rest| rest.strip_prefix(version)?.strip_prefix("] - "));
    date.is_some_and(|date| date.parse::<jiff::civil::Date>().is_ok())
}

/// Whether a line is the target of a link: `[1.2.0]: https://...`.
fn is_link(line: &str) -> bool {
    line.starts_with('[') && line.contains("]: ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHANGELOG: &str = "# Changelog\n\nIntroduction.\n\n## [Unreleased]\n\n- Later.\n\n\
        ## [1.2.0] - 2026-11-25\n\n### Added\n\n- First.\n  [More](docs/a.md).\n\n## [1.2.0-rc.1] - 2026-11-20\n\n- Early.\n\n\
        ## [1.1.0] - 2026-10-01\n\n## [1.0.0]\n\n- Without a date.\n\n[1.2.0]: https://example.com\n";

    #[test]
    fn the_section_of_the_tag_is_taken() {
        assert_eq!(
            notes(CHANGELOG, "v1.2.0", "1.2.0").unwrap(),
            "### Added\n\n- First.\n  [More](docs/a.md)."
        );
        assert_eq!(notes(CHANGELOG, "v1.2.0-rc.1", "1.2.0-rc.1").unwrap(), "- Early.");
        let windows = CHANGELOG.replace('\n', "\r\n");
        assert!(notes(&windows, "v1.2.0", "1.2.0").unwrap().starts_with("### Added\r\n"));
    }

    #[test]
    fn a_missing_an_empty_and_an_undated_section_are_refused() {
        for (version, message) in [
            ("1.3.0", "the changelog has no section for 1.3.0"),
            ("1.1.0", "the section for 1.1.0 in the changelog is empty"),
            ("1.0.0", "the changelog has no section for 1.0.0"),
            ("1.2", "the changelog has no section for 1.2"),
        ] {
            let error = notes(CHANGELOG, &format!("v{version}"), version).unwrap_err().to_string();
            assert!(error.contains(message), "{error}");
        }
    }

    #[test]
    fn the_tag_is_the_version() {
        for tag in ["v1.1.0", "1.2.0", "", "v1.2.0 "] {
            let error = notes(CHANGELOG, tag, "1.2.0").unwrap_err().to_string();
            assert!(error.contains("does not match the version 1.2.0"), "{error}");
        }
    }
}

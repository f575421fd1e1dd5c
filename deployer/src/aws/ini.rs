//! The syntax of AWS's configuration files, as the AWS CLI reads it (Python's `configparser`).
//!
//! The SDK is stricter: it rejects indented settings, `:` instead of `=`, and comments within nested settings.

/// `[header]` and the settings below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    pub header: String,
    /// The header's line, counted from 1.
    pub line: usize,
    pub entries: Vec<Entry>,
}

/// `key = value`, optionally with nested `key = value` lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// In lower case.
    pub key: String,
    pub value: String,
    pub nested: Vec<(String, String)>,
}

/// A line that cannot be parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    pub line: usize,
    pub message: &'static str,
}

/// Split the text of a file into its sections.
pub fn sections(text: &str) -> Result<Vec<Section>, SyntaxError> {
    let mut sections: Vec<Section> = Vec::new();
    let mut indentation = 0;
    for (index, raw) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let line = index + 1;
        let failed = |message| SyntaxError { line, message };
        let trimmed = raw.trim();
        if trimmed.is_empty() || trimmed.starts_with(['#', ';']) {
            continue;
        }
        let indented_by = raw.len() - raw.trim_start().len();
        let current = sections.last_mut();
        if let Some(entry) = current.and_then(|section| section.entries.last_mut())
            && indented_by > indentation
        {
            continuation(entry, trimmed).map_err(failed)?;
            continue;
        }
        indentation = indented_by;
        if let Some(rest) = trimmed.strip_prefix('[') {
            let header = rest.rsplit_once(']').ok_or_else(|| failed("a section must end with `]`"))?.0;
            sections.push(Section { header: header.trim().to_owned(), line, entries: Vec::new() });
            continue;
        }
        let section = sections.last_mut().ok_or_else(|| failed("a setting is outside of any section"))?;
        let (key, value) = setting(trimmed).map_err(failed)?;
        section.entries.push(Entry { key: key.to_ascii_lowercase(), value, nested: Vec::new() });
    }
    Ok(sections)
}

fn continuation(entry: &mut Entry, line: &str) -> Result<(), &'static str> {
    if entry.value.is_empty() {
        entry.nested.push(setting(line)?);
    } else {
        entry.value.push('\n');
        entry.value.push_str(without_comment(line));
    }
    Ok(())
}

fn setting(line: &str) -> Result<(String, String), &'static str> {
    let (key, value) = line.split_once(['=', ':']).ok_or("a setting must have the form `name = value`")?;
    let key = key.trim();
    if key.is_empty() {
        return Err("a setting needs a name before its `=`");
    }
    Ok((key.to_owned(), without_comment(value.trim()).to_owned()))
}

/// Remove a comment, which needs whitespace before it.
fn without_comment(value: &str) -> &str {
    let starts = |(at, character): (usize, char)| {
        matches!(character, '#' | ';') && (at == 0 || value[..at].ends_with([' ', '\t']))
    };
    let end = value.char_indices().find(|&found| starts(found)).map_or(value.len(), |(at, _)| at);
    value[..end].trim_end()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Vec<(String, String, String)> {
        let entries = |section: Section| {
            section.entries.into_iter().map(move |entry| (section.header.clone(), entry.key, entry.value))
        };
        sections(text).unwrap().into_iter().flat_map(entries).collect()
    }

    fn entry(section: &str, key: &str, value: &str) -> (String, String, String) {
        (section.to_owned(), key.to_owned(), value.to_owned())
    }

    #[test]
    fn files_that_the_cli_reads_are_read() {
        let text = "\u{feff}# comment\r\n[default]\r\nRegion=eu-west-1\r\n; comment\r\n\r\n[ profile a ] # why\r\n  \
                    region : us-east-1 # home\r\n  sso_start_url = https://a.example/#/\r\n  key = a#b\r\n";
        assert_eq!(
            values(text),
            [
                entry("default", "region", "eu-west-1"),
                entry("profile a", "region", "us-east-1"),
                entry("profile a", "sso_start_url", "https://a.example/#/"),
                entry("profile a", "key", "a#b"),
            ]
        );
    }

    #[test]
    fn nested_settings_belong_to_the_one_above() {
        let text = "[services local]\niam =\n  # comment\n  endpoint_url = http://127.0.0.1:1\n\nssm =\n\tendpoint_url=x\n";
        let nested: Vec<_> = sections(text).unwrap().remove(0).entries;
        assert_eq!(nested[0].nested, [("endpoint_url".to_owned(), "http://127.0.0.1:1".to_owned())]);
        assert_eq!(nested[1].nested, [("endpoint_url".to_owned(), "x".to_owned())]);
    }

    #[test]
    fn an_invalid_line_is_named() {
        let error = |text: &str| {
            let error = sections(text).unwrap_err();
            (error.line, error.message)
        };
        assert_eq!(error("\n[profile a\nregion = b"), (2, "a section must end with `]`"));
        assert_eq!(error("region = b"), (1, "a setting is outside of any section"));
        assert_eq!(error("[default]\nregion"), (2, "a setting must have the form `name = value`"));
        assert_eq!(error("[default]\n= b"), (2, "a setting needs a name before its `=`"));
        assert_eq!(error("[default]\niam =\n  endpoint"), (3, "a setting must have the form `name = value`"));
    }
}

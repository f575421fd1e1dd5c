//! Text in files of the repository that is generated from the code: compared, or written with `PLEXMON_WRITE_DOCS=1`.

use std::path::Path;

/// One generated part of a file.
pub struct Part {
    /// The line before it.
    pub begin: String,
    /// The line after it.
    pub end: String,
    /// What has to be between them.
    pub text: String,
}

impl Part {
    /// A part of a page in Markdown.
    pub fn markdown(name: &str, text: &str) -> Self {
        let begin = format!("<!-- generated: {name} -->\n");
        Self { begin, end: "<!-- end -->".to_owned(), text: format!("\n{}\n\n", text.trim()) }
    }
}

/// Compare all generated parts of a file, whose path is relative to the repository, or write them.
pub fn check(path: &str, parts: &[Part]) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path);
    let found = std::fs::read_to_string(&file).unwrap();
    let mut expected = found.clone();
    for Part { begin, end, text } in parts {
        let (before, rest) = expected
            .split_once(begin.as_str())
            .unwrap_or_else(|| panic!("{path} lacks the line {begin}with the line {end} after it"));
        let (_, after) = rest.split_once(end.as_str()).unwrap_or_else(|| panic!("{path} lacks {end}"));
        expected = format!("{before}{begin}{text}{end}{after}");
    }
    if std::env::var_os("PLEXMON_WRITE_DOCS").is_some() {
        std::fs::write(&file, expected).unwrap();
        return;
    }
    let difference = found.lines().zip(expected.lines()).find(|(found, expected)| found != expected);
    assert!(
        found == expected,
        "{path} does not match the code: write it with PLEXMON_WRITE_DOCS=1. The first difference: {difference:#?}"
    );
}

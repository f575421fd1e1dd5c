//! The pages of the documentation, split into prose and code.

use std::path::{Path, PathBuf};

/// A page, by its path from the root of the repository.
pub struct Page {
    pub path: PathBuf,
    pub text: String,
}

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Return every page that a reader may open.
pub fn all() -> Vec<Page> {
    let mut pages = vec![Page::read("README.md"), Page::read("deployer/CHANGELOG.md")];
    for folder in ["deployer/docs", ".github"] {
        pages.extend(files(&root().join(folder)).iter().map(Page::read));
    }
    pages
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_none_or(|extension| extension != "png") {
            found.push(path.strip_prefix(root()).unwrap().to_owned());
        }
    }
    found.sort();
    found
}

impl Page {
    pub fn read(path: impl AsRef<Path>) -> Self {
        let path = path.as_ref().to_owned();
        let text = std::fs::read_to_string(root().join(&path)).unwrap();
        Self { path, text }
    }

    /// A page of this text, to test the tests.
    pub fn sample(text: &str) -> Self {
        Self { path: PathBuf::from("deployer/docs/homes.md"), text: text.to_owned() }
    }

    /// Return the lines outside of code blocks.
    pub fn lines(&self) -> impl Iterator<Item = &str> {
        self.marked().filter_map(|(line, is_code)| (!is_code).then_some(line))
    }

    /// Return the lines outside of code blocks, without inline code.
    pub fn prose(&self) -> String {
        let text: Vec<&str> = self.lines().collect();
        text.join("\n").split('`').step_by(2).collect::<Vec<_>>().join("")
    }

    /// Return the code blocks in a language, each with the line at which it begins.
    pub fn blocks(&self, language: &str) -> Vec<(usize, String)> {
        let mut blocks = Vec::new();
        let mut current: Option<(usize, String)> = None;
        for (line, text) in (1..).zip(self.text.lines()) {
            match text.trim().strip_prefix("```") {
                Some(name) if current.is_none() && name == language => current = Some((line, String::new())),
                Some(_) => blocks.extend(current.take()),
                None => {
                    if let Some((_, block)) = &mut current {
                        block.push_str(text);
                        block.push('\n');
                    }
                }
            }
        }
        blocks
    }

    /// Return the lines of code blocks without their prompts, and all inline code.
    pub fn code(&self) -> Vec<String> {
        let blocks = self.marked().filter_map(|(line, is_code)| is_code.then_some(line));
        let blocks: Vec<&str> = blocks.map(|line| line.trim_start().trim_start_matches("$ ")).collect();
        let inline = self.lines().collect::<Vec<_>>().join("\n");
        let quoted = blocks.join("\n");
        let inline = inline.split('`').skip(1).step_by(2);
        let quoted = quoted.split('\n').flat_map(|line| line.split('`').skip(1).step_by(2));
        let all = inline.chain(quoted).chain(blocks.iter().copied());
        all.map(|code| code.replace('\n', " ")).collect()
    }

    /// Each line, and whether it is in a code block. The fences are left out.
    fn marked(&self) -> impl Iterator<Item = (&str, bool)> {
        let mut is_code = false;
        self.text.lines().filter_map(move |line| {
            let is_fence = line.trim_start().starts_with("```");
            is_code ^= is_fence;
            (!is_fence).then_some((line, is_code))
        })
    }
}

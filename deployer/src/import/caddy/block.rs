//! The structure of a Caddyfile: directives with arguments, and blocks of further ones.

use std::path::Path;

use super::words::{Word, words};
use crate::error::{Error, Result};

/// Nobody nests deeper.
const DEEPEST: usize = 32;

/// A directive, or a site with its addresses.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Directive {
    pub name: String,
    pub arguments: Vec<String>,
    pub block: Vec<Self>,
    pub has_block: bool,
}

impl Directive {
    /// The name and the arguments: for a site, its addresses.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.name.as_str()).chain(self.arguments.iter().map(String::as_str))
    }

    /// `(name)`, or `&(name)` for what is invoked.
    pub fn snippet(&self) -> Option<&str> {
        self.name.trim_start_matches('&').strip_prefix('(')?.strip_suffix(')')
    }
}

/// What is at the top of a file.
pub fn read(text: &str, path: &Path) -> Result<Vec<Directive>> {
    let words = words(text);
    let mut reader = Reader { words: &words, place: 0 };
    let mut top = reader.block(0).map_err(|(line, why)| malformed(path, line, why))?;
    if let Some(word) = reader.words.get(reader.place) {
        return Err(malformed(path, word.line, "this brace closes nothing"));
    }
    // The braces around the only site may be left out.
    let alone = top.iter().position(|directive| directive.name != "import" && !directive.name.is_empty());
    if let Some(at) = alone.filter(|at| !top[*at].has_block) {
        let directives = top.split_off(at + 1);
        if let Some(site) = top.last_mut() {
            site.block = directives;
            site.has_block = true;
        }
    }
    Ok(top)
}

/// The directives of a text that is only a part of a Caddyfile; nothing if it is not closed.
pub fn part(text: &str) -> Option<Vec<Directive>> {
    let words = words(text);
    let mut reader = Reader { words: &words, place: 0 };
    reader.block(0).ok().filter(|_| reader.place == words.len())
}

fn malformed(path: &Path, line: usize, why: &str) -> Error {
    Error::usage(format!("{}:{line}: this is not a valid Caddyfile", path.display()))
        .cause(why)
        .hint("look at the braces of this block; `caddy validate` checks it, too")
}

struct Reader<'a> {
    words: &'a [Word],
    place: usize,
}

impl Reader<'_> {
    /// The directives up to a closing brace or the end.
    fn block(&mut self, depth: usize) -> Result<Vec<Directive>, (usize, &'static str)> {
        let mut directives = Vec::new();
        while let Some(first) = self.words.get(self.place).filter(|word| !word.is_mark("}")) {
            if depth > DEEPEST {
                return Err((first.line, "it is nested too deeply"));
            }
            let mut directive = Directive::default();
            let mut names = Vec::new();
            let mut line = first.line;
            while let Some(word) = self.words.get(self.place) {
                // Addresses go on in the next line behind a comma.
                let goes_on = names.last().is_some_and(|last: &String| last.ends_with(',') && depth == 0);
                if (word.line != line && !goes_on) || word.is_mark("}") {
                    break;
                }
                line = word.line;
                self.place += 1;
                if word.is_mark("{") {
                    directive.has_block = true;
                    directive.block = self.block(depth + 1)?;
                    match self.words.get(self.place) {
                        Some(_) => self.place += 1,
                        None => return Err((word.line, "this brace is not closed")),
                    }
                    break;
                }
                names.push(word.text.clone());
            }
            let mut names = names.into_iter();
            directive.name = names.next().unwrap_or_default();
            directive.arguments = names.collect();
            directives.push(directive);
        }
        Ok(directives)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Names, arguments and blocks in one line.
    fn shown(directives: &[Directive]) -> String {
        let one = |directive: &Directive| {
            let words: Vec<_> = directive.words().collect();
            let block =
                if directive.has_block { format!(" [{}]", shown(&directive.block)) } else { String::new() };
            format!("{}{block}", words.join(" "))
        };
        directives.iter().map(one).collect::<Vec<_>>().join("; ")
    }

    fn top(text: &str) -> String {
        shown(&read(text, Path::new("Caddyfile")).unwrap())
    }

    #[test]
    fn blocks_lines_quotes_and_comments_are_read() {
        let text = "{\n\temail me@example.com\n}\n(log) {\n log\n}\n# a comment {\na.example.com,\nb.example.com {\n\
                    \trespond \"a } b\" 200 # here\n\theader X `y {`\n\treverse_proxy a:1 \\\n\t\tb:2\n\
                    \trespond <<END\n\t} {\n\tEND\n\thandle /x* {\n\t\tfile_server\n\t}\n}\n";
        assert_eq!(
            top(text),
            " [email me@example.com]; (log) [log]; a.example.com, b.example.com [respond a } b 200; header X y {; \
             reverse_proxy a:1; b:2; respond \t} {\n; handle /x* [file_server]]"
                .replace("reverse_proxy a:1; b:2", "reverse_proxy a:1 b:2")
        );
    }

    #[test]
    fn the_only_site_needs_no_braces() {
        assert_eq!(top("a.example.com\n\nreverse_proxy x:1\n"), "a.example.com [reverse_proxy x:1]");
        assert_eq!(top("import a\nimport b\n"), "import a; import b");
        assert_eq!(top(""), "");
    }

    #[test]
    fn braces_that_do_not_match_are_refused_at_their_line() {
        for (text, line) in [("a {\n", 1), ("a {\n}\n}\n", 3), ("a {\n b {\n}\n", 1)] {
            let error = read(text, Path::new("Caddyfile")).unwrap_err();
            assert!(error.message().starts_with(&format!("Caddyfile:{line}:")), "{error}");
        }
        assert!(read(&"a {\n".repeat(100), Path::new("Caddyfile")).is_err());
    }
}

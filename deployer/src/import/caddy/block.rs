//! The structure of a Caddyfile: directives with arguments and blocks.

use std::path::Path;

use super::tokens::{Token, tokenize};
use crate::error::{Error, Result};

/// Caddyfiles written by hand are not nested deeper.
const MAX_DEPTH: usize = 32;

/// A directive, or a site with its addresses.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Directive {
    pub name: String,
    pub arguments: Vec<String>,
    pub block: Vec<Self>,
    pub has_block: bool,
}

impl Directive {
    /// Return the name and the arguments: for a site, its addresses.
    pub fn tokens(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.name.as_str()).chain(self.arguments.iter().map(String::as_str))
    }

    /// Return the name of a snippet, `(name)`, or of a named route, `&(name)`.
    pub fn snippet(&self) -> Option<&str> {
        self.name.trim_start_matches('&').strip_prefix('(')?.strip_suffix(')')
    }
}

/// Parse the top level of a file.
pub fn parse(text: &str, path: &Path) -> Result<Vec<Directive>> {
    let tokens = tokenize(text);
    let mut parser = Parser { tokens: &tokens, place: 0 };
    let mut top = parser.block(0).map_err(|(line, why)| malformed(path, line, why))?;
    if let Some(token) = parser.tokens.get(parser.place) {
        return Err(malformed(path, token.line, "this brace has no opening brace"));
    }
    // A file with a single site may omit its braces.
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

/// Parse a part of a Caddyfile; `None` if its braces do not match.
pub fn parse_fragment(text: &str) -> Option<Vec<Directive>> {
    let tokens = tokenize(text);
    let mut parser = Parser { tokens: &tokens, place: 0 };
    parser.block(0).ok().filter(|_| parser.place == tokens.len())
}

fn malformed(path: &Path, line: usize, why: &str) -> Error {
    Error::usage(format!("{}:{line}: this is not a valid Caddyfile", path.display()))
        .cause(why)
        .hint("check the braces of this block; `caddy validate` also checks the file")
}

struct Parser<'a> {
    tokens: &'a [Token],
    place: usize,
}

impl Parser<'_> {
    /// Parse directives up to a closing brace or the end.
    fn block(&mut self, depth: usize) -> Result<Vec<Directive>, (usize, &'static str)> {
        let mut directives = Vec::new();
        while let Some(first) = self.tokens.get(self.place).filter(|token| !token.is_mark("}")) {
            if depth > MAX_DEPTH {
                return Err((first.line, "it is nested too deeply"));
            }
            let mut directive = Directive::default();
            let mut names = Vec::new();
            let mut line = first.line;
            while let Some(token) = self.tokens.get(self.place) {
                // After a comma, a site's addresses continue on the next line.
                let goes_on = names.last().is_some_and(|last: &String| last.ends_with(',') && depth == 0);
                if (token.line != line && !goes_on) || token.is_mark("}") {
                    break;
                }
                line = token.line;
                self.place += 1;
                if token.is_mark("{") {
                    directive.has_block = true;
                    directive.block = self.block(depth + 1)?;
                    match self.tokens.get(self.place) {
                        Some(_) => self.place += 1,
                        None => return Err((token.line, "this brace is not closed")),
                    }
                    break;
                }
                names.push(token.text.clone());
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

    /// Format names, arguments and blocks on one line.
    fn shown(directives: &[Directive]) -> String {
        let one = |directive: &Directive| {
            let tokens: Vec<_> = directive.tokens().collect();
            let block =
                if directive.has_block { format!(" [{}]", shown(&directive.block)) } else { String::new() };
            format!("{}{block}", tokens.join(" "))
        };
        directives.iter().map(one).collect::<Vec<_>>().join("; ")
    }

    fn top(text: &str) -> String {
        shown(&parse(text, Path::new("Caddyfile")).unwrap())
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
    fn unbalanced_braces_are_reported_with_their_line() {
        for (text, line) in [("a {\n", 1), ("a {\n}\n}\n", 3), ("a {\n b {\n}\n", 1)] {
            let error = parse(text, Path::new("Caddyfile")).unwrap_err();
            assert!(error.message().starts_with(&format!("Caddyfile:{line}:")), "{error}");
        }
        assert!(parse(&"a {\n".repeat(100), Path::new("Caddyfile")).is_err());
    }
}

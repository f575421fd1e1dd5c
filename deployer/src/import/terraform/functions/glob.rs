//! Patterns of file names: `*.yml`, `**/*.json`, `{a,b}/*`.

use std::path::Path;
use std::rc::Rc;

use crate::import::terraform::file_system::{FileAccessError, FileSystem};
use crate::import::terraform::value::Unknown;

/// The maximum number of expansions of one pattern with braces.
const MAX_ALTERNATIVES: usize = 64;
/// The maximum depth of `**`.
const MAX_DEPTH: usize = 8;

/// Why a search ended early: too much work, or a folder that may not be read.
pub type Stopped = Result<Rc<Unknown>, FileAccessError>;

/// Expand the braces of a pattern.
pub fn alternatives(pattern: &str) -> Vec<String> {
    let mut done = Vec::new();
    let mut pending = vec![pattern.to_owned()];
    while let Some(pattern) = pending.pop() {
        let braces = pattern.split_once('{').and_then(|(start, rest)| {
            let (inner, end) = rest.split_once('}')?;
            Some(inner.split(',').map(|part| format!("{start}{part}{end}")).collect::<Vec<_>>())
        });
        match braces {
            Some(parts) if done.len() + pending.len() + parts.len() <= MAX_ALTERNATIVES => {
                pending.extend(parts)
            }
            _ => done.push(pattern),
        }
    }
    done
}

/// A search for files, with a limit on its work.
pub struct Search<'f> {
    pub files: &'f dyn FileSystem,
    pub charge: &'f dyn Fn() -> Result<(), Rc<Unknown>>,
    pub found: Vec<String>,
}

impl Search<'_> {
    /// Find the files below a folder that match the parts of a pattern.
    pub fn run(&mut self, folder: &Path, parts: &[&str]) -> Result<(), Stopped> {
        self.below(folder, "", parts, MAX_DEPTH)
    }

    fn below(&mut self, folder: &Path, prefix: &str, parts: &[&str], depth: usize) -> Result<(), Stopped> {
        let Some((part, rest)) = parts.split_first() else { return Ok(()) };
        if *part == "**" {
            self.below(folder, prefix, rest, depth)?;
        }
        let entries = match self.files.entries(folder) {
            Ok(entries) => entries,
            // A folder that does not exist has no files.
            Err(FileAccessError::NotFound) => return Ok(()),
            Err(outside) => return Err(Err(outside)),
        };
        for (name, is_folder) in entries {
            (self.charge)().map_err(Ok)?;
            let path = format!("{prefix}{name}");
            match (is_folder, *part) {
                (true, "**") if depth > 0 => {
                    self.below(&folder.join(&name), &format!("{path}/"), parts, depth - 1)?;
                }
                (true, part) if part != "**" && !rest.is_empty() && fits(part, &name) => {
                    self.below(&folder.join(&name), &format!("{path}/"), rest, depth)?;
                }
                (false, part) if rest.is_empty() && (part == "**" || fits(part, &name)) => {
                    self.found.push(path);
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// Whether a name matches a pattern without slashes.
fn fits(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    let (mut p, mut n) = (0, 0);
    // The position of the last `*`, and how much of the name it has matched.
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, n));
                p += 1;
            }
            Some('[') if class(&pattern[p..], name[n]).is_some_and(|(_, is_in)| is_in) => {
                p += class(&pattern[p..], name[n]).map_or(1, |(length, _)| length);
                n += 1;
            }
            Some('?') => (p, n) = (p + 1, n + 1),
            Some(character) if *character == name[n] && *character != '[' => (p, n) = (p + 1, n + 1),
            _ => match star {
                Some((at, taken)) => {
                    star = Some((at, taken + 1));
                    (p, n) = (at + 1, taken + 1);
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|character| *character == '*')
}

/// Return the length of a character class such as `[a-z]`, and whether it contains the character.
fn class(pattern: &[char], character: char) -> Option<(usize, bool)> {
    let end = pattern.iter().position(|character| *character == ']')?;
    let mut inner = &pattern[1..end];
    let negated = matches!(inner.first(), Some('^' | '!'));
    inner = if negated { &inner[1..] } else { inner };
    let mut is_in = false;
    while let Some((first, rest)) = inner.split_first() {
        inner = match rest {
            ['-', last, rest @ ..] => {
                is_in |= (*first..=*last).contains(&character);
                rest
            }
            rest => {
                is_in |= *first == character;
                rest
            }
        };
    }
    Some((end + 1, is_in != negated))
}

//! The source files of a crate as modules, and the lines with which one depends on another.

use std::collections::BTreeMap;

use super::{read, rust_files};

/// A module with a file of its own, and the lines on which it uses other such modules.
pub struct Module {
    pub file: String,
    /// Line numbers by the used module's path.
    pub uses: BTreeMap<String, usize>,
}

/// All modules of a crate by their paths (`aws::proxy`), without the roots of the library and the binaries.
pub fn modules(name: &str) -> BTreeMap<String, Module> {
    let prefix = format!("{name}/src/");
    let mut files = BTreeMap::new();
    for file in rust_files(prefix.trim_end_matches('/')) {
        let path = file.trim_start_matches(&prefix).trim_end_matches(".rs").replace('/', "::");
        let path = path.trim_end_matches("::mod");
        if path != "lib" && path != "main" {
            files.insert(path.to_owned(), file);
        }
    }
    let module = |(path, file): (&String, &String)| {
        let uses = uses(&read(file), path, |used| owner(used, &files));
        (path.clone(), Module { file: file.clone(), uses })
    };
    files.iter().map(module).collect()
}

/// The module with a file of its own that contains a path.
fn owner(path: &[String], files: &BTreeMap<String, String>) -> Option<String> {
    (1..=path.len()).rev().map(|length| path[..length].join("::")).find(|path| files.contains_key(path))
}

/// The modules that a file uses. A module and those below it may use each other.
fn uses(text: &str, path: &str, owner: impl Fn(&[String]) -> Option<String>) -> BTreeMap<String, usize> {
    let is_below = |inner: &str, outer: &str| inner.starts_with(&format!("{outer}::"));
    let mut uses = BTreeMap::new();
    let code = code(text);
    for (line, used) in use_lines(&code).into_iter().chain(inline_paths(&code)) {
        for used in expanded(&used) {
            let Some(used) = absolute(&used, path).and_then(|used| owner(&used)) else { continue };
            if used != path && !is_below(&used, path) && !is_below(path, &used) {
                uses.entry(used).or_insert(line);
            }
        }
    }
    uses
}

/// The lines of a file without comments and without its unit tests.
fn code(text: &str) -> String {
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    code.lines().map(|line| format!("{}\n", line.split("//").next().unwrap_or_default())).collect()
}

fn line_of(code: &str, at: usize) -> usize {
    1 + code[..at].matches('\n').count()
}

/// The contents of each `use ...;` with its line number.
fn use_lines(code: &str) -> Vec<(usize, String)> {
    let statement = |(at, _): (usize, &str)| {
        let line_start = code[..at].rfind('\n').map_or(0, |end| end + 1);
        let before = code[line_start..at].trim();
        let rest = code[at + "use ".len()..].split(';').next()?;
        let is_use = before.is_empty() || before == "pub" || before.starts_with("pub(");
        is_use.then(|| (line_of(code, at), rest.split_whitespace().collect()))
    };
    code.match_indices("use ").filter_map(statement).collect()
}

/// The paths outside of `use` lines that begin at the root of the crate or at a parent, with their line numbers.
fn inline_paths(code: &str) -> Vec<(usize, String)> {
    let is_part = |character: char| character.is_alphanumeric() || "_:".contains(character);
    let starts = ["crate::", "super::"].into_iter().flat_map(|start| code.match_indices(start));
    let starts = starts.filter(|(at, _)| !code[..*at].ends_with(is_part));
    let path = |(at, _): (usize, &str)| {
        let path: String = code[at..].chars().take_while(|character| is_part(*character)).collect();
        (line_of(code, at), path.trim_end_matches(':').to_owned())
    };
    starts.map(path).collect()
}

/// The single paths of `a::{b, c::{d, e}}`.
fn expanded(path: &str) -> Vec<String> {
    let Some((head, list)) = path.strip_suffix('}').and_then(|path| path.split_once('{')) else {
        return vec![path.to_owned()];
    };
    let mut items = vec![String::new()];
    let mut depth = 0;
    for character in list.chars() {
        match character {
            ',' if depth == 0 => items.push(String::new()),
            _ => {
                depth += i32::from(character == '{') - i32::from(character == '}');
                items.last_mut().unwrap().push(character);
            }
        }
    }
    let items = items.iter().filter(|item| !item.is_empty());
    items.flat_map(|item| expanded(&format!("{head}{item}"))).collect()
}

/// A path from the root of the crate; `None` for the path of another crate.
fn absolute(used: &str, module: &str) -> Option<Vec<String>> {
    let mut base: Vec<&str> = module.split("::").collect();
    let mut parts = used.split("::").peekable();
    match parts.next()? {
        "crate" => base.clear(),
        "self" => {}
        "super" => {
            base.pop();
            while parts.next_if_eq(&"super").is_some() {
                base.pop();
            }
        }
        _ => return None,
    }
    Some(base.into_iter().chain(parts).map(str::to_owned).collect())
}

#[test]
fn use_lines_are_read_in_every_form() {
    let text = "//! use crate::comment;\nuse crate::a::{self, b::{C, d}, E as _};\npub(super) use super::f::{\n    g, // use x;\n    \
                h,\n};\nlet user = cause;\n#[cfg(test)]\nuse crate::tests;\n";
    let paths: Vec<(usize, Vec<String>)> =
        use_lines(&code(text)).into_iter().map(|(line, used)| (line, expanded(&used))).collect();
    let owned = |paths: &[&str]| paths.iter().map(|path| (*path).to_owned()).collect::<Vec<_>>();
    assert_eq!(
        paths,
        [
            (2, owned(&["crate::a::self", "crate::a::b::C", "crate::a::b::d", "crate::a::Eas_"])),
            (3, owned(&["super::f::g", "super::f::h"])),
        ]
    );
    let inline = "use crate::{a, b};\nlet c = super::d::E::new(crate::f::g);\n// crate::comment\n";
    let expected = [(1, "crate"), (2, "crate::f::g"), (2, "super::d::E::new")];
    let expected = expected.map(|(line, path)| (line, path.to_owned()));
    assert_eq!(inline_paths(&code(inline)), expected);
    let path = |used: &str| absolute(used, "x::y").map(|path| path.join("::"));
    assert_eq!(path("super::f::g").as_deref(), Some("x::f::g"));
    assert_eq!(path("super::super::f").as_deref(), Some("f"));
    assert_eq!(path("self::z").as_deref(), Some("x::y::z"));
    assert_eq!(path("crate::z").as_deref(), Some("z"));
    assert_eq!(path("std::fmt"), None);
}

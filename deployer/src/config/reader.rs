//! Reads TOML tables by key and knows the line of everything, so that every complaint can point at its cause.

use std::cell::RefCell;
use std::ops::Range;
use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::error::{Error, Result};

/// The text being read; turns spans into `file:line`.
pub struct Source<'a> {
    pub path: &'a Path,
    pub text: &'a str,
}

impl Source<'_> {
    /// An error about the bytes at `span`.
    pub fn error(&self, span: Range<usize>, message: impl AsRef<str>) -> Error {
        Error::usage(format!("{}: {}", self.place(span), message.as_ref()))
    }

    fn place(&self, span: Range<usize>) -> String {
        let line = 1 + self.text.as_bytes().iter().take(span.start).filter(|byte| **byte == b'\n').count();
        format!("{}:{line}", self.path.display())
    }

    /// The whole text as a table, or the first syntax error in it.
    pub fn parse(&self) -> Result<Spanned<DeTable<'_>>> {
        DeTable::parse(self.text).map_err(|error| {
            let span = error.span().unwrap_or(0..0);
            self.error(span, error.message().replace('\n', ", "))
                .hint("this line is not valid TOML; text values need quotes, and every table its [brackets]")
        })
    }
}

/// One table. Keys that were asked for are known; [`finish`](Table::finish) complains about the others.
pub struct Table<'a> {
    source: &'a Source<'a>,
    /// How the table is called in messages: `[function]`, or empty at the top level.
    label: String,
    entries: &'a DeTable<'a>,
    span: Range<usize>,
    known: RefCell<Vec<&'static str>>,
}

/// A value with its place.
#[derive(Clone)]
pub struct Value<'a> {
    pub source: &'a Source<'a>,
    pub key: String,
    pub span: Range<usize>,
    pub value: &'a DeValue<'a>,
}

impl<'a> Table<'a> {
    pub fn top(source: &'a Source<'a>, table: &'a Spanned<DeTable<'a>>) -> Self {
        Self::new(source, String::new(), table.get_ref(), table.span())
    }

    pub fn new(source: &'a Source<'a>, label: String, entries: &'a DeTable<'a>, span: Range<usize>) -> Self {
        Self { source, label, entries, span, known: RefCell::default() }
    }

    /// The value of `key`, if it is there.
    pub fn get(&self, key: &'static str) -> Option<Value<'a>> {
        let mut known = self.known.borrow_mut();
        if !known.contains(&key) {
            known.push(key);
        }
        let (_, value) = self.entries.iter().find(|(name, _)| name.get_ref() == key)?;
        Some(Value {
            source: self.source,
            key: if self.label.is_empty() { key.to_owned() } else { format!("{} {key}", self.label) },
            span: value.span(),
            value: value.get_ref(),
        })
    }

    /// The value of `key`, or an error that says where it belongs and what it may be.
    pub fn require(&self, key: &'static str, example: &str) -> Result<Value<'a>> {
        self.get(key).ok_or_else(|| {
            if let Some((misspelt, _)) = self.entries.iter().find(|(name, _)| is_typo(name.get_ref(), key)) {
                let message = format!("unknown key `{}`{}", misspelt.get_ref(), self.place());
                return self.source.error(misspelt.span(), message).hint(format!("did you mean `{key}`?"));
            }
            self.error(format!("{} needs `{key}`", self.label)).hint(format!("add, for example: {example}"))
        })
    }

    /// The sub-table at `key`, if it is there.
    pub fn table(&self, key: &'static str, label: &str) -> Result<Option<Self>> {
        self.get(key).map(|value| value.table(label)).transpose()
    }

    /// An error about the table itself.
    pub fn error(&self, message: impl AsRef<str>) -> Error {
        self.source.error(self.span.clone(), message)
    }

    /// All entries, for tables whose keys are free.
    pub fn entries(&self) -> impl Iterator<Item = (&'a str, Value<'a>)> + use<'a> {
        let source = self.source;
        let label = self.label.clone();
        self.entries.iter().map(move |(name, value)| {
            let name: &'a str = name.get_ref().as_ref();
            let value =
                Value { source, key: format!("{label} {name}"), span: value.span(), value: value.get_ref() };
            (name, value)
        })
    }

    /// ` in [function]`, or nothing at the top level.
    fn place(&self) -> String {
        if self.label.is_empty() { String::new() } else { format!(" in {}", self.label) }
    }

    /// Complains about the first key that nobody asked for.
    pub fn finish(self) -> Result<()> {
        let known = self.known.borrow();
        let Some((key, _)) = self.entries.iter().find(|(key, _)| !known.contains(&key.get_ref().as_ref()))
        else {
            return Ok(());
        };
        let at = self.place();
        let nearest = known
            .iter()
            .map(|candidate| (strsim::jaro_winkler(candidate, key.get_ref()), *candidate))
            .filter(|(similarity, candidate)| *similarity > 0.75 || is_typo(key.get_ref(), candidate))
            .max_by(|left, right| left.0.total_cmp(&right.0));
        let allowed = format!(
            "allowed{at}: {}",
            known.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ")
        );
        let hint = match nearest {
            Some((_, candidate)) => format!("did you mean `{candidate}`? {allowed}"),
            None => allowed,
        };
        Err(self.source.error(key.span(), format!("unknown key `{}`{at}", key.get_ref())).hint(hint))
    }
}

/// One slip of the finger in a short word, two in a longer one.
fn is_typo(written: &str, meant: &str) -> bool {
    strsim::osa_distance(written, meant) <= if meant.len() < 5 { 1 } else { 2 }
}

impl<'a> Value<'a> {
    /// An error about this value, with what is allowed as its hint.
    pub fn error(&self, message: impl AsRef<str>) -> Error {
        self.source.error(self.span.clone(), format!("`{}` {}", self.key, message.as_ref()))
    }

    /// Return its file and line.
    pub fn place(&self) -> String {
        self.source.place(self.span.clone())
    }

    fn wrong_type(&self, wanted: &str) -> Error {
        self.error(format!("must be {wanted}, not {}", self.value.type_str()))
    }

    pub fn string(&self) -> Result<&'a str> {
        self.value.as_str().ok_or_else(|| self.wrong_type("a text in quotes"))
    }

    /// A whole number within `range`.
    pub fn integer(&self, range: std::ops::RangeInclusive<u32>) -> Result<u32> {
        let number = self.value.as_integer().ok_or_else(|| self.wrong_type("a whole number"))?;
        number.as_str().parse().ok().filter(|number| range.contains(number)).ok_or_else(|| {
            self.error(format!(
                "is {}, but must be from {} to {}",
                number.as_str(),
                range.start(),
                range.end()
            ))
        })
    }

    pub fn boolean(&self) -> Result<bool> {
        self.value.as_bool().ok_or_else(|| self.wrong_type("true or false"))
    }

    pub fn array(&self) -> Result<Vec<Self>> {
        let array = self.value.as_array().ok_or_else(|| self.wrong_type("a list in [brackets]"))?;
        Ok(array.iter().map(|item| self.item(item)).collect())
    }

    fn item(&self, item: &'a Spanned<DeValue<'a>>) -> Self {
        Self { source: self.source, key: self.key.clone(), span: item.span(), value: item.get_ref() }
    }

    pub fn table(&self, label: &str) -> Result<Table<'a>> {
        let entries = self.value.as_table().ok_or_else(|| self.wrong_type("a table"))?;
        Ok(Table::new(self.source, label.to_owned(), entries, self.span.clone()))
    }
}

//! Read TOML tables by key and know the line of everything, so that every error points at its cause.

use std::cell::RefCell;
use std::ops::Range;
use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::error::{Error, Result};

/// The text of the configuration; turns spans into `file:line`.
pub struct ConfigText<'a> {
    pub path: &'a Path,
    pub text: &'a str,
}

impl ConfigText<'_> {
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
                .hint("this line is not valid TOML; strings need quotes, and table names need [brackets]")
        })
    }
}

/// One table. A key that was read is a known key; [`finish`](Table::finish) rejects all others.
pub struct Table<'a> {
    source: &'a ConfigText<'a>,
    /// The table's name in messages: `[function]`, or empty at the top level.
    label: String,
    entries: &'a DeTable<'a>,
    span: Range<usize>,
    known: RefCell<Vec<&'static str>>,
}

/// A value and where it is in the file.
#[derive(Clone)]
pub struct Value<'a> {
    pub source: &'a ConfigText<'a>,
    pub key: String,
    pub span: Range<usize>,
    pub value: &'a DeValue<'a>,
}

impl<'a> Table<'a> {
    pub fn top(source: &'a ConfigText<'a>, table: &'a Spanned<DeTable<'a>>) -> Self {
        Self::new(source, String::new(), table.get_ref(), table.span())
    }

    pub fn new(
        source: &'a ConfigText<'a>,
        label: String,
        entries: &'a DeTable<'a>,
        span: Range<usize>,
    ) -> Self {
        Self { source, label, entries, span, known: RefCell::default() }
    }

    /// The value of `key`, if it is set.
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

    /// The value of `key`, or an error that says where it belongs and what it can be.
    pub fn require(&self, key: &'static str, example: &str) -> Result<Value<'a>> {
        self.get(key).ok_or_else(|| {
            self.misspelling_of(key).unwrap_or_else(|| {
                self.error(format!("{} needs `{key}`", self.label))
                    .hint(format!("add, for example: {example}"))
            })
        })
    }

    /// An error about an unknown key that is probably meant to be this one, which is missing.
    pub fn misspelling_of(&self, key: &str) -> Option<Error> {
        let known = self.known.borrow();
        let (misspelt, _) = self.entries.iter().find(|(name, _)| {
            let name: &str = name.get_ref();
            !known.contains(&name) && (is_typo(name, key) || has_the_same_words(name, key))
        })?;
        let message = format!("unknown key `{}`{}", misspelt.get_ref(), self.place());
        Some(self.source.error(misspelt.span(), message).hint(format!("did you mean `{key}`?")))
    }

    /// The sub-table at `key`, if it is set.
    pub fn table(&self, key: &'static str, label: &str) -> Result<Option<Self>> {
        self.get(key).map(|value| value.table(label)).transpose()
    }

    /// An error about the table itself.
    pub fn error(&self, message: impl AsRef<str>) -> Error {
        self.source.error(self.span.clone(), message)
    }

    /// All entries, for tables whose keys the user chooses.
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

    /// Reject the first key that was not read.
    pub fn finish(self) -> Result<()> {
        let known = self.known.borrow();
        let Some((key, _)) = self.entries.iter().find(|(key, _)| !known.contains(&key.get_ref().as_ref()))
        else {
            return Ok(());
        };
        let place = self.place();
        let nearest = known
            .iter()
            .map(|candidate| (strsim::jaro_winkler(candidate, key.get_ref()), *candidate))
            .filter(|(similarity, candidate)| *similarity > 0.75 || is_typo(key.get_ref(), candidate))
            .max_by(|left, right| left.0.total_cmp(&right.0));
        let allowed = format!(
            "allowed{place}: {}",
            known.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ")
        );
        let hint = match nearest {
            Some((_, candidate)) => format!("did you mean `{candidate}`? {allowed}"),
            None => allowed,
        };
        Err(self.source.error(key.span(), format!("unknown key `{}`{place}", key.get_ref())).hint(hint))
    }
}

/// Whether a short word differs by one edit, or a longer one by two.
fn is_typo(written: &str, meant: &str) -> bool {
    strsim::osa_distance(written, meant) <= if meant.len() < 5 { 1 } else { 2 }
}

/// Whether all words of one key are in the other: `chat_id` and `chat`, `disk_free` and `disk_free_min`.
fn has_the_same_words(written: &str, meant: &str) -> bool {
    let are_within =
        |some: &str, all: &str| some.split('_').all(|word| all.split('_').any(|other| other == word));
    are_within(written, meant) || are_within(meant, written)
}

impl<'a> Value<'a> {
    /// An error about this value, with what is allowed as its hint.
    pub fn error(&self, message: impl AsRef<str>) -> Error {
        self.source.error(self.span.clone(), format!("`{}` {}", self.key, message.as_ref()))
    }

    /// Its file and line.
    pub fn place(&self) -> String {
        self.source.place(self.span.clone())
    }

    fn wrong_type(&self, wanted: &str) -> Error {
        self.error(format!("must be {wanted}, not {}", self.type_name()))
    }

    /// The type of the value with its article, for messages.
    pub fn type_name(&self) -> &'static str {
        match self.value {
            DeValue::String(_) => "a string",
            DeValue::Integer(_) => "an integer",
            DeValue::Float(_) => "a number with decimals",
            DeValue::Boolean(_) => "a boolean",
            DeValue::Datetime(_) => "a date or time",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        }
    }

    pub fn string(&self) -> Result<&'a str> {
        self.value.as_str().ok_or_else(|| self.wrong_type("a string in quotes"))
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

/// The tables of `[[key]]`.
pub fn tables<'a>(list: &Value<'a>) -> Result<Vec<Value<'a>>> {
    if list.value.as_table().is_some() {
        let hint = format!("write [[{}]], with two brackets on each side", list.key);
        return Err(list.error("must be a list").hint(hint));
    }
    list.array()
}

/// The items of a list that must not be empty: an empty one could be taken for "all" or for "none".
pub fn filled<'a>(list: &Value<'a>) -> Result<Vec<Value<'a>>> {
    let values = list.array()?;
    if values.is_empty() { Err(list.error("is empty, but must have at least one entry")) } else { Ok(values) }
}

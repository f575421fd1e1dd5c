//! YAML as Compose uses it: anchors, merge keys and several documents. Errors name the line.
//!
//! Scalars are kept as text: nothing here depends on whether `8080` or `"8080"` is written.

use std::collections::HashMap;
use std::path::Path;
use std::rc::Rc;

use saphyr_parser::{Event, Parser, ScanError, Tag};

use crate::error::{Error, Result};

/// Files written by hand are not nested deeper, and deeper nesting could exhaust the stack.
const MAX_DEPTH: usize = 64;

/// A value. Aliases share their value instead of copying it, so that nested aliases cannot exhaust the memory.
#[derive(Debug, Clone)]
pub enum Node {
    Text(Rc<str>),
    List(Rc<[Self]>),
    Map(Rc<[(Rc<str>, Self)]>),
    /// `!reset`: removes the value of an earlier file.
    Reset,
    /// `!override`: replaces the value of an earlier file instead of merging with it.
    Override(Rc<Self>),
}

impl Node {
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entries().iter().find(|(name, _)| name.as_ref() == key).map(|(_, node)| node)
    }

    pub fn entries(&self) -> &[(Rc<str>, Self)] {
        if let Self::Map(entries) = self.untagged() { entries } else { &[] }
    }

    pub fn items(&self) -> &[Self] {
        if let Self::List(items) = self.untagged() { items } else { &[] }
    }

    pub fn is_map(&self) -> bool {
        matches!(self.untagged(), Self::Map(_))
    }

    pub fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self.untagged() { Some(text) } else { None }
    }

    /// Return the value without `!override`.
    fn untagged(&self) -> &Self {
        if let Self::Override(inner) = self { inner } else { self }
    }

    /// Return `key: value` of a map or `- key=value` of a list: Compose accepts both for labels and variables.
    pub fn pairs(&self) -> Vec<(String, String)> {
        match self.untagged() {
            Self::Map(entries) => {
                let pair = |(key, node): &(Rc<str>, Self)| Some((key.to_string(), node.text()?.to_owned()));
                entries.iter().filter_map(pair).collect()
            }
            Self::List(items) => {
                let pair = |item: &Self| {
                    let text = item.text()?;
                    let (key, value) = text.split_once('=').unwrap_or((text, ""));
                    Some((key.trim().to_owned(), value.to_owned()))
                };
                items.iter().filter_map(pair).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Return the text, or all texts of a list.
    pub fn texts(&self) -> Vec<&str> {
        match self.untagged() {
            Self::Text(text) => vec![text],
            Self::List(items) => items.iter().filter_map(Self::text).collect(),
            _ => Vec::new(),
        }
    }
}

/// Parse all documents that are not empty.
pub fn read(text: &str, path: &Path) -> Result<Vec<Node>> {
    let mut builder = TreeBuilder::default();
    // Ignore a byte order mark.
    for event in Parser::new_from_str(text.trim_start_matches('\u{feff}')) {
        let (event, span) = event.map_err(|error| malformed(path, &error))?;
        builder.take(event).map_err(|why| at(path, span.start.line(), why))?;
    }
    Ok(builder.documents)
}

fn malformed(path: &Path, error: &ScanError) -> Error {
    at(path, error.marker().line(), error.info())
}

fn at(path: &Path, line: usize, why: &str) -> Error {
    Error::usage(format!("{}:{line}: this is not valid YAML", path.display())).cause(why).hint(
        "check the indentation of this line and the one above; `docker compose config` also validates the file",
    )
}

/// A list or map that is not closed yet.
struct OpenCollection {
    anchor: usize,
    is_map: bool,
    mark: Option<MergeTag>,
    items: Vec<Node>,
}

/// Tags that control how Compose merges files.
#[derive(Debug, Clone, Copy)]
enum MergeTag {
    Reset,
    Override,
}

impl MergeTag {
    fn of(tag: Option<&Tag>) -> Option<Self> {
        match tag?.suffix.trim_start_matches('!') {
            "reset" => Some(Self::Reset),
            "override" => Some(Self::Override),
            _ => None,
        }
    }

    fn apply(mark: Option<Self>, node: Node) -> Node {
        match mark {
            None => node,
            Some(Self::Reset) => Node::Reset,
            Some(Self::Override) => Node::Override(Rc::new(node)),
        }
    }
}

#[derive(Default)]
struct TreeBuilder {
    open: Vec<OpenCollection>,
    anchors: HashMap<usize, Node>,
    documents: Vec<Node>,
}

impl TreeBuilder {
    fn take(&mut self, event: Event<'_>) -> Result<(), &'static str> {
        match event {
            Event::Scalar(text, _, anchor, tag) => {
                let text = Node::Text(Rc::from(text.as_ref()));
                self.put(anchor, MergeTag::apply(MergeTag::of(tag.as_deref()), text));
            }
            Event::Alias(anchor) => {
                let node = self.anchors.get(&anchor).cloned();
                let node = node.ok_or("this alias refers to a value that contains it")?;
                self.put(0, node);
            }
            Event::SequenceStart(anchor, ref tag) | Event::MappingStart(anchor, ref tag) => {
                if self.open.len() >= MAX_DEPTH {
                    return Err("it is nested too deeply");
                }
                let is_map = matches!(event, Event::MappingStart(..));
                let mark = MergeTag::of(tag.as_deref());
                self.open.push(OpenCollection { anchor, is_map, mark, items: Vec::new() });
            }
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(open) = self.open.pop() {
                    let value = if open.is_map { map(open.items) } else { Node::List(open.items.into()) };
                    self.put(open.anchor, MergeTag::apply(open.mark, value));
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn put(&mut self, anchor: usize, node: Node) {
        if anchor > 0 {
            self.anchors.insert(anchor, node.clone());
        }
        match self.open.last_mut() {
            Some(open) => open.items.push(node),
            None => self.documents.push(node),
        }
    }
}

/// Build a map from alternating keys and values. Its own entries take precedence over those of `<<`.
fn map(items: Vec<Node>) -> Node {
    let mut own: Vec<(Rc<str>, Node)> = Vec::new();
    let mut merged = Vec::new();
    let mut items = items.into_iter();
    while let (Some(key), Some(value)) = (items.next(), items.next()) {
        match &key {
            Node::Text(key) if key.as_ref() == "<<" => merged.push(value),
            Node::Text(key) => match own.iter_mut().find(|(name, _)| name == key) {
                // Not allowed by the standard; the last one is what is meant.
                Some((_, old)) => *old = value,
                None => own.push((key.clone(), value)),
            },
            _ => {}
        }
    }
    let maps =
        merged.iter().flat_map(|node| if node.is_map() { std::slice::from_ref(node) } else { node.items() });
    for (key, value) in maps.flat_map(Node::entries) {
        if !own.iter().any(|(name, _)| name == key) {
            own.push((key.clone(), value.clone()));
        }
    }
    Node::Map(own.into())
}

//! All that Terraform files define: where it is, and what its blocks come to.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use hcl::expr::Expression;
use hcl::{Block, Body};

use super::value::Known;

/// Where a reference leads.
pub(super) enum Meaning<'a> {
    Value(&'a Expression),
    Block(&'a Body),
}

/// All that the files define, by address (`var.zone`, `data.cloudflare_zone.home`), and in which folder.
pub struct Scope<'a> {
    meanings: BTreeMap<String, Vec<(PathBuf, Meaning<'a>)>>,
    /// Taken so far: see [`Scope::value`].
    pub(super) steps: Cell<usize>,
}

/// Where an expression stands: its folder's definitions come first, and loops bind names.
#[derive(Clone)]
pub struct Place {
    pub folder: PathBuf,
    pub(super) bound: Vec<(String, Known)>,
    pub(super) depth: usize,
}

impl Place {
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), bound: Vec::new(), depth: 0 }
    }

    pub(super) fn with(&self, name: &str, value: Known) -> Self {
        let mut place = self.clone();
        place.bound.insert(0, (name.to_owned(), value));
        place
    }

    fn each(&self, name: &str, key: Known, value: Known) -> Self {
        self.with(name, Known::Map(vec![("key".to_owned(), key), ("value".to_owned(), value)]))
    }

    pub(super) fn deeper(&self) -> Self {
        Self { depth: self.depth + 1, ..self.clone() }
    }
}

impl<'a> Scope<'a> {
    /// `values` are the contents of `*.tfvars`, which win over defaults.
    pub fn new(files: &'a [(PathBuf, Body)], values: &'a [(PathBuf, Body)]) -> Self {
        let mut scope = Self { meanings: BTreeMap::new(), steps: Cell::new(0) };
        for (folder, body) in values {
            for attribute in body.attributes() {
                scope.define(format!("var.{}", attribute.key()), folder, Meaning::Value(attribute.expr()));
            }
        }
        for (folder, body) in files {
            for block in body.blocks() {
                scope.define_block(folder, block);
            }
        }
        scope
    }

    fn define(&mut self, address: String, folder: &Path, meaning: Meaning<'a>) {
        self.meanings.entry(address).or_default().push((folder.to_owned(), meaning));
    }

    fn define_block(&mut self, folder: &Path, block: &'a Block) {
        let labels: Vec<&str> = block.labels().iter().map(hcl::BlockLabel::as_str).collect();
        match (block.identifier(), labels.as_slice()) {
            ("variable", [name]) => {
                if let Some(default) =
                    block.body().attributes().find(|attribute| attribute.key() == "default")
                {
                    self.define(format!("var.{name}"), folder, Meaning::Value(default.expr()));
                }
            }
            ("locals", []) => {
                for local in block.body().attributes() {
                    self.define(format!("local.{}", local.key()), folder, Meaning::Value(local.expr()));
                }
            }
            ("resource", [kind, name]) => {
                self.define(format!("{kind}.{name}"), folder, Meaning::Block(block.body()))
            }
            ("data", [kind, name]) => {
                self.define(format!("data.{kind}.{name}"), folder, Meaning::Block(block.body()))
            }
            _ => {}
        }
    }

    pub(super) fn find(&self, address: &str, folder: &Path) -> Option<&(PathBuf, Meaning<'a>)> {
        let all = self.meanings.get(address)?;
        all.iter().find(|(at, _)| at == folder).or_else(|| all.first())
    }

    /// A resource's contents, once for each instance that `for_each` or `count` makes of it.
    pub fn instances(&self, body: &Body, place: &Place) -> Vec<Known> {
        let attribute = |name: &str| body.attributes().find(|attribute| attribute.key() == name);
        if attribute("count")
            .is_some_and(|count| self.value(count.expr(), place) == Known::Text("0".to_owned()))
        {
            return Vec::new();
        }
        match attribute("for_each").map(|each| self.value(each.expr(), place)) {
            Some(set @ (Known::Map(_) | Known::List(_))) => set
                .pairs()
                .into_iter()
                .map(|(key, value)| self.body(body, &place.each("each", key, value)))
                .collect(),
            _ => vec![self.body(body, place)],
        }
    }

    /// A body as a map. Blocks of one name become a list; `dynamic` ones are written out.
    pub fn body(&self, body: &Body, place: &Place) -> Known {
        let mut entries: Vec<(String, Known)> = Vec::new();
        for attribute in body.attributes() {
            entries.push((attribute.key().to_owned(), self.value(attribute.expr(), place)));
        }
        for block in body.blocks() {
            let (name, contents) = self.block(block, place);
            match entries.iter_mut().find(|(known, _)| *known == name) {
                Some((_, Known::List(list))) => list.extend(contents),
                Some(_) => {}
                None => entries.push((name, Known::List(contents))),
            }
        }
        Known::Map(entries)
    }

    fn block(&self, block: &Block, place: &Place) -> (String, Vec<Known>) {
        let name = block.labels().first().map(hcl::BlockLabel::as_str);
        let (Some(name), "dynamic") = (name, block.identifier()) else {
            return (block.identifier().to_owned(), vec![self.body(block.body(), &place.deeper())]);
        };
        let attribute = |wanted: &str| block.body().attributes().find(|attribute| attribute.key() == wanted);
        let iterator =
            attribute("iterator").map_or_else(|| name.to_owned(), |iterator| iterator.expr().to_string());
        let content = block.body().blocks().find(|block| block.identifier() == "content");
        let set = attribute("for_each").map(|each| self.value(each.expr(), place));
        let (Some(content), Some(set)) = (content, set) else { return (name.to_owned(), Vec::new()) };
        let contents = match set {
            // How many there are is not known, but what they have in common may be.
            Known::Missing(_) | Known::Resource(_) | Known::Text(_) => vec![self.body(content.body(), place)],
            set => set
                .pairs()
                .into_iter()
                .map(|(key, value)| self.body(content.body(), &place.each(&iterator, key, value)))
                .collect(),
        };
        (name.to_owned(), contents)
    }
}

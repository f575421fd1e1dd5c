//! A block as a value: its attributes, and the blocks within it.

use std::collections::BTreeMap;
use std::rc::Rc;

use hcl::{Block, Body};

use super::expression::pairs;
use super::folder::attribute;
use super::scope::{Place, Scope};
use super::value::{Unknown, Value};
use crate::import::missing::Missing;

/// Blocks of one name, and what is missing to know all of them.
type Blocks = (Vec<Value>, Option<Missing>);

impl<'a> Scope<'a> {
    /// A body as a map. Blocks of one name become a list; `dynamic` ones are written out.
    pub fn body(&self, body: &Body, place: &Place<'a>) -> Value {
        if let Err(endless) = self.charge(1, place.depth) {
            return endless.into();
        }
        let mut entries: BTreeMap<String, Value> = BTreeMap::new();
        for attribute in body.attributes() {
            entries.insert(attribute.key().to_owned(), self.value(attribute.expr(), place));
        }
        let mut blocks: BTreeMap<String, Blocks> = BTreeMap::new();
        for block in body.blocks() {
            let (name, (contents, rest)) = self.block(block, &place.deeper());
            let (all, missing) = blocks.entry(name).or_default();
            all.extend(contents);
            if let Some(rest) = rest
                && *missing.get_or_insert_with(|| rest.clone()) != rest
            {
                all.push(rest.into());
            }
        }
        for (name, (mut contents, rest)) in blocks {
            // In JSON, a block that is written out looks like an attribute.
            match entries.remove(&name) {
                Some(Value::List(list)) => contents.extend(list.items.iter().cloned()),
                written => contents.extend(written),
            }
            entries.insert(name, Value::list(contents, rest));
        }
        Value::map(entries, None)
    }

    fn block(&self, block: &Block, place: &Place<'a>) -> (String, Blocks) {
        let name = block.labels().first().map(hcl::BlockLabel::as_str);
        let (Some(name), "dynamic") = (name, block.identifier()) else {
            return (block.identifier().to_owned(), (vec![self.body(block.body(), place)], None));
        };
        let iterator = match attribute(block.body(), "iterator") {
            Some(hcl::Expression::Variable(iterator)) => iterator.to_string(),
            Some(hcl::Expression::String(iterator)) => iterator.clone(),
            _ => name.to_owned(),
        };
        let content = block.body().blocks().find(|block| block.identifier() == "content");
        let set = attribute(block.body(), "for_each").map(|each| self.value(each, place));
        let (Some(content), Some(set)) = (content.map(Block::body), set) else {
            return (name.to_owned(), Blocks::default());
        };
        (name.to_owned(), self.written_out(content, &iterator, set, place))
    }

    fn written_out(&self, content: &Body, iterator: &str, set: Value, place: &Place<'a>) -> Blocks {
        let one = |key: Value, value: Value| self.body(content, &place.with_pair(iterator, key, value));
        let unknown = match set {
            Value::Unknown(unknown) => unknown,
            set => match pairs(&set) {
                Ok((pairs, rest)) => {
                    return (pairs.into_iter().map(|(key, value)| one(key, value)).collect(), rest);
                }
                Err(unknown) => unknown,
            },
        };
        // Neither how many there are nor what they are is known, but what they have in common may be.
        let tainted = |value: Option<Value>| {
            Value::Unknown(Rc::new(Unknown { missing: unknown.missing.clone(), likely: value }))
        };
        let likely = unknown.likely.as_ref().and_then(|likely| pairs(likely).ok()).unwrap_or_default().0;
        if likely.is_empty() {
            return (vec![one(tainted(None), tainted(None))], None);
        }
        let all = likely.into_iter().map(|(key, value)| one(tainted(Some(key)), tainted(Some(value))));
        (all.collect(), None)
    }
}

//! Evaluates blocks: their attributes, and the blocks within them.

use std::collections::BTreeMap;
use std::rc::Rc;

use hcl::{Block, Body};

use super::context::EvalContext;
use super::evaluator::Evaluator;
use super::folder::attribute;
use super::value::{Unknown, Value, pairs};
use crate::import::missing_value::MissingValue;

/// Blocks of one type, and the value that is missing to know all of them.
type Blocks = (Vec<Value>, Option<MissingValue>);

impl<'a> Evaluator<'a> {
    /// Evaluate a body to a map. Blocks of one type become a list; `dynamic` blocks are expanded.
    pub fn body(&self, body: &Body, context: &EvalContext<'a>) -> Value {
        if let Err(exceeded) = self.charge(1, context.depth) {
            return exceeded.into();
        }
        let mut entries: BTreeMap<String, Value> = BTreeMap::new();
        for attribute in body.attributes() {
            entries.insert(attribute.key().to_owned(), self.value(attribute.expr(), context));
        }
        let mut blocks: BTreeMap<String, Blocks> = BTreeMap::new();
        for block in body.blocks() {
            let (name, (contents, rest)) = self.block(block, &context.deeper());
            let (all, missing) = blocks.entry(name).or_default();
            all.extend(contents);
            if let Some(rest) = rest
                && *missing.get_or_insert_with(|| rest.clone()) != rest
            {
                all.push(rest.into());
            }
        }
        for (name, (mut contents, rest)) in blocks {
            // In JSON, a block looks like an attribute.
            match entries.remove(&name) {
                Some(Value::List(list)) => contents.extend(list.items.iter().cloned()),
                written => contents.extend(written),
            }
            entries.insert(name, Value::list(contents, rest));
        }
        Value::map(entries, None)
    }

    fn block(&self, block: &Block, context: &EvalContext<'a>) -> (String, Blocks) {
        let name = block.labels().first().map(hcl::BlockLabel::as_str);
        let (Some(name), "dynamic") = (name, block.identifier()) else {
            return (block.identifier().to_owned(), (vec![self.body(block.body(), context)], None));
        };
        let iterator = match attribute(block.body(), "iterator") {
            Some(hcl::Expression::Variable(iterator)) => iterator.to_string(),
            Some(hcl::Expression::String(iterator)) => iterator.clone(),
            _ => name.to_owned(),
        };
        let content = block.body().blocks().find(|block| block.identifier() == "content");
        let set = attribute(block.body(), "for_each").map(|each| self.value(each, context));
        let (Some(content), Some(set)) = (content.map(Block::body), set) else {
            return (name.to_owned(), Blocks::default());
        };
        (name.to_owned(), self.expand_dynamic(content, &iterator, set, context))
    }

    fn expand_dynamic(
        &self,
        content: &Body,
        iterator: &str,
        set: Value,
        context: &EvalContext<'a>,
    ) -> Blocks {
        let one = |key: Value, value: Value| self.body(content, &context.with_pair(iterator, key, value));
        let unknown = match set {
            Value::Unknown(unknown) => unknown,
            set => match pairs(&set) {
                Ok((pairs, rest)) => {
                    return (pairs.into_iter().map(|(key, value)| one(key, value)).collect(), rest);
                }
                Err(unknown) => unknown,
            },
        };
        // Neither the number of blocks nor their values are known, but what they have in common may be.
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

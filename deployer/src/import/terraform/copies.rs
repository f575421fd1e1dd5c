//! Expands `count` and `for_each` of resources and modules into copies, which Terraform calls instances.

use std::rc::Rc;

use hcl::Body;
use hcl::expr::TraversalOperator;

use super::context::EvalContext;
use super::evaluator::Evaluator;
use super::folder::attribute;
use super::value::{Unknown, Value, entry, pairs};
use crate::import::missing_value::MissingValue;

/// The maximum of `count` and `for_each`, more than any home has.
const MAX_COPIES: f64 = 1000.0;

/// The copies of a block.
pub struct Copies<'a> {
    pub all: Vec<BlockCopy<'a>>,
    pub shape: CopiesShape,
    /// The value that is missing to know how many there are.
    pub missing: Option<MissingValue>,
    /// The copy that would exist if `count` were not 0.
    pub absent: Option<BlockCopy<'a>>,
}

/// A copy of a block.
pub struct BlockCopy<'a> {
    /// Its index or key.
    pub key: Value,
    pub context: EvalContext<'a>,
}

#[derive(Clone, PartialEq, Eq)]
pub enum CopiesShape {
    One,
    List,
    Map,
}

/// Evaluates the rest of a reference within a copy.
type Inside<'f, 'a> = &'f dyn Fn(&BlockCopy<'a>, &[TraversalOperator]) -> Value;

impl BlockCopy<'_> {
    /// Return the end of its address: `["sonarr"]`.
    pub fn suffix(&self) -> String {
        match &self.key {
            Value::Null => String::new(),
            Value::Text(key) => format!("[\"{key}\"]"),
            Value::Number(number) => format!("[{number}]"),
            _ => "[*]".to_owned(),
        }
    }
}

impl<'a> Evaluator<'a> {
    pub fn copies(&self, body: &Body, context: &EvalContext<'a>) -> Copies<'a> {
        if let Some(count) = attribute(body, "count") {
            let count = self.value(count, context);
            return self.counted(count.into_number(), context);
        }
        if let Some(each) = attribute(body, "for_each") {
            let set = self.value(each, context);
            return self.each(&set, context);
        }
        let one = BlockCopy { key: Value::Null, context: context.clone() };
        Copies { all: vec![one], shape: CopiesShape::One, missing: None, absent: None }
    }

    fn counted(&self, count: Result<f64, Rc<Unknown>>, context: &EvalContext<'a>) -> Copies<'a> {
        let copy = |index: Value| {
            let bound = [("index".to_owned(), index.clone())].into_iter().collect();
            BlockCopy { key: index, context: context.with("count", bound) }
        };
        match count {
            Ok(count) => {
                let all =
                    (0..count.clamp(0.0, MAX_COPIES) as usize).map(|index| copy(Value::Number(index as f64)));
                let absent = (count < 1.0).then(|| copy(Value::Number(0.0)));
                Copies { all: all.collect(), shape: CopiesShape::List, missing: None, absent }
            }
            // Assume that one exists.
            Err(unknown) => {
                let missing = Some(unknown.missing.clone());
                let index = Value::Unknown(Rc::new(Unknown {
                    likely: Some(Value::Number(0.0)),
                    ..(*unknown).clone()
                }));
                Copies { all: vec![copy(index)], shape: CopiesShape::List, missing, absent: None }
            }
        }
    }

    fn each(&self, set: &Value, context: &EvalContext<'a>) -> Copies<'a> {
        let copy = |key: Value, value: Value| BlockCopy {
            context: context.with_pair("each", key.clone(), value),
            key,
        };
        let unknown = match set {
            Value::Unknown(unknown) => unknown.clone(),
            set => match pairs(set) {
                Ok((pairs, missing)) => {
                    // Terraform does not accept a list, but its elements are clearly meant.
                    let is_list = matches!(set, Value::List(_));
                    let pair =
                        |(key, value): (Value, Value)| copy(if is_list { value.clone() } else { key }, value);
                    let all = pairs.into_iter().take(MAX_COPIES as usize).map(pair).collect();
                    return Copies { all, shape: CopiesShape::Map, missing, absent: None };
                }
                Err(unknown) => unknown,
            },
        };
        let guess = unknown.likely.as_ref().and_then(|likely| pairs(likely).ok()).unwrap_or_default().0;
        let tainted = |value: Value| {
            Value::Unknown(Rc::new(Unknown { missing: unknown.missing.clone(), likely: Some(value) }))
        };
        let mut all: Vec<_> =
            guess.into_iter().map(|(key, value)| copy(tainted(key), tainted(value))).collect();
        if all.is_empty() {
            let nothing: Value = unknown.missing.clone().into();
            all.push(copy(nothing.clone(), nothing));
        }
        Copies { all, shape: CopiesShape::Map, missing: Some(unknown.missing.clone()), absent: None }
    }

    /// Follow a reference to a block. `inside` evaluates the rest of the reference within the selected copy.
    pub fn select(
        &self,
        copies: &Copies<'a>,
        operators: &[TraversalOperator],
        context: &EvalContext<'a>,
        inside: Inside<'_, 'a>,
    ) -> Value {
        if copies.shape == CopiesShape::One {
            let [one] = copies.all.as_slice() else { return Value::Null };
            // `[0]` or `[*]` is sometimes written for a single block.
            return match operators.split_first() {
                Some((TraversalOperator::FullSplat | TraversalOperator::AttrSplat, rest)) => {
                    Value::list(vec![inside(one, rest)], None)
                }
                Some((TraversalOperator::Index(_) | TraversalOperator::LegacyIndex(_), rest)) => {
                    inside(one, rest)
                }
                _ => inside(one, operators),
            };
        }
        let index = match operators.first() {
            Some(TraversalOperator::Index(index)) => self.value(index, context),
            Some(TraversalOperator::LegacyIndex(index)) => Value::Number(*index as f64),
            Some(TraversalOperator::FullSplat | TraversalOperator::AttrSplat) => {
                let items = copies.all.iter().map(|copy| inside(copy, &operators[1..]));
                return Value::list(items.collect(), copies.missing.clone());
            }
            // `this.id` of a block with `count` used to mean the first copy.
            Some(TraversalOperator::GetAttr(_)) => match copies.all.as_slice() {
                [one] => return inside(one, operators),
                _ => return Unknown::invalid("one of several").into(),
            },
            None => return copies.whole(inside),
        };
        copies.one(&index, &operators[1..], inside)
    }
}

impl<'a> Copies<'a> {
    /// Evaluate a reference to all copies.
    fn whole(&self, inside: Inside<'_, 'a>) -> Value {
        if self.shape == CopiesShape::List {
            let items = self.all.iter().map(|copy| inside(copy, &[]));
            return Value::list(items.collect(), self.missing.clone());
        }
        let (mut entries, mut unnamed) = (std::collections::BTreeMap::new(), Vec::new());
        for copy in &self.all {
            entry(copy.key.clone().into_text(), inside(copy, &[]), &mut entries, &mut unnamed);
        }
        Value::partly_named(entries, unnamed, self.missing.clone())
    }

    /// Evaluate a reference to the copy with this index or key.
    fn one(&self, index: &Value, operators: &[TraversalOperator], inside: Inside<'_, 'a>) -> Value {
        let wanted = index.clone().likely().into_text();
        let is_it = |copy: &&BlockCopy<'a>| match (copy.key.clone().likely().into_text(), &wanted) {
            (Ok(key), Ok(wanted)) => key == *wanted,
            _ => false,
        };
        match (self.all.iter().find(is_it), index, &self.missing) {
            (Some(copy), Value::Unknown(unknown), _) => unknown.then(|_| inside(copy, operators)),
            (Some(copy), ..) => inside(copy, operators),
            (None, Value::Unknown(unknown), _) => Value::Unknown(unknown.clone()),
            (None, _, Some(missing)) => missing.clone().into(),
            (None, _, None) => Unknown::invalid("an element").into(),
        }
    }
}

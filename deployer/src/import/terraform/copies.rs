//! How often there is a resource or module: once, or once for each `count` or `for_each`.

use std::rc::Rc;

use hcl::Body;
use hcl::expr::TraversalOperator;

use super::expression::{entry, pairs};
use super::folder::attribute;
use super::scope::{Place, Scope};
use super::value::{Unknown, Value};
use crate::import::missing::Missing;

/// Copies that `count` may ask for. Nobody has more apps.
const MOST: f64 = 1000.0;

/// The copies of a block.
pub struct Copies<'a> {
    pub all: Vec<Copy<'a>>,
    pub shape: Shape,
    /// What would have to be known to tell how many there are.
    pub missing: Option<Missing>,
    /// What the first one would be, where `count` is 0.
    pub absent: Option<Copy<'a>>,
}

/// One of them.
pub struct Copy<'a> {
    /// Its position or key.
    pub key: Value,
    pub place: Place<'a>,
}

#[derive(Clone, PartialEq, Eq)]
pub enum Shape {
    One,
    List,
    Map,
}

impl Copy<'_> {
    /// What its address ends with: `["sonarr"]`.
    pub fn suffix(&self) -> String {
        match &self.key {
            Value::Null => String::new(),
            Value::Text(key) => format!("[\"{key}\"]"),
            Value::Number(number) => format!("[{number}]"),
            _ => "[*]".to_owned(),
        }
    }
}

impl<'a> Scope<'a> {
    pub fn copies(&self, body: &Body, place: &Place<'a>) -> Copies<'a> {
        if let Some(count) = attribute(body, "count") {
            let count = self.value(count, place);
            return self.counted(count.into_number(), place);
        }
        if let Some(each) = attribute(body, "for_each") {
            let set = self.value(each, place);
            return self.each(&set, place);
        }
        let one = Copy { key: Value::Null, place: place.clone() };
        Copies { all: vec![one], shape: Shape::One, missing: None, absent: None }
    }

    fn counted(&self, count: Result<f64, Rc<Unknown>>, place: &Place<'a>) -> Copies<'a> {
        let copy = |index: Value| {
            let bound = [("index".to_owned(), index.clone())].into_iter().collect();
            Copy { key: index, place: place.with("count", bound) }
        };
        match count {
            Ok(count) => {
                let all = (0..count.clamp(0.0, MOST) as usize).map(|index| copy(Value::Number(index as f64)));
                let absent = (count < 1.0).then(|| copy(Value::Number(0.0)));
                Copies { all: all.collect(), shape: Shape::List, missing: None, absent }
            }
            // What it would be if it exists.
            Err(unknown) => {
                let missing = Some(unknown.missing.clone());
                let index = Value::Unknown(Rc::new(Unknown {
                    likely: Some(Value::Number(0.0)),
                    ..(*unknown).clone()
                }));
                Copies { all: vec![copy(index)], shape: Shape::List, missing, absent: None }
            }
        }
    }

    fn each(&self, set: &Value, place: &Place<'a>) -> Copies<'a> {
        let copy =
            |key: Value, value: Value| Copy { place: place.with_pair("each", key.clone(), value), key };
        let unknown = match set {
            Value::Unknown(unknown) => unknown.clone(),
            set => match pairs(set) {
                Ok((pairs, missing)) => {
                    // A list is not allowed, but clearly means its elements.
                    let is_list = matches!(set, Value::List(_));
                    let pair =
                        |(key, value): (Value, Value)| copy(if is_list { value.clone() } else { key }, value);
                    let all = pairs.into_iter().take(MOST as usize).map(pair).collect();
                    return Copies { all, shape: Shape::Map, missing, absent: None };
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
        Copies { all, shape: Shape::Map, missing: Some(unknown.missing.clone()), absent: None }
    }

    /// Follows a reference to a block: `inside` follows it into a copy, once it is clear which.
    pub fn among(
        &self,
        copies: &Copies<'a>,
        operators: &[TraversalOperator],
        place: &Place<'a>,
        inside: &dyn Fn(&Copy<'a>, &[TraversalOperator]) -> Value,
    ) -> Value {
        if copies.shape == Shape::One {
            let [one] = copies.all.as_slice() else { return Value::Null };
            // Some still write `[0]` or `[*]` where there is one only.
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
            Some(TraversalOperator::Index(index)) => self.value(index, place),
            Some(TraversalOperator::LegacyIndex(index)) => Value::Number(*index as f64),
            Some(TraversalOperator::FullSplat | TraversalOperator::AttrSplat) => {
                let items = copies.all.iter().map(|copy| inside(copy, &operators[1..]));
                return Value::list(items.collect(), copies.missing.clone());
            }
            // `this.id` of what is counted is no longer allowed, but meant the first one.
            Some(TraversalOperator::GetAttr(_)) => match copies.all.as_slice() {
                [one] => return inside(one, operators),
                _ => return Unknown::invalid("one of several").into(),
            },
            None => return self.whole(copies, inside),
        };
        self.chosen(copies, &index, &operators[1..], inside)
    }

    fn whole(&self, copies: &Copies<'a>, inside: &dyn Fn(&Copy<'a>, &[TraversalOperator]) -> Value) -> Value {
        if copies.shape == Shape::List {
            let items = copies.all.iter().map(|copy| inside(copy, &[]));
            return Value::list(items.collect(), copies.missing.clone());
        }
        let (mut entries, mut unnamed) = (std::collections::BTreeMap::new(), Vec::new());
        for copy in &copies.all {
            entry(copy.key.clone().into_text(), inside(copy, &[]), &mut entries, &mut unnamed);
        }
        Value::partly_named(entries, unnamed, copies.missing.clone())
    }

    fn chosen(
        &self,
        copies: &Copies<'a>,
        index: &Value,
        operators: &[TraversalOperator],
        inside: &dyn Fn(&Copy<'a>, &[TraversalOperator]) -> Value,
    ) -> Value {
        let wanted = index.clone().likely().into_text();
        let is_it = |copy: &&Copy<'a>| match (copy.key.clone().likely().into_text(), &wanted) {
            (Ok(key), Ok(wanted)) => key == *wanted,
            _ => false,
        };
        match (copies.all.iter().find(is_it), index, &copies.missing) {
            (Some(copy), Value::Unknown(unknown), _) => unknown.then(|_| inside(copy, operators)),
            (Some(copy), ..) => inside(copy, operators),
            (None, Value::Unknown(unknown), _) => Value::Unknown(unknown.clone()),
            (None, _, Some(missing)) => missing.clone().into(),
            (None, _, None) => Unknown::invalid("an element").into(),
        }
    }
}

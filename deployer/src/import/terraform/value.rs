//! Values of expressions. Parts of a value may be unknown, and are never mistaken for empty.

mod convert;
mod equality;
mod fingerprint;
mod pairs;

use std::collections::BTreeMap;
use std::rc::Rc;

pub use convert::number_text;
pub use equality::same;
pub use pairs::{entry, pairs};

use crate::import::missing_value::{MissingReason, MissingValue};

/// The maximum weight of a value, more than any home needs. It bounds the time to walk a value.
pub const MAX_WEIGHT: usize = 300_000;
/// The maximum nesting of a value, since walking it is recursive.
const MAX_DEPTH: usize = 100;

/// A value. Large values are shared, not copied.
#[derive(Debug, Clone)]
pub enum Value {
    Null,
    Bool(bool),
    Number(f64),
    Text(Rc<str>),
    List(Rc<List>),
    Map(Rc<Map>),
    /// The `id` of the resource at this address, which is not known before it exists.
    Id(Rc<str>),
    Unknown(Rc<Unknown>),
}

/// A list, a tuple or a set.
#[derive(Debug, Default)]
pub struct List {
    pub items: Vec<Value>,
    /// The elements of a set are sorted, and are their own keys.
    pub is_set: bool,
    /// The value that is missing to know more elements, if there may be any.
    pub rest: Option<MissingValue>,
    weight: usize,
    depth: usize,
}

/// A map or an object. Terraform also iterates in the order of keys.
#[derive(Debug, Default)]
pub struct Map {
    pub entries: BTreeMap<String, Value>,
    /// Entries whose keys are unknown.
    pub unnamed: Vec<(Rc<Unknown>, Value)>,
    pub rest: Option<MissingValue>,
    weight: usize,
    depth: usize,
}

/// An unknown value.
#[derive(Debug, Clone)]
pub struct Unknown {
    pub missing: MissingValue,
    /// The value if an unknown condition holds, or the text with a placeholder for the missing value.
    pub likely: Option<Value>,
}

/// A value, or the reason why it is unknown.
pub type Evaluated<T = Value> = Result<T, Rc<Unknown>>;

impl Unknown {
    pub fn new(what: impl Into<String>, reason: MissingReason) -> Rc<Self> {
        Rc::new(Self { missing: MissingValue::new(what, reason), likely: None })
    }

    /// An expression that has no value.
    pub fn invalid(what: impl Into<String>) -> Rc<Self> {
        Self::new(what, MissingReason::Invalid)
    }

    pub fn limit_exceeded(what: impl Into<String>) -> Rc<Self> {
        Self::new(what, MissingReason::LimitExceeded)
    }

    /// Derive another unknown value, with a likely value derived from this one's.
    pub fn then(&self, next: impl FnOnce(Value) -> Value) -> Value {
        let likely = self.likely.clone().map(|likely| next(likely).likely());
        let likely = likely.filter(|likely| !matches!(likely, Value::Unknown(_)));
        Value::Unknown(Rc::new(Self { missing: self.missing.clone(), likely }))
    }
}

impl From<Rc<Unknown>> for Value {
    fn from(unknown: Rc<Unknown>) -> Self {
        Self::Unknown(unknown)
    }
}

impl From<MissingValue> for Value {
    fn from(missing: MissingValue) -> Self {
        Self::Unknown(Rc::new(Unknown { missing, likely: None }))
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(Rc::from(text))
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        if text.len() / 32 > MAX_WEIGHT {
            Unknown::limit_exceeded("a string").into()
        } else {
            Self::Text(Rc::from(text))
        }
    }
}

impl FromIterator<Self> for Value {
    fn from_iter<I: IntoIterator<Item = Self>>(items: I) -> Self {
        Self::list(items.into_iter().collect(), None)
    }
}

impl FromIterator<(String, Self)> for Value {
    fn from_iter<I: IntoIterator<Item = (String, Self)>>(entries: I) -> Self {
        Self::map(entries.into_iter().collect(), None)
    }
}

impl Value {
    pub fn list(items: Vec<Self>, rest: Option<MissingValue>) -> Self {
        Self::collection(items, rest, false)
    }

    /// Create a set of sorted, unique elements. Unknown elements are kept, because they may differ from all others.
    pub fn set(items: Vec<Self>, rest: Option<MissingValue>) -> Self {
        let (known, unknown): (Vec<Self>, Vec<Self>) =
            items.into_iter().partition(|item| item.first_unknown().is_none());
        let mut sorted: BTreeMap<String, Self> = BTreeMap::new();
        for item in known {
            sorted.entry(item.fingerprint()).or_insert(item);
        }
        Self::collection(sorted.into_values().chain(unknown).collect(), rest, true)
    }

    fn collection(items: Vec<Self>, rest: Option<MissingValue>, is_set: bool) -> Self {
        let weight = items.iter().map(Self::weight).fold(1, usize::saturating_add);
        let depth = 1 + items.iter().map(Self::depth).max().unwrap_or_default();
        if weight > MAX_WEIGHT || depth > MAX_DEPTH {
            return Unknown::limit_exceeded("a list").into();
        }
        Self::List(Rc::new(List { items, is_set, rest, weight, depth }))
    }

    pub fn map(entries: BTreeMap<String, Self>, rest: Option<MissingValue>) -> Self {
        Self::partly_named(entries, Vec::new(), rest)
    }

    /// Create a map that has entries with unknown keys.
    pub fn partly_named(
        entries: BTreeMap<String, Self>,
        unnamed: Vec<(Rc<Unknown>, Self)>,
        rest: Option<MissingValue>,
    ) -> Self {
        let named = entries.iter().map(|(key, value)| value.weight() + key.len() / 32);
        let weight = named.chain(unnamed.iter().map(|(_, value)| 1 + value.weight()));
        let weight = weight.fold(1, usize::saturating_add);
        let values = entries.values().chain(unnamed.iter().map(|(_, value)| value));
        let depth = 1 + values.map(Self::depth).max().unwrap_or_default();
        if weight > MAX_WEIGHT || depth > MAX_DEPTH {
            return Unknown::limit_exceeded("a map").into();
        }
        Self::Map(Rc::new(Map { entries, unnamed, rest, weight, depth }))
    }

    /// Return the cost of walking the value.
    pub fn weight(&self) -> usize {
        match self {
            Self::Text(text) => 1 + text.len() / 32,
            Self::List(list) => list.weight,
            Self::Map(map) => map.weight,
            Self::Unknown(unknown) => 1 + unknown.likely.as_ref().map_or(0, Self::weight),
            _ => 1,
        }
    }

    fn depth(&self) -> usize {
        match self {
            Self::List(list) => list.depth,
            Self::Map(map) => map.depth,
            Self::Unknown(unknown) => unknown.likely.as_ref().map_or(0, |likely| 1 + likely.depth()),
            _ => 0,
        }
    }

    /// Return the likely value of an unknown one.
    pub fn likely(self) -> Self {
        match self {
            Self::Unknown(unknown) => unknown.likely.clone().unwrap_or(Self::Unknown(unknown)),
            known => known,
        }
    }

    /// Return the value if it is known. Its parts may be unknown.
    pub fn known(self) -> Evaluated {
        if let Self::Unknown(unknown) = self { Err(unknown) } else { Ok(self) }
    }

    /// Return the first unknown part at any depth.
    pub fn first_unknown(&self) -> Option<Rc<Unknown>> {
        let of = |missing: &MissingValue| Rc::new(Unknown { missing: missing.clone(), likely: None });
        match self {
            Self::Unknown(unknown) => Some(unknown.clone()),
            Self::List(list) => {
                list.items.iter().find_map(Self::first_unknown).or_else(|| list.rest.as_ref().map(of))
            }
            Self::Map(map) => {
                let unnamed = || map.unnamed.first().map(|(key, _)| key.clone());
                let rest = || map.rest.as_ref().map(of);
                map.entries.values().find_map(Self::first_unknown).or_else(unnamed).or_else(rest)
            }
            Self::Id(address) => Some(Unknown::new(format!("{address}.id"), MissingReason::Provider)),
            _ => None,
        }
    }

    /// Whether it is null, or has no contents.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Text(text) => text.is_empty(),
            Self::List(list) => list.items.is_empty() && list.rest.is_none(),
            Self::Map(map) => map.entries.is_empty() && map.unnamed.is_empty() && map.rest.is_none(),
            _ => false,
        }
    }

    pub fn as_text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// Return an attribute: `None` if it is not set, unknown if it may be.
    pub fn get(&self, key: &str) -> Option<Self> {
        match self {
            Self::Map(map) => map.get(key),
            Self::Unknown(unknown) => Some(unknown.then(|likely| likely.get(key).unwrap_or(Self::Null))),
            _ => None,
        }
    }

    /// Return the maps in a value that may be written as one block, several, or a list of objects.
    pub fn maps(&self) -> Vec<&Self> {
        match self {
            Self::Map(_) => vec![self],
            Self::List(list) => list.items.iter().flat_map(Self::maps).collect(),
            _ => Vec::new(),
        }
    }
}

impl Map {
    /// Return all values, including those with unknown keys.
    pub fn values(&self) -> impl Iterator<Item = &Value> {
        self.entries.values().chain(self.unnamed.iter().map(|(_, value)| value))
    }

    /// Return an attribute: `None` if it is not set, unknown if it may be.
    pub fn get(&self, key: &str) -> Option<Value> {
        self.entries.get(key).cloned().or_else(|| {
            // It may be one of those entries.
            if let Some((unknown, _)) = self.unnamed.first() {
                return Some(unknown.missing.clone().into());
            }
            let mut missing = self.rest.clone()?;
            if missing.reason == MissingReason::Provider {
                missing.what = format!("{}.{key}", missing.what);
            }
            Some(missing.into())
        })
    }
}

//! What a Terraform expression evaluates to. Parts of a value may be unknown: they are never taken for empty.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::import::missing::{Missing, Reason};

/// Elements and text of one value, all in all. No home needs more, and whatever reads a value ends soon.
pub const LARGEST: usize = 300_000;
/// Lists within lists. Whatever walks through a value may take a part of the stack for each.
const DEEPEST: usize = 100;

/// A value. Large ones are shared, not copied.
#[derive(Debug, Clone)]
pub enum Value {
    Null,
    Bool(bool),
    Number(f64),
    Text(Rc<str>),
    List(Rc<List>),
    Map(Rc<Map>),
    /// The `id` of the resource at this address, which nobody knows before it exists.
    Id(Rc<str>),
    Unknown(Rc<Unknown>),
}

/// A list, a tuple or a set.
#[derive(Debug, Default)]
pub struct List {
    pub items: Vec<Value>,
    /// Sets have no order of their own: their elements are sorted, and are their own keys.
    pub is_set: bool,
    /// There are more elements, or may be: this would say which.
    pub rest: Option<Missing>,
    weight: usize,
    depth: usize,
}

/// A map or an object. Terraform visits its keys in this order, too.
#[derive(Debug, Default)]
pub struct Map {
    pub entries: BTreeMap<String, Value>,
    /// Entries whose keys are not known.
    pub unnamed: Vec<(Rc<Unknown>, Value)>,
    pub rest: Option<Missing>,
    weight: usize,
    depth: usize,
}

/// A value that is not known.
#[derive(Debug, Clone)]
pub struct Unknown {
    pub missing: Missing,
    /// What it is if a condition that is not known holds, or the text with the gap named in it.
    pub likely: Option<Value>,
}

/// A value, or what is missing for it.
pub type Evaluated<T = Value> = Result<T, Rc<Unknown>>;

impl Unknown {
    pub fn new(what: impl Into<String>, reason: Reason) -> Rc<Self> {
        Rc::new(Self { missing: Missing::new(what, reason), likely: None })
    }

    /// An expression without a value.
    pub fn invalid(what: impl Into<String>) -> Rc<Self> {
        Self::new(what, Reason::Invalid)
    }

    pub fn endless(what: impl Into<String>) -> Rc<Self> {
        Self::new(what, Reason::Endless)
    }

    /// What follows from it: unknown for the same reason, and as likely.
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

impl From<Missing> for Value {
    fn from(missing: Missing) -> Self {
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
        if text.len() / 32 > LARGEST { Unknown::endless("a text").into() } else { Self::Text(Rc::from(text)) }
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
    pub fn list(items: Vec<Self>, rest: Option<Missing>) -> Self {
        Self::collection(items, rest, false)
    }

    /// A set of these: each once, in order. Elements that are not known stay, as nobody can say what they equal.
    pub fn set(items: Vec<Self>, rest: Option<Missing>) -> Self {
        let (known, unknown): (Vec<Self>, Vec<Self>) =
            items.into_iter().partition(|item| item.gap().is_none());
        let mut sorted: BTreeMap<String, Self> = BTreeMap::new();
        for item in known {
            sorted.entry(item.fingerprint()).or_insert(item);
        }
        Self::collection(sorted.into_values().chain(unknown).collect(), rest, true)
    }

    fn collection(items: Vec<Self>, rest: Option<Missing>, is_set: bool) -> Self {
        let weight = items.iter().map(Self::weight).fold(1, usize::saturating_add);
        let depth = 1 + items.iter().map(Self::depth).max().unwrap_or_default();
        if weight > LARGEST || depth > DEEPEST {
            return Unknown::endless("a list").into();
        }
        Self::List(Rc::new(List { items, is_set, rest, weight, depth }))
    }

    pub fn map(entries: BTreeMap<String, Self>, rest: Option<Missing>) -> Self {
        Self::partly_named(entries, Vec::new(), rest)
    }

    /// A map with entries whose keys are not known.
    pub fn partly_named(
        entries: BTreeMap<String, Self>,
        unnamed: Vec<(Rc<Unknown>, Self)>,
        rest: Option<Missing>,
    ) -> Self {
        let named = entries.iter().map(|(key, value)| value.weight() + key.len() / 32);
        let weight = named.chain(unnamed.iter().map(|(_, value)| 1 + value.weight()));
        let weight = weight.fold(1, usize::saturating_add);
        let values = entries.values().chain(unnamed.iter().map(|(_, value)| value));
        let depth = 1 + values.map(Self::depth).max().unwrap_or_default();
        if weight > LARGEST || depth > DEEPEST {
            return Unknown::endless("a map").into();
        }
        Self::Map(Rc::new(Map { entries, unnamed, rest, weight, depth }))
    }

    /// How much there is to go through.
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

    /// The value that an unknown one is likely to have.
    pub fn likely(self) -> Self {
        match self {
            Self::Unknown(unknown) => unknown.likely.clone().unwrap_or(Self::Unknown(unknown)),
            known => known,
        }
    }

    /// The value, if it is known. Its parts may not be.
    pub fn known(self) -> Evaluated {
        if let Self::Unknown(unknown) = self { Err(unknown) } else { Ok(self) }
    }

    /// The first thing that is missing in it, however deep.
    pub fn gap(&self) -> Option<Rc<Unknown>> {
        let of = |missing: &Missing| Rc::new(Unknown { missing: missing.clone(), likely: None });
        match self {
            Self::Unknown(unknown) => Some(unknown.clone()),
            Self::List(list) => list.items.iter().find_map(Self::gap).or_else(|| list.rest.as_ref().map(of)),
            Self::Map(map) => {
                let unnamed = || map.unnamed.first().map(|(key, _)| key.clone());
                let rest = || map.rest.as_ref().map(of);
                map.entries.values().find_map(Self::gap).or_else(unnamed).or_else(rest)
            }
            Self::Id(address) => Some(Unknown::new(format!("{address}.id"), Reason::Provider)),
            _ => None,
        }
    }

    /// Nothing to use: null, or a text, list or map without contents.
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

    /// An attribute: nothing if it is not set, unknown if it may be.
    pub fn get(&self, key: &str) -> Option<Self> {
        match self {
            Self::Map(map) => map.get(key),
            Self::Unknown(unknown) => Some(unknown.then(|likely| likely.get(key).unwrap_or(Self::Null))),
            _ => None,
        }
    }

    /// Text, number or truth as the text that a template makes of it.
    pub fn into_text(self) -> Evaluated<Rc<str>> {
        match self {
            Self::Text(text) => Ok(text),
            Self::Bool(value) => Ok(Rc::from(value.to_string())),
            Self::Number(number) => Ok(Rc::from(number_text(number))),
            Self::Unknown(unknown) => Err(unknown),
            Self::Id(address) => Err(Unknown::new(format!("{address}.id"), Reason::Provider)),
            Self::Null => Err(Unknown::invalid("a text that is null")),
            Self::List(_) | Self::Map(_) => Err(Unknown::invalid("a text where a list or map is given")),
        }
    }

    pub fn into_number(self) -> Evaluated<f64> {
        let invalid = || Unknown::invalid("a number");
        match self {
            Self::Number(number) => Ok(number),
            Self::Text(text) => {
                text.trim().parse().ok().filter(|number: &f64| number.is_finite()).ok_or_else(invalid)
            }
            Self::Unknown(unknown) => Err(unknown),
            _ => Err(invalid()),
        }
    }

    pub fn into_bool(self) -> Evaluated<bool> {
        match &self {
            Self::Bool(value) => Ok(*value),
            Self::Text(text) if matches!(text.as_ref(), "true" | "1") => Ok(true),
            Self::Text(text) if matches!(text.as_ref(), "false" | "0") => Ok(false),
            Self::Unknown(unknown) => Err(unknown.clone()),
            _ => Err(Unknown::invalid("a condition")),
        }
    }

    /// The maps within, for what may be written as one block, several, or a list of objects.
    pub fn maps(&self) -> Vec<&Self> {
        match self {
            Self::Map(_) => vec![self],
            Self::List(list) => list.items.iter().flat_map(Self::maps).collect(),
            _ => Vec::new(),
        }
    }
}

impl Map {
    /// All values, whether their keys are known or not.
    pub fn values(&self) -> impl Iterator<Item = &Value> {
        self.entries.values().chain(self.unnamed.iter().map(|(_, value)| value))
    }

    /// An attribute: nothing if it is not set, unknown if it may be.
    pub fn get(&self, key: &str) -> Option<Value> {
        self.entries.get(key).cloned().or_else(|| {
            // One of those may be it.
            if let Some((unknown, _)) = self.unnamed.first() {
                return Some(unknown.missing.clone().into());
            }
            let mut missing = self.rest.clone()?;
            if missing.reason == Reason::Provider {
                missing.what = format!("{}.{key}", missing.what);
            }
            Some(missing.into())
        })
    }
}

/// A number as Terraform prints it: without a fraction if there is none.
pub fn number_text(number: f64) -> String {
    if number.fract() == 0.0 && number.abs() < 1e15 { format!("{number:.0}") } else { number.to_string() }
}

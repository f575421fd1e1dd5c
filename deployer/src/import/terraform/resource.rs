//! Attributes of resources and data sources, as far as they are written in the files, and outputs of modules.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::rc::Rc;

use hcl::Body;
use hcl::expr::{Expression, TraversalOperator};

use super::copies::Copy;
use super::folder::{Definition, attribute};
use super::inputs::Inputs;
use super::reference::elsewhere;
use super::scope::{DEEPEST_MODULE, Instance, Place, Scope};
use super::value::{Unknown, Value};
use crate::import::missing::{Missing, Reason};

impl<'a> Scope<'a> {
    /// What `operators` lead to in the resource at `address`; `written` is the whole reference.
    pub fn resource(
        &self,
        address: &str,
        operators: &[TraversalOperator],
        written: &str,
        place: &Place<'a>,
    ) -> Value {
        let instance = &place.instance;
        let Some(Definition::Block(body)) = self.find(instance, address) else {
            return elsewhere(written, address, &instance.address);
        };
        let there = Place::new(instance, place.depth + 1);
        let copies = self.copies(body, &there);
        self.among(&copies, operators, place, &|copy, operators| {
            let whole = format!("{}{address}{}", instance.address, copy.suffix());
            match operators.split_first() {
                Some((TraversalOperator::GetAttr(name), rest)) => {
                    let value = self.attribute_of(&whole, name.as_str(), body, copy);
                    self.walk(value, rest, place)
                }
                Some(_) => Unknown::new(whole, Reason::Provider).into(),
                None => self.object_of(&whole, body, copy),
            }
        })
    }

    /// One attribute, if it is written there or follows from what is.
    fn attribute_of(&self, address: &str, name: &str, body: &Body, copy: &Copy<'a>) -> Value {
        let read = |name: &str| self.written(name, body, copy);
        let kind = address.rsplit("module.").next().unwrap_or(address);
        match (name, read(name)) {
            ("id", _) => Value::Id(address.into()),
            (_, Some(value)) => value,
            // What Cloudflare would answer: a record's whole name is its own and its zone's.
            ("hostname", None) => self
                .record(read("name"), read("zone_id"), &copy.place)
                .unwrap_or_else(|| self.part_of_zone(format!("{address}.hostname"), read("name"))),
            // What Cloudflare would find by this name.
            ("zones" | "result", None) if kind.contains("data.cloudflare_zones.") => {
                let name = read("name").unwrap_or(Value::Null);
                let zone = [("name".to_owned(), name), ("id".to_owned(), Value::Id(address.into()))];
                Value::list(vec![zone.into_iter().collect()], None)
            }
            ("output", None) if kind.contains("terraform_data.") => read("input").unwrap_or(Value::Null),
            ("content", None) if kind.contains("data.local_file.") => {
                let path = read("filename").unwrap_or(Value::Null);
                super::functions::call(self, "file", vec![path], &copy.place)
            }
            (name, None) => match body.blocks().any(|block| block.identifier() == name) {
                true => self.body(body, &copy.place).get(name).unwrap_or(Value::Null),
                false => Unknown::new(format!("{address}.{name}"), Reason::Provider).into(),
            },
        }
    }

    /// The name of a record whose zone is not known: it still says which app it is.
    fn part_of_zone(&self, what: String, name: Option<Value>) -> Value {
        let likely =
            name.and_then(|name| name.into_text().ok()).map(|name| Value::from(format!("{name}.${{zone}}")));
        Value::Unknown(Rc::new(Unknown { missing: Missing::new(what, Reason::Provider), likely }))
    }

    /// An attribute as it is written, or as it is looked for: a zone that is looked up by name has it within its filter.
    fn written(&self, name: &str, body: &Body, copy: &Copy<'a>) -> Option<Value> {
        let value = |name: &str| attribute(body, name).map(|expression| self.value(expression, &copy.place));
        let filters = body.blocks().filter(|block| block.identifier() == "filter");
        let in_block = || filters.filter_map(|block| attribute(block.body(), name)).next();
        value(name)
            .or_else(|| value("filter")?.get(name))
            .or_else(|| Some(self.value(in_block()?, &copy.place)))
    }

    /// All of it. What is not written there is its provider's.
    pub fn object_of(&self, address: &str, body: &Body, copy: &Copy<'a>) -> Value {
        let Value::Map(map) = self.body(body, &copy.place) else {
            return Unknown::new(address, Reason::Provider).into();
        };
        let mut entries = map.entries.clone();
        entries.insert("id".to_owned(), Value::Id(address.into()));
        let record = self.record(map.get("name"), map.get("zone_id"), &copy.place);
        if let Some(hostname) = record {
            entries.entry("hostname".to_owned()).or_insert(hostname);
        }
        Value::map(entries, Some(Missing::new(address, Reason::Provider)))
    }

    fn record(&self, name: Option<Value>, zone: Option<Value>, place: &Place<'a>) -> Option<Value> {
        let Some(Value::Id(zone)) = zone else { return None };
        let zone = zone.strip_prefix(place.instance.address.as_str())?;
        let (address, key) = zone.split_once('[').map_or((zone, None), |(address, key)| (address, Some(key)));
        let Definition::Block(body) = self.find(&place.instance, address)? else { return None };
        let copies = self.copies(body, &Place::new(&place.instance, place.depth + 1));
        let copy = copies.all.iter().find(|copy| key.is_none() || copy.suffix().strip_prefix('[') == key)?;
        let whole = |name: std::rc::Rc<str>, zone: std::rc::Rc<str>| {
            if *name == *"@" || name == zone {
                zone.to_string()
            } else if name.ends_with(&format!(".{zone}")) {
                name.to_string()
            } else {
                format!("{name}.{zone}")
            }
        };
        let zone = ["name", "zone"].into_iter().find_map(|name| self.written(name, body, copy))?;
        let name = name?;
        match (name.clone().into_text(), zone.into_text()) {
            (Ok(name), Ok(zone)) => Some(Value::from(whole(name, zone))),
            (Ok(name), Err(unknown)) => Some(Value::Unknown(Rc::new(Unknown {
                missing: unknown.missing.clone(),
                likely: Some(Value::from(format!("{name}.${{{}}}", unknown.missing.what))),
            }))),
            (Err(unknown), _) => Some(unknown.into()),
        }
    }

    /// What `operators` lead to in the module of this name.
    pub fn module(&self, name: &str, operators: &[TraversalOperator], place: &Place<'a>) -> Value {
        let address = format!("module.{name}");
        let Some(Definition::Block(call)) = self.find(&place.instance, &address) else {
            return Unknown::new(address, Reason::Undefined).into();
        };
        let here = Place::new(&place.instance, place.depth + 1);
        let copies = self.copies(call, &here);
        self.among(&copies, operators, place, &|copy, operators| {
            let instance = match self.child(name, call, copy) {
                Ok(instance) => instance,
                Err(mut missing) => {
                    if let Some(TraversalOperator::GetAttr(output)) = operators.first() {
                        missing.what = format!("{}.{output}", missing.what);
                    }
                    return missing.into();
                }
            };
            let inside = Place::new(&instance, place.depth + 1);
            let output = |name: &str| self.defined(&format!("output.{name}"), &inside);
            match operators.split_first() {
                Some((TraversalOperator::GetAttr(name), rest)) => {
                    self.walk(output(name.as_str()), rest, place)
                }
                Some(_) => Unknown::invalid(address.as_str()).into(),
                None => {
                    let names =
                        self.definitions.get(instance.folder).into_iter().flat_map(|all| all.outputs());
                    let outputs: BTreeMap<_, _> = names.map(|name| (name.to_owned(), output(name))).collect();
                    Value::map(outputs, None)
                }
            }
        })
    }

    /// The copy of a module that a call makes, or why it is not among the files.
    pub fn child(&self, name: &str, call: &'a Body, copy: &Copy<'a>) -> Result<Rc<Instance<'a>>, Missing> {
        let parent = &copy.place.instance;
        let own = format!("{}module.{name}", parent.address);
        let missing = |reason: Reason| Missing::new(own.as_str(), reason);
        let folder: PathBuf = self
            .folders
            .source(parent.folder, name, call)
            .ok_or_else(|| missing(Reason::Module(origin(call))))?;
        let (folder, _) = self.folder(&folder).ok_or_else(|| missing(Reason::File))?;
        if parent.depth >= DEEPEST_MODULE || self.charge(1, copy.place.depth).is_err() {
            return Err(missing(Reason::Endless));
        }
        let address = format!("{own}{}.", copy.suffix());
        let is_certain = !matches!(copy.key, Value::Unknown(_));
        if let Some(instance) = parent.children.borrow().get(&address).filter(|_| is_certain) {
            return Ok(instance.clone());
        }
        let inputs = Inputs::Call(call, copy.place.clone());
        let instance = Instance::new(folder, parent.root, address.clone(), parent.depth + 1, inputs);
        parent.children.borrow_mut().insert(address, instance.clone());
        Ok(instance)
    }
}

/// Where a module comes from, without what may be a password in it.
fn origin(call: &Body) -> String {
    let Some(Expression::String(source)) = attribute(call, "source") else {
        return "a source that is not known".to_owned();
    };
    let source = source.split('?').next().unwrap_or_default();
    match source.rsplit_once('@') {
        Some((start, rest)) => match start.rsplit_once("//") {
            Some((scheme, _)) => format!("{scheme}//{rest}"),
            None => rest.to_owned(),
        },
        None => source.to_owned(),
    }
}

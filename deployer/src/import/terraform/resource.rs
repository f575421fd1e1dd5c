//! Evaluates attributes of resources and data sources, as far as they are in the files, and outputs of modules.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::rc::Rc;

use hcl::Body;
use hcl::expr::{Expression, TraversalOperator};

use super::context::{EvalContext, Inputs, ModuleInstance};
use super::copies::BlockCopy;
use super::evaluator::{Evaluator, MAX_MODULE_DEPTH};
use super::folder::{Definition, attribute};
use super::reference::external;
use super::value::{Unknown, Value};
use crate::import::missing_value::{MissingReason, MissingValue};

impl<'a> Evaluator<'a> {
    /// Evaluate `operators` on the resource at `address`; `written` is the whole reference.
    pub fn resource(
        &self,
        address: &str,
        operators: &[TraversalOperator],
        written: &str,
        context: &EvalContext<'a>,
    ) -> Value {
        let instance = &context.instance;
        let Some(Definition::Block(body)) = self.find(instance, address) else {
            return external(written, address, &instance.address);
        };
        let there = EvalContext::new(instance, context.depth + 1);
        let copies = self.copies(body, &there);
        self.select(&copies, operators, context, &|copy, operators| {
            let whole = format!("{}{address}{}", instance.address, copy.suffix());
            match operators.split_first() {
                Some((TraversalOperator::GetAttr(name), rest)) => {
                    let value = self.attribute_of(&whole, name.as_str(), body, copy);
                    self.walk(value, rest, context)
                }
                Some(_) => Unknown::new(whole, MissingReason::Provider).into(),
                None => self.object_of(&whole, body, copy),
            }
        })
    }

    /// Return an attribute that is set, or follows from those that are.
    fn attribute_of(&self, address: &str, name: &str, body: &Body, copy: &BlockCopy<'a>) -> Value {
        let read = |name: &str| self.written(name, body, copy);
        let kind = address.rsplit("module.").next().unwrap_or(address);
        match (name, read(name)) {
            ("id", _) => Value::Id(address.into()),
            (_, Some(value)) => value,
            // Cloudflare would return the full name of a record: its own name and its zone's.
            ("hostname", None) => self
                .record(read("name"), read("zone_id"), &copy.context)
                .unwrap_or_else(|| self.part_of_zone(format!("{address}.hostname"), read("name"))),
            // Cloudflare would return the zone of this name.
            ("zones" | "result", None) if kind.contains("data.cloudflare_zones.") => {
                let name = read("name").unwrap_or(Value::Null);
                let zone = [("name".to_owned(), name), ("id".to_owned(), Value::Id(address.into()))];
                Value::list(vec![zone.into_iter().collect()], None)
            }
            ("output", None) if kind.contains("terraform_data.") => read("input").unwrap_or(Value::Null),
            ("content", None) if kind.contains("data.local_file.") => {
                let path = read("filename").unwrap_or(Value::Null);
                super::functions::call(self, "file", vec![path], &copy.context)
            }
            (name, None) => match body.blocks().any(|block| block.identifier() == name) {
                true => self.body(body, &copy.context).get(name).unwrap_or(Value::Null),
                false => Unknown::new(format!("{address}.{name}"), MissingReason::Provider).into(),
            },
        }
    }

    /// Return the name of a record whose zone is not known. It still identifies the app.
    fn part_of_zone(&self, what: String, name: Option<Value>) -> Value {
        let likely =
            name.and_then(|name| name.into_text().ok()).map(|name| Value::from(format!("{name}.${{zone}}")));
        Value::Unknown(Rc::new(Unknown { missing: MissingValue::new(what, MissingReason::Provider), likely }))
    }

    /// Return an attribute or the filter that it is looked up by, as in a zone that is looked up by name.
    fn written(&self, name: &str, body: &Body, copy: &BlockCopy<'a>) -> Option<Value> {
        let value =
            |name: &str| attribute(body, name).map(|expression| self.value(expression, &copy.context));
        let filters = body.blocks().filter(|block| block.identifier() == "filter");
        let in_block = || filters.filter_map(|block| attribute(block.body(), name)).next();
        value(name)
            .or_else(|| value("filter")?.get(name))
            .or_else(|| Some(self.value(in_block()?, &copy.context)))
    }

    /// Evaluate a whole resource. Attributes that are not set are known only to its provider.
    pub fn object_of(&self, address: &str, body: &Body, copy: &BlockCopy<'a>) -> Value {
        let Value::Map(map) = self.body(body, &copy.context) else {
            return Unknown::new(address, MissingReason::Provider).into();
        };
        let mut entries = map.entries.clone();
        entries.insert("id".to_owned(), Value::Id(address.into()));
        let record = self.record(map.get("name"), map.get("zone_id"), &copy.context);
        if let Some(hostname) = record {
            entries.entry("hostname".to_owned()).or_insert(hostname);
        }
        Value::map(entries, Some(MissingValue::new(address, MissingReason::Provider)))
    }

    fn record(&self, name: Option<Value>, zone: Option<Value>, context: &EvalContext<'a>) -> Option<Value> {
        let Some(Value::Id(zone)) = zone else { return None };
        let zone = zone.strip_prefix(context.instance.address.as_str())?;
        let (address, key) = zone.split_once('[').map_or((zone, None), |(address, key)| (address, Some(key)));
        let Definition::Block(body) = self.find(&context.instance, address)? else { return None };
        let copies = self.copies(body, &EvalContext::new(&context.instance, context.depth + 1));
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

    /// Evaluate `operators` on the module of this name.
    pub fn module(&self, name: &str, operators: &[TraversalOperator], context: &EvalContext<'a>) -> Value {
        let address = format!("module.{name}");
        let Some(Definition::Block(call)) = self.find(&context.instance, &address) else {
            return Unknown::new(address, MissingReason::Undefined).into();
        };
        let here = EvalContext::new(&context.instance, context.depth + 1);
        let copies = self.copies(call, &here);
        self.select(&copies, operators, context, &|copy, operators| {
            let instance = match self.child(name, call, copy) {
                Ok(instance) => instance,
                Err(mut missing) => {
                    if let Some(TraversalOperator::GetAttr(output)) = operators.first() {
                        missing.what = format!("{}.{output}", missing.what);
                    }
                    return missing.into();
                }
            };
            let inside = EvalContext::new(&instance, context.depth + 1);
            let output = |name: &str| self.defined(&format!("output.{name}"), &inside);
            match operators.split_first() {
                Some((TraversalOperator::GetAttr(name), rest)) => {
                    self.walk(output(name.as_str()), rest, context)
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

    /// Return the module instance of a call, or the reason why it is not available.
    pub fn child(
        &self,
        name: &str,
        call: &'a Body,
        copy: &BlockCopy<'a>,
    ) -> Result<Rc<ModuleInstance<'a>>, MissingValue> {
        let parent = &copy.context.instance;
        let own = format!("{}module.{name}", parent.address);
        let missing = |reason: MissingReason| MissingValue::new(own.as_str(), reason);
        let folder: PathBuf = self
            .folders
            .source(parent.folder, name, call)
            .ok_or_else(|| missing(MissingReason::Module(source_without_credentials(call))))?;
        let (folder, _) = self.folder(&folder).ok_or_else(|| missing(MissingReason::File))?;
        if parent.depth >= MAX_MODULE_DEPTH || self.charge(1, copy.context.depth).is_err() {
            return Err(missing(MissingReason::LimitExceeded));
        }
        let address = format!("{own}{}.", copy.suffix());
        let is_certain = !matches!(copy.key, Value::Unknown(_));
        if let Some(instance) = parent.children.borrow().get(&address).filter(|_| is_certain) {
            return Ok(instance.clone());
        }
        let inputs = Inputs::Call(call, copy.context.clone());
        let instance = ModuleInstance::new(folder, parent.root, address.clone(), parent.depth + 1, inputs);
        parent.children.borrow_mut().insert(address, instance.clone());
        Ok(instance)
    }
}

/// Return the source of a module without credentials.
fn source_without_credentials(call: &Body) -> String {
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

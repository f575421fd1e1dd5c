//! Evaluates expressions. The library's own evaluator stops at the first thing that is not known, panics on a division
//! by zero and has no bound on its work; so this one walks the library's syntax tree, one known part at a time.

use std::collections::BTreeMap;
use std::rc::Rc;

use hcl::expr::{Conditional, Expression, ForExpr, FuncCall, ObjectKey};

use super::scope::{Place, Scope};
use super::value::{Evaluated, Unknown, Value};
use super::{functions, operation};
use crate::import::missing::{Missing, Reason};

impl<'a> Scope<'a> {
    pub fn value(&self, expression: &Expression, place: &Place<'a>) -> Value {
        if let Err(endless) = self.charge(1, place.depth) {
            return endless.into();
        }
        let place = &place.deeper();
        match expression {
            Expression::Null => Value::Null,
            Expression::Bool(value) => Value::Bool(*value),
            Expression::Number(number) => Value::Number(number.as_f64().unwrap_or_default()),
            Expression::String(text) => Value::from(text.as_str()),
            Expression::Array(items) => items.iter().map(|item| self.value(item, place)).collect(),
            Expression::Object(object) => self.object(object.iter(), place),
            Expression::TemplateExpr(template) => self.template_value(template, place),
            Expression::Variable(variable) => self.named(variable.as_str(), &[], place),
            Expression::Traversal(traversal) => self.traversal(traversal, place),
            Expression::FuncCall(function) => self.call(function, place),
            Expression::Parenthesis(inner) => self.value(inner, place),
            Expression::Conditional(choice) => self.choice(choice, place),
            Expression::Operation(operation) => operation::value(self, operation, place),
            Expression::ForExpr(each) => self.comprehension(each, place),
            _ => Unknown::invalid("an expression").into(),
        }
    }

    fn object<'b>(
        &self,
        entries: impl Iterator<Item = (&'b ObjectKey, &'b Expression)>,
        place: &Place<'a>,
    ) -> Value {
        let (mut known, mut unnamed) = (BTreeMap::new(), Vec::new());
        for (key, value) in entries {
            let key = match key {
                ObjectKey::Identifier(name) => Ok(Rc::from(name.as_str())),
                // A bare word is read as a variable, but means itself.
                ObjectKey::Expression(Expression::Variable(name)) => Ok(Rc::from(name.as_str())),
                ObjectKey::Expression(key) => self.value(key, place).into_text(),
                _ => Err(Unknown::invalid("a key")),
            };
            entry(key, self.value(value, place), &mut known, &mut unnamed);
        }
        Value::partly_named(known, unnamed, None)
    }

    /// One of two values. With a condition that is not known, what both have in common or, likely, the one that is more.
    fn choice(&self, choice: &Conditional, place: &Place<'a>) -> Value {
        let condition = self.value(&choice.cond_expr, place);
        match condition.into_bool() {
            Ok(true) => self.value(&choice.true_expr, place),
            Ok(false) => self.value(&choice.false_expr, place),
            Err(unknown) => {
                let values = [&choice.true_expr, &choice.false_expr].map(|value| self.value(value, place));
                if values.iter().all(|value| value.gap().is_none())
                    && values[0].fingerprint() == values[1].fingerprint()
                {
                    let [value, _] = values;
                    return value;
                }
                let likely = values.into_iter().map(Value::likely).find(|value| !value.is_empty());
                let likely = likely.filter(|likely| !matches!(likely, Value::Unknown(_)));
                Value::Unknown(Rc::new(Unknown { missing: unknown.missing.clone(), likely }))
            }
        }
    }

    fn call(&self, function: &FuncCall, place: &Place<'a>) -> Value {
        let name = function.name.name.as_str();
        if !function.name.namespace.is_empty() {
            return Unknown::new(format!("{}()", function.name), Reason::Function).into();
        }
        let mut arguments: Vec<Value> =
            function.args.iter().map(|argument| self.value(argument, place)).collect();
        if function.expand_final
            && let Some(last) = arguments.pop()
        {
            match last {
                Value::List(list) => {
                    arguments.extend(list.items.iter().cloned());
                    // More arguments that are not known: one of them represents all.
                    arguments.extend(list.rest.clone().map(Value::from));
                }
                other => arguments.push(other),
            }
        }
        functions::call(self, name, arguments, place)
    }

    fn comprehension(&self, each: &ForExpr, place: &Place<'a>) -> Value {
        self.loop_over(each, self.value(&each.collection_expr, place), place)
    }

    fn loop_over(&self, each: &ForExpr, collection: Value, place: &Place<'a>) -> Value {
        let (pairs, rest) = match collection {
            Value::Unknown(unknown) => return unknown.then(|likely| self.loop_over(each, likely, place)),
            collection => match pairs(&collection) {
                Ok(pairs) => pairs,
                Err(unknown) => return unknown.into(),
            },
        };
        let (mut list, mut map, mut unnamed) = (Vec::new(), BTreeMap::new(), Vec::new());
        let mut groups: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        for (key, value) in pairs {
            if let Err(endless) = self.charge(1, place.depth) {
                return endless.into();
            }
            let mut place = place.with(each.value_var.as_str(), value);
            if let Some(name) = &each.key_var {
                place = place.with(name.as_str(), key);
            }
            let condition =
                each.cond_expr.as_ref().map_or(Ok(true), |wanted| self.value(wanted, &place).into_bool());
            let value = match condition {
                Ok(false) => continue,
                Ok(true) => self.value(&each.value_expr, &place),
                // Perhaps it is one of them.
                Err(unknown) => {
                    let likely = Some(self.value(&each.value_expr, &place).likely());
                    let likely = likely.filter(|likely| !matches!(likely, Value::Unknown(_)));
                    Value::Unknown(Rc::new(Unknown { missing: unknown.missing.clone(), likely }))
                }
            };
            let Some(key) = &each.key_expr else {
                list.push(value);
                continue;
            };
            let key = self.value(key, &place).into_text();
            match (each.grouping, &key) {
                (true, Ok(key)) => groups.entry(key.to_string()).or_default().push(value),
                _ => entry(key, value, &mut map, &mut unnamed),
            }
        }
        map.extend(groups.into_iter().map(|(key, items)| (key, Value::list(items, None))));
        if each.key_expr.is_some() {
            Value::partly_named(map, unnamed, rest)
        } else {
            Value::list(list, rest)
        }
    }
}

/// Adds an entry to those whose keys are known, or to the others.
pub fn entry(
    key: Evaluated<Rc<str>>,
    value: Value,
    entries: &mut BTreeMap<String, Value>,
    unnamed: &mut Vec<(Rc<Unknown>, Value)>,
) {
    match key {
        Ok(key) => drop(entries.insert(key.to_string(), value)),
        Err(unknown) => unnamed.push((unknown, value)),
    }
}

/// The pairs that a loop visits, and what is missing for the rest.
pub type Pairs = (Vec<(Value, Value)>, Option<Missing>);

/// Pairs of key and value. A list's keys are positions; a set's elements are their own keys.
pub fn pairs(collection: &Value) -> Evaluated<Pairs> {
    match collection {
        Value::Map(map) => {
            let named = map.entries.iter().map(|(key, value)| (Value::from(key.as_str()), value.clone()));
            let unnamed = map.unnamed.iter().map(|(key, value)| (Value::from(key.clone()), value.clone()));
            Ok((named.chain(unnamed).collect(), map.rest.clone()))
        }
        Value::List(list) => {
            let pair = |(index, item): (usize, &Value)| {
                let key = if list.is_set { item.clone() } else { Value::Number(index as f64) };
                (key, item.clone())
            };
            Ok((list.items.iter().enumerate().map(pair).collect(), list.rest.clone()))
        }
        Value::Unknown(unknown) => Err(unknown.clone()),
        _ => Err(Unknown::invalid("a loop over what is no list or map")),
    }
}

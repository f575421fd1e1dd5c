//! Evaluates expressions. `hcl::eval` is not used: it fails a whole expression if one part is unknown, where the other
//! parts (a list without one element, the first label of a host name) are still worth reporting; its functions cannot
//! take unknown arguments; it does not limit its work, and `1 % 0` panics. Its parser and its syntax tree are used.

use std::collections::BTreeMap;
use std::rc::Rc;

use hcl::expr::{Conditional, Expression, ForExpr, FuncCall, ObjectKey};

use super::context::EvalContext;
use super::evaluator::Evaluator;
use super::value::{Unknown, Value, entry, pairs};
use super::{functions, operation};
use crate::import::missing_value::MissingReason;

impl<'a> Evaluator<'a> {
    pub fn value(&self, expression: &Expression, context: &EvalContext<'a>) -> Value {
        if let Err(exceeded) = self.charge(1, context.depth) {
            return exceeded.into();
        }
        let context = &context.deeper();
        match expression {
            Expression::Null => Value::Null,
            Expression::Bool(value) => Value::Bool(*value),
            Expression::Number(number) => Value::Number(number.as_f64().unwrap_or_default()),
            Expression::String(text) => Value::from(text.as_str()),
            Expression::Array(items) => items.iter().map(|item| self.value(item, context)).collect(),
            Expression::Object(object) => self.object(object.iter(), context),
            Expression::TemplateExpr(template) => self.template_value(template, context),
            Expression::Variable(variable) => self.named(variable.as_str(), &[], context),
            Expression::Traversal(traversal) => self.traversal(traversal, context),
            Expression::FuncCall(function) => self.call(function, context),
            Expression::Parenthesis(inner) => self.value(inner, context),
            Expression::Conditional(choice) => self.choice(choice, context),
            Expression::Operation(operation) => operation::value(self, operation, context),
            Expression::ForExpr(each) => self.comprehension(each, context),
            _ => Unknown::invalid("an expression").into(),
        }
    }

    fn object<'b>(
        &self,
        entries: impl Iterator<Item = (&'b ObjectKey, &'b Expression)>,
        context: &EvalContext<'a>,
    ) -> Value {
        let (mut known, mut unnamed) = (BTreeMap::new(), Vec::new());
        for (key, value) in entries {
            let key = match key {
                ObjectKey::Identifier(name) => Ok(Rc::from(name.as_str())),
                // An unquoted key is parsed as a variable, but is its own name.
                ObjectKey::Expression(Expression::Variable(name)) => Ok(Rc::from(name.as_str())),
                ObjectKey::Expression(key) => self.value(key, context).into_text(),
                _ => Err(Unknown::invalid("a key")),
            };
            entry(key, self.value(value, context), &mut known, &mut unnamed);
        }
        Value::partly_named(known, unnamed, None)
    }

    /// Evaluate a conditional. If its condition is unknown, return the common value of both results, otherwise
    /// an unknown value for which the first result that is not empty is likely.
    fn choice(&self, choice: &Conditional, context: &EvalContext<'a>) -> Value {
        let condition = self.value(&choice.cond_expr, context);
        match condition.into_bool() {
            Ok(true) => self.value(&choice.true_expr, context),
            Ok(false) => self.value(&choice.false_expr, context),
            Err(unknown) => {
                let values = [&choice.true_expr, &choice.false_expr].map(|value| self.value(value, context));
                if values.iter().all(|value| value.first_unknown().is_none())
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

    fn call(&self, function: &FuncCall, context: &EvalContext<'a>) -> Value {
        let name = function.name.name.as_str();
        if !function.name.namespace.is_empty() {
            return Unknown::new(format!("{}()", function.name), MissingReason::Function).into();
        }
        let mut arguments: Vec<Value> =
            function.args.iter().map(|argument| self.value(argument, context)).collect();
        if function.expand_final
            && let Some(last) = arguments.pop()
        {
            match last {
                Value::List(list) => {
                    arguments.extend(list.items.iter().cloned());
                    // An unknown number of additional arguments is represented by one.
                    arguments.extend(list.rest.clone().map(Value::from));
                }
                other => arguments.push(other),
            }
        }
        functions::call(self, name, arguments, context)
    }

    fn comprehension(&self, each: &ForExpr, context: &EvalContext<'a>) -> Value {
        self.loop_over(each, self.value(&each.collection_expr, context), context)
    }

    fn loop_over(&self, each: &ForExpr, collection: Value, context: &EvalContext<'a>) -> Value {
        let (pairs, rest) = match collection {
            Value::Unknown(unknown) => return unknown.then(|likely| self.loop_over(each, likely, context)),
            collection => match pairs(&collection) {
                Ok(pairs) => pairs,
                Err(unknown) => return unknown.into(),
            },
        };
        let (mut list, mut map, mut unnamed) = (Vec::new(), BTreeMap::new(), Vec::new());
        let mut groups: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        for (key, value) in pairs {
            if let Err(exceeded) = self.charge(1, context.depth) {
                return exceeded.into();
            }
            let mut context = context.with(each.value_var.as_str(), value);
            if let Some(name) = &each.key_var {
                context = context.with(name.as_str(), key);
            }
            let condition = each
                .cond_expr
                .as_ref()
                .map_or(Ok(true), |condition| self.value(condition, &context).into_bool());
            let value = match condition {
                Ok(false) => continue,
                Ok(true) => self.value(&each.value_expr, &context),
                // It may be one of them.
                Err(unknown) => {
                    let likely = Some(self.value(&each.value_expr, &context).likely());
                    let likely = likely.filter(|likely| !matches!(likely, Value::Unknown(_)));
                    Value::Unknown(Rc::new(Unknown { missing: unknown.missing.clone(), likely }))
                }
            };
            let Some(key) = &each.key_expr else {
                list.push(value);
                continue;
            };
            let key = self.value(key, &context).into_text();
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

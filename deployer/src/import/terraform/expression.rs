//! What an expression comes to, with a bound on the work.

use hcl::expr::{
    BinaryOperator, Expression, ForExpr, ObjectKey, Operation, TemplateExpr, TraversalOperator, UnaryOperator,
};
use hcl::template::{Element, Template};

use super::scope::{Place, Scope};
use super::value::{Known, call};

/// References to references to themselves end here.
const DEEPEST: usize = 40;
/// Steps that one set of files may take in all; far more than any home needs.
const MOST_STEPS: usize = 200_000;

fn missing(what: &str) -> Known {
    Known::Missing(what.to_owned())
}

impl Scope<'_> {
    pub fn value(&self, expression: &Expression, place: &Place) -> Known {
        let steps = self.steps.get() + 1;
        self.steps.set(steps);
        if place.depth > DEEPEST || steps > MOST_STEPS {
            return missing("an expression that leads in circles");
        }
        let place = &place.deeper();
        match expression {
            Expression::Null => missing("null"),
            Expression::Bool(value) => Known::Text(value.to_string()),
            Expression::Number(number) => Known::Text(number.to_string()),
            Expression::String(text) => Known::Text(text.clone()),
            Expression::Array(items) => {
                Known::List(items.iter().map(|item| self.value(item, place)).collect())
            }
            Expression::Object(object) => self.object(object.iter(), place),
            Expression::TemplateExpr(template) => self.template(template, place),
            Expression::Variable(variable) => self.named(variable.as_str(), &[], place),
            Expression::Traversal(traversal) => self.traversal(traversal, place),
            Expression::FuncCall(function) => {
                let mut arguments: Vec<Known> =
                    function.args.iter().map(|argument| self.value(argument, place)).collect();
                if let (true, Some(Known::List(last))) = (function.expand_final, arguments.last().cloned()) {
                    arguments.pop();
                    arguments.extend(last);
                }
                call(function.name.name.as_str(), arguments)
            }
            Expression::Parenthesis(inner) => self.value(inner, place),
            Expression::Conditional(choice) => match self.value(&choice.cond_expr, place).text() {
                Some("true") => self.value(&choice.true_expr, place),
                Some("false") => self.value(&choice.false_expr, place),
                _ => missing("a condition"),
            },
            Expression::Operation(operation) => self.operation(operation, place),
            Expression::ForExpr(each) => self.comprehension(each, place),
            _ => missing("an expression"),
        }
    }

    fn object<'b>(
        &self,
        entries: impl Iterator<Item = (&'b ObjectKey, &'b Expression)>,
        place: &Place,
    ) -> Known {
        let pair = |(key, value): (&ObjectKey, &Expression)| {
            let key = match key {
                ObjectKey::Identifier(name) => name.to_string(),
                // A bare word is read as a variable, but means itself.
                ObjectKey::Expression(Expression::Variable(name)) => name.to_string(),
                ObjectKey::Expression(key) => self.value(key, place).into_text().unwrap_or_default(),
                _ => String::new(),
            };
            (key, self.value(value, place))
        };
        Known::Map(entries.map(pair).collect())
    }

    fn template(&self, template: &TemplateExpr, place: &Place) -> Known {
        let Ok(template) = Template::from_expr(template) else { return missing("a template") };
        // `"${x}"` is x itself, whatever that is.
        if let [Element::Interpolation(only)] = template.elements() {
            return self.value(&only.expr, place);
        }
        let mut text = String::new();
        for element in template.elements() {
            match element {
                Element::Literal(literal) => text.push_str(literal),
                Element::Interpolation(inner) => match self.value(&inner.expr, place).into_text() {
                    Ok(part) => text.push_str(&part),
                    Err(what) => return Known::Missing(what),
                },
                Element::Directive(_) => return missing("a template"),
            }
        }
        Known::Text(text)
    }

    fn operation(&self, operation: &Operation, place: &Place) -> Known {
        let truth = |value: bool| Known::Text(value.to_string());
        match operation {
            Operation::Unary(unary) if unary.operator == UnaryOperator::Not => {
                match self.value(&unary.expr, place).text() {
                    Some("true") => truth(false),
                    Some("false") => truth(true),
                    _ => missing("a condition"),
                }
            }
            Operation::Binary(binary) => {
                let (left, right) =
                    (self.value(&binary.lhs_expr, place), self.value(&binary.rhs_expr, place));
                let (Some(left), Some(right)) = (left.text(), right.text()) else {
                    return missing("a condition");
                };
                match binary.operator {
                    BinaryOperator::Eq => truth(left == right),
                    BinaryOperator::NotEq => truth(left != right),
                    BinaryOperator::And => truth(left == "true" && right == "true"),
                    BinaryOperator::Or => truth(left == "true" || right == "true"),
                    _ => missing("a calculation"),
                }
            }
            Operation::Unary(_) => missing("a calculation"),
        }
    }

    fn comprehension(&self, each: &ForExpr, place: &Place) -> Known {
        let set = self.value(&each.collection_expr, place);
        if matches!(set, Known::Missing(_) | Known::Resource(_)) {
            return set;
        }
        let (mut list, mut map) = (Vec::new(), Vec::new());
        for (key, value) in set.pairs() {
            let mut place = place.with(each.value_var.as_str(), value);
            if let Some(name) = &each.key_var {
                place = place.with(name.as_str(), key);
            }
            let condition = each.cond_expr.as_ref().map(|condition| self.value(condition, &place));
            if condition == Some(Known::Text("false".to_owned())) {
                continue;
            }
            let value = self.value(&each.value_expr, &place);
            match each.key_expr.as_ref().map(|key| self.value(key, &place).into_text()) {
                Some(key) => map.push((key.unwrap_or_default(), value)),
                None => list.push(value),
            }
        }
        if each.key_expr.is_some() { Known::Map(map) } else { Known::List(list) }
    }

    pub(super) fn walk(&self, value: Known, operators: &[TraversalOperator], place: &Place) -> Known {
        let Some((operator, rest)) = operators.split_first() else { return value };
        if matches!(value, Known::Missing(_) | Known::Resource(_)) {
            return value;
        }
        let found = match operator {
            TraversalOperator::GetAttr(name) => value.get(name.as_str()).cloned(),
            TraversalOperator::AttrSplat | TraversalOperator::FullSplat => {
                let items = value.items().into_iter().map(|item| self.walk(item.clone(), rest, place));
                return Known::List(items.collect());
            }
            TraversalOperator::Index(index) => match (self.value(index, place), &value) {
                (Known::Text(index), Known::List(items)) => {
                    index.parse::<usize>().ok().and_then(|at| items.get(at).cloned())
                }
                (Known::Text(key), _) => value.get(&key).cloned(),
                (other, _) => Some(other),
            },
            TraversalOperator::LegacyIndex(at) => {
                value.items().get(usize::try_from(*at).unwrap_or(usize::MAX)).map(|item| (*item).clone())
            }
        };
        match found {
            Some(found) => self.walk(found, rest, place),
            None => missing("an attribute that is not set"),
        }
    }
}

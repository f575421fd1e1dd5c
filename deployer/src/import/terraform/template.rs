//! Evaluates templates: interpolations, `%{ if }` and `%{ for }`.

use std::str::FromStr;

use hcl::expr::TemplateExpr;
use hcl::template::{Directive, Element, ForDirective, IfDirective, Strip, Template};

use super::context::EvalContext;
use super::evaluator::Evaluator;
use super::value::{Evaluated, Unknown, Value, pairs};

/// The text of a template so far.
#[derive(Default)]
struct Text {
    known: String,
    /// The first value that is missing.
    missing: Option<std::rc::Rc<Unknown>>,
}

/// How a template is trimmed at its start and at its end.
type Trim = (Strip, Strip);

impl<'a> Evaluator<'a> {
    pub fn template_value(&self, template: &TemplateExpr, context: &EvalContext<'a>) -> Value {
        match Template::from_expr(template) {
            Ok(template) => self.template(&template, context),
            Err(_) => Unknown::invalid("a template").into(),
        }
    }

    /// Evaluate the text of a template file.
    pub fn template_text(&self, text: &str, context: &EvalContext<'a>) -> Value {
        match Template::from_str(text) {
            Ok(template) => self.template(&template, context),
            Err(_) => Unknown::invalid("a template").into(),
        }
    }

    fn template(&self, template: &Template, context: &EvalContext<'a>) -> Value {
        // `"${x}"` has the value of x, with its type.
        if let [Element::Interpolation(only)] = template.elements() {
            return self.value(&only.expr, context);
        }
        let mut text = Text::default();
        if let Err(unknown) = self.elements(&mut text, template, context, (Strip::None, Strip::None)) {
            return unknown.into();
        }
        match text.missing {
            None => Value::from(text.known),
            // The rest of the text still identifies the name.
            Some(unknown) => Value::Unknown(std::rc::Rc::new(Unknown {
                missing: unknown.missing.clone(),
                likely: Some(Value::from(text.known)),
            })),
        }
    }

    fn elements(
        &self,
        text: &mut Text,
        template: &Template,
        context: &EvalContext<'a>,
        (before, after): Trim,
    ) -> Evaluated<()> {
        let elements = template.elements();
        for (index, element) in elements.iter().enumerate() {
            self.charge(1 + text.known.len() / 4096, context.depth)?;
            match element {
                Element::Literal(literal) => {
                    let previous =
                        index.checked_sub(1).and_then(|index| elements.get(index)).map_or(before, end);
                    let next = elements.get(index + 1).map_or(after, start);
                    text.known.push_str(trim(literal, previous, next));
                }
                Element::Interpolation(inner) => self.insert(text, self.value(&inner.expr, context)),
                Element::Directive(directive) => match directive.as_ref() {
                    Directive::If(choice) => self.choose(text, choice, context)?,
                    Directive::For(each) => self.repeat(text, each, context)?,
                },
            }
            if text.known.len() / 32 > super::value::MAX_WEIGHT {
                return Err(Unknown::limit_exceeded("a string"));
            }
        }
        Ok(())
    }

    fn insert(&self, text: &mut Text, value: Value) {
        match value.into_text() {
            Ok(part) => text.known.push_str(&part),
            Err(unknown) => {
                match unknown.likely.as_ref().and_then(Value::as_text) {
                    Some(likely) => text.known.push_str(likely),
                    None => text.known.push_str(&format!("${{{}}}", unknown.missing.what)),
                }
                text.missing.get_or_insert(unknown);
            }
        }
    }

    fn choose(&self, text: &mut Text, choice: &IfDirective, context: &EvalContext<'a>) -> Evaluated<()> {
        let context = &context.deeper();
        match (self.value(&choice.cond_expr, context).into_bool()?, &choice.false_template) {
            (true, otherwise) => {
                let after = if otherwise.is_some() { choice.else_strip } else { choice.endif_strip };
                self.elements(text, &choice.true_template, context, (choice.if_strip, after))
            }
            (false, Some(template)) => {
                self.elements(text, template, context, (choice.else_strip, choice.endif_strip))
            }
            (false, None) => Ok(()),
        }
    }

    fn repeat(&self, text: &mut Text, each: &ForDirective, context: &EvalContext<'a>) -> Evaluated<()> {
        let context = &context.deeper();
        let (pairs, rest) = pairs(&self.value(&each.collection_expr, context))?;
        for (key, value) in pairs {
            let mut context = context.with(each.value_var.as_str(), value);
            if let Some(name) = &each.key_var {
                context = context.with(name.as_str(), key);
            }
            self.elements(text, &each.template, &context, (each.for_strip, each.endfor_strip))?;
        }
        rest.map_or(Ok(()), |missing| Err(Unknown::new(missing.what, missing.reason)))
    }
}

/// Return how the text before an element is trimmed.
fn start(element: &Element) -> Strip {
    match element {
        Element::Literal(_) => Strip::None,
        Element::Interpolation(inner) => inner.strip,
        Element::Directive(directive) => match directive.as_ref() {
            Directive::If(choice) => choice.if_strip,
            Directive::For(each) => each.for_strip,
        },
    }
}

/// Return how the text after an element is trimmed.
fn end(element: &Element) -> Strip {
    match element {
        Element::Literal(_) => Strip::None,
        Element::Interpolation(inner) => inner.strip,
        Element::Directive(directive) => match directive.as_ref() {
            Directive::If(choice) => choice.endif_strip,
            Directive::For(each) => each.endfor_strip,
        },
    }
}

/// `~` trims whitespace up to the line break, including it.
fn trim(mut text: &str, before: Strip, after: Strip) -> &str {
    let blank = |character: char| character.is_whitespace() && !matches!(character, '\r' | '\n');
    if matches!(before, Strip::End | Strip::Both) {
        text = text.trim_start_matches(blank);
        text = text.strip_prefix("\r\n").or_else(|| text.strip_prefix('\n')).unwrap_or(text);
    }
    if matches!(after, Strip::Start | Strip::Both) {
        text = text.trim_end_matches(blank);
        text = text.strip_suffix("\r\n").or_else(|| text.strip_suffix('\n')).unwrap_or(text);
    }
    text
}

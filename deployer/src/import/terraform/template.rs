//! Texts with values in them, and with `%{ if }` and `%{ for }`.

use std::str::FromStr;

use hcl::expr::TemplateExpr;
use hcl::template::{Directive, Element, ForDirective, IfDirective, Strip, Template};

use super::expression::pairs;
use super::scope::{Place, Scope};
use super::value::{Evaluated, Unknown, Value};

/// A text that is being put together.
#[derive(Default)]
struct Text {
    known: String,
    /// The first thing that was missing, and what the whole is likely to be so far.
    missing: Option<std::rc::Rc<Unknown>>,
}

impl<'a> Scope<'a> {
    pub fn template_value(&self, template: &TemplateExpr, place: &Place<'a>) -> Value {
        match Template::from_expr(template) {
            Ok(template) => self.template(&template, place),
            Err(_) => Unknown::invalid("a template").into(),
        }
    }

    /// The text of a template file.
    pub fn template_text(&self, text: &str, place: &Place<'a>) -> Value {
        match Template::from_str(text) {
            Ok(template) => self.template(&template, place),
            Err(_) => Unknown::invalid("a template").into(),
        }
    }

    fn template(&self, template: &Template, place: &Place<'a>) -> Value {
        // `"${x}"` is x itself, whatever that is.
        if let [Element::Interpolation(only)] = template.elements() {
            return self.value(&only.expr, place);
        }
        let mut text = Text::default();
        if let Err(unknown) = self.elements(&mut text, template, place, Strip::None, Strip::None) {
            return unknown.into();
        }
        match text.missing {
            None => Value::from(text.known),
            // The rest of the text still says which name it is about.
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
        place: &Place<'a>,
        before: Strip,
        after: Strip,
    ) -> Evaluated<()> {
        let elements = template.elements();
        for (index, element) in elements.iter().enumerate() {
            self.charge(1 + text.known.len() / 4096, place.depth)?;
            match element {
                Element::Literal(literal) => {
                    let previous =
                        index.checked_sub(1).and_then(|index| elements.get(index)).map_or(before, end);
                    let next = elements.get(index + 1).map_or(after, start);
                    text.known.push_str(trimmed(literal, previous, next));
                }
                Element::Interpolation(inner) => self.insert(text, self.value(&inner.expr, place)),
                Element::Directive(directive) => match directive.as_ref() {
                    Directive::If(choice) => self.choose(text, choice, place)?,
                    Directive::For(each) => self.repeat(text, each, place)?,
                },
            }
            if text.known.len() / 32 > super::value::LARGEST {
                return Err(Unknown::endless("a text"));
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

    fn choose(&self, text: &mut Text, choice: &IfDirective, place: &Place<'a>) -> Evaluated<()> {
        let place = &place.deeper();
        match (self.value(&choice.cond_expr, place).into_bool()?, &choice.false_template) {
            (true, otherwise) => {
                let after = if otherwise.is_some() { choice.else_strip } else { choice.endif_strip };
                self.elements(text, &choice.true_template, place, choice.if_strip, after)
            }
            (false, Some(template)) => {
                self.elements(text, template, place, choice.else_strip, choice.endif_strip)
            }
            (false, None) => Ok(()),
        }
    }

    fn repeat(&self, text: &mut Text, each: &ForDirective, place: &Place<'a>) -> Evaluated<()> {
        let place = &place.deeper();
        let (pairs, rest) = pairs(&self.value(&each.collection_expr, place))?;
        for (key, value) in pairs {
            let mut place = place.with(each.value_var.as_str(), value);
            if let Some(name) = &each.key_var {
                place = place.with(name.as_str(), key);
            }
            self.elements(text, &each.template, &place, each.for_strip, each.endfor_strip)?;
        }
        rest.map_or(Ok(()), |missing| Err(Unknown::new(missing.what, missing.reason)))
    }
}

/// How the text before an element is trimmed.
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

/// How the text behind an element is trimmed.
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

/// `~` takes blanks away up to the end of the line, and that with them.
fn trimmed(mut text: &str, before: Strip, after: Strip) -> &str {
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

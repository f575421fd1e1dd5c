//! `format()` and `formatlist()`.

use std::rc::Rc;

use super::arguments::Arguments;
use crate::import::terraform::value::{Evaluated, Unknown, Value, number_text};

/// The maximum width of a padded number or text.
const MAX_WIDTH: usize = 1000;

/// Format the values.
pub fn filled(form: &str, values: &[Value]) -> Evaluated<String> {
    let mut text = String::new();
    let mut rest = form;
    let mut next = 0;
    while let Some(at) = rest.find('%') {
        text.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('%') {
            text.push('%');
            rest = after;
            continue;
        }
        let verb = Verb::read(&mut rest).ok_or_else(|| Unknown::invalid("format()"))?;
        let index = verb.index.unwrap_or(next);
        next = index + 1;
        let value = values.get(index).cloned().ok_or_else(|| Unknown::invalid("format()"))?;
        match verb.print(value) {
            Ok(part) => text.push_str(&part),
            Err(unknown) => return Err(guessed(form, values, &unknown)),
        }
    }
    text.push_str(rest);
    Ok(text)
}

/// Insert placeholders for unknown values, so that the rest still identifies the name.
fn guessed(form: &str, values: &[Value], unknown: &Unknown) -> Rc<Unknown> {
    // The error is a verb that does not fit its value, not an unknown value.
    if !values.iter().any(|value| matches!(value, Value::Unknown(_))) {
        return Rc::new(unknown.clone());
    }
    let guess = |value: &Value| match value {
        Value::Unknown(unknown) => {
            unknown.likely.clone().unwrap_or_else(|| Value::from(format!("${{{}}}", unknown.missing.what)))
        }
        value => value.clone(),
    };
    let values: Vec<Value> = values.iter().map(guess).collect();
    let is_known = !values.iter().any(|value| matches!(value, Value::Unknown(_) | Value::Id(_)));
    let likely = is_known.then(|| filled(form, &values).ok()).flatten().map(Value::from);
    Rc::new(Unknown { missing: unknown.missing.clone(), likely })
}

/// `%[1]-05.2d`: flags, width, precision, and argument index.
#[derive(Default)]
struct Verb {
    left: bool,
    zero: bool,
    plus: bool,
    width: usize,
    precision: Option<usize>,
    index: Option<usize>,
    kind: char,
}

impl Verb {
    fn read(rest: &mut &str) -> Option<Self> {
        let mut verb = Self::default();
        loop {
            let character = rest.chars().next()?;
            *rest = &rest[character.len_utf8()..];
            match character {
                '-' => verb.left = true,
                '0' if verb.width == 0 => verb.zero = true,
                '+' => verb.plus = true,
                ' ' | '#' => {}
                '0'..='9' => verb.width = (verb.width * 10 + character.to_digit(10)? as usize).min(MAX_WIDTH),
                '.' => {
                    let end = rest.find(|digit: char| !digit.is_ascii_digit())?;
                    verb.precision = Some(rest[..end].parse().unwrap_or(0).min(MAX_WIDTH));
                    *rest = &rest[end..];
                }
                '[' => {
                    let (number, after) = rest.split_once(']')?;
                    verb.index = Some(number.parse::<usize>().ok()?.checked_sub(1)?);
                    *rest = after;
                }
                kind if kind.is_ascii_alphabetic() => {
                    verb.kind = kind;
                    return Some(verb);
                }
                _ => return None,
            }
        }
    }

    fn print(&self, value: Value) -> Evaluated<String> {
        let integer = |value: Value| value.into_number().map(|number| number.trunc() as i64);
        let text = match self.kind {
            's' => self.cut(&value.into_text()?),
            'v' => match value {
                Value::List(_) | Value::Map(_) => super::encoding::json_text(&value)?,
                Value::Null => "null".to_owned(),
                value => value.into_text()?.to_string(),
            },
            'q' => super::encoding::json_text(&Value::Text(value.into_text()?))?,
            't' => value.into_bool()?.to_string(),
            'd' => number_text(value.into_number()?.trunc()),
            'f' | 'F' => format!("{:.*}", self.precision.unwrap_or(6), value.into_number()?),
            'g' | 'G' | 'e' | 'E' => number_text(value.into_number()?),
            'x' => format!("{:x}", integer(value)?),
            'X' => format!("{:X}", integer(value)?),
            'o' => format!("{:o}", integer(value)?),
            'b' => format!("{:b}", integer(value)?),
            _ => return Err(Unknown::invalid("format()")),
        };
        Ok(self.padded(text))
    }

    fn cut(&self, text: &str) -> String {
        self.precision.map_or_else(|| text.to_owned(), |most| text.chars().take(most).collect())
    }

    fn padded(&self, text: String) -> String {
        let text = if self.plus && !text.starts_with('-') { format!("+{text}") } else { text };
        let missing = self.width.saturating_sub(text.chars().count());
        match (self.left, self.zero) {
            (true, _) => text + &" ".repeat(missing),
            (false, true) => match text.strip_prefix('-') {
                Some(digits) => format!("-{}{digits}", "0".repeat(missing)),
                None => "0".repeat(missing) + &text,
            },
            (false, false) => " ".repeat(missing) + &text,
        }
    }
}

/// Format one text for each element of the lists among the arguments; other arguments are the same in all.
pub fn list(arguments: &Arguments<'_>) -> Evaluated {
    let form = arguments.text(0)?;
    let values = &arguments.values[1..];
    let lists: Vec<_> = values
        .iter()
        .filter_map(|value| if let Value::List(list) = value { Some(list) } else { None })
        .collect();
    let Some(longest) = lists.iter().map(|list| list.items.len()).max() else {
        if let Some(Value::Unknown(unknown)) = values.iter().find(|value| matches!(value, Value::Unknown(_)))
        {
            return Err(unknown.clone());
        }
        return Ok(Value::list(vec![filled(&form, values).map(Value::from)?], None));
    };
    let rest = lists.iter().find_map(|list| list.rest.clone());
    if rest.is_none() && lists.iter().any(|list| list.items.len() != longest) {
        return Err(arguments.invalid());
    }
    let one = |index: usize| {
        let at = |value: &Value| match value {
            Value::List(list) => list.items.get(index).cloned().or_else(|| Some(rest.clone()?.into())),
            value => Some(value.clone()),
        };
        let values: Vec<Value> = values.iter().filter_map(at).collect();
        filled(&form, &values).map_or_else(Value::from, Value::from)
    };
    Ok(Value::list((0..longest).map(one).collect(), rest.clone()))
}

//! Terraform's functions, as far as a home's host names depend on them. Each gives its value or says what is missing;
//! none changes anything, asks the network or runs a program.

mod arguments;
mod choices;
mod collections;
mod encoding;
mod format;
mod glob;
mod numbers;
mod paths;
mod sets;
mod texts;
pub mod yaml;

use std::rc::Rc;

use arguments::Arguments;
pub use paths::relative;
pub use sets::to_set;

use super::scope::{Place, Scope};
use super::value::{Evaluated, Unknown, Value};
use crate::import::missing::Reason;

/// Calls a function.
pub fn call<'a>(scope: &Scope<'a>, name: &str, values: Vec<Value>, place: &Place<'a>) -> Value {
    let arguments = Arguments { name, values };
    match evaluated(scope, &arguments, place) {
        Ok(value) => value,
        Err(unknown) => likely(scope, arguments, unknown, place),
    }
}

fn evaluated<'a>(scope: &Scope<'a>, arguments: &Arguments<'_>, place: &Place<'a>) -> Evaluated {
    // To choose one of its arguments takes no work.
    if let Some(chosen) = choices::call(arguments) {
        return chosen;
    }
    let weight = arguments.values.iter().map(Value::weight).fold(0, usize::saturating_add);
    scope.charge(weight / 2, place.depth)?;
    let pure = collections::call(arguments)
        .or_else(|| sets::call(arguments))
        .or_else(|| texts::call(arguments))
        .or_else(|| numbers::call(arguments))
        .or_else(|| encoding::call(arguments));
    let value = pure
        .or_else(|| paths::call(scope, arguments, place))
        .unwrap_or_else(|| Err(Unknown::new(format!("{}()", arguments.name), Reason::Function)))?;
    scope.charge(value.weight() / 2, place.depth)?;
    Ok(value)
}

/// Unknown, with what it would be if each argument had its likely value.
fn likely<'a>(scope: &Scope<'a>, arguments: Arguments<'_>, unknown: Rc<Unknown>, place: &Place<'a>) -> Value {
    let is_guess = |value: &Value| matches!(value, Value::Unknown(unknown) if unknown.likely.is_some());
    if unknown.likely.is_some() || !arguments.values.iter().any(is_guess) {
        return Value::Unknown(unknown);
    }
    let values: Vec<Value> = arguments.values.into_iter().map(Value::likely).collect();
    let guess = evaluated(scope, &Arguments { name: arguments.name, values }, place).ok();
    let missing = unknown.missing.clone();
    Value::Unknown(Rc::new(Unknown { missing, likely: guess.map(Value::likely) }))
}

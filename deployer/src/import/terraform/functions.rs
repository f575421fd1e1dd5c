//! Terraform's functions, as far as host names may depend on them. Each returns its value or the value that is missing.
//! None of them has side effects, uses the network or runs a program.

mod arguments;
mod choices;
mod collections;
mod encoding;
mod format;
mod glob;
mod numbers;
mod paths;
mod sets;
mod strings;
pub mod yaml;

use std::rc::Rc;

use arguments::Arguments;
pub use paths::relative;
pub use sets::to_set;

use super::context::EvalContext;
use super::evaluator::Evaluator;
use super::value::{Evaluated, Unknown, Value};
use crate::import::missing_value::MissingReason;

/// Call a function.
pub fn call<'a>(
    evaluator: &Evaluator<'a>,
    name: &str,
    values: Vec<Value>,
    context: &EvalContext<'a>,
) -> Value {
    let arguments = Arguments { name, values };
    match evaluated(evaluator, &arguments, context) {
        Ok(value) => value,
        Err(unknown) => likely(evaluator, arguments, unknown, context),
    }
}

fn evaluated<'a>(
    evaluator: &Evaluator<'a>,
    arguments: &Arguments<'_>,
    context: &EvalContext<'a>,
) -> Evaluated {
    // Selecting an argument does not count as work.
    if let Some(chosen) = choices::call(arguments) {
        return chosen;
    }
    let weight = arguments.values.iter().map(Value::weight).fold(0, usize::saturating_add);
    evaluator.charge(weight / 2, context.depth)?;
    let pure = collections::call(arguments)
        .or_else(|| sets::call(arguments))
        .or_else(|| strings::call(arguments))
        .or_else(|| numbers::call(arguments))
        .or_else(|| encoding::call(arguments));
    let value = pure
        .or_else(|| paths::call(evaluator, arguments, context))
        .unwrap_or_else(|| Err(Unknown::new(format!("{}()", arguments.name), MissingReason::Function)))?;
    evaluator.charge(value.weight() / 2, context.depth)?;
    Ok(value)
}

/// Return an unknown value, with the result for the arguments' likely values.
fn likely<'a>(
    evaluator: &Evaluator<'a>,
    arguments: Arguments<'_>,
    unknown: Rc<Unknown>,
    context: &EvalContext<'a>,
) -> Value {
    let is_guess = |value: &Value| matches!(value, Value::Unknown(unknown) if unknown.likely.is_some());
    if unknown.likely.is_some() || !arguments.values.iter().any(is_guess) {
        return Value::Unknown(unknown);
    }
    let values: Vec<Value> = arguments.values.into_iter().map(Value::likely).collect();
    let guess = evaluated(evaluator, &Arguments { name: arguments.name, values }, context).ok();
    let missing = unknown.missing.clone();
    Value::Unknown(Rc::new(Unknown { missing, likely: guess.map(Value::likely) }))
}

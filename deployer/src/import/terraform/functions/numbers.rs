//! Functions on numbers.

use super::arguments::Arguments;
use crate::import::terraform::value::{Evaluated, Value};

pub fn call(arguments: &Arguments<'_>) -> Option<Evaluated> {
    let changed = |change: fn(f64) -> f64| finite(arguments, change(arguments.number(0)?));
    let folded = |fold: fn(f64, f64) -> f64| {
        let number = arguments.numbers()?.into_iter().reduce(fold).ok_or_else(|| arguments.invalid())?;
        finite(arguments, number)
    };
    let result = match arguments.name {
        "abs" => changed(f64::abs),
        "ceil" => changed(f64::ceil),
        "floor" => changed(f64::floor),
        "signum" => changed(|number| if number == 0.0 { 0.0 } else { number.signum() }),
        "min" => folded(f64::min),
        "max" => folded(f64::max),
        "sum" => folded(|one, other| one + other),
        "pow" => arguments.number(0).and_then(|base| finite(arguments, base.powf(arguments.number(1)?))),
        "log" => arguments.number(0).and_then(|number| finite(arguments, number.log(arguments.number(1)?))),
        "parseint" => parseint(arguments),
        _ => return None,
    };
    Some(result)
}

fn finite(arguments: &Arguments<'_>, number: f64) -> Evaluated {
    if number.is_finite() { Ok(Value::Number(number)) } else { Err(arguments.invalid()) }
}

fn parseint(arguments: &Arguments<'_>) -> Evaluated {
    let (text, base) = (arguments.text(0)?, arguments.number(1)?);
    if !(2.0..=36.0).contains(&base) {
        return Err(arguments.invalid());
    }
    let number = i64::from_str_radix(&text, base as u32).map_err(|_| arguments.invalid())?;
    Ok(Value::Number(number as f64))
}

//! Arithmetic, comparison and logic. The library computes in integers that overflow; these are finite or unknown.

use hcl::expr::{BinaryOp, BinaryOperator, Operation, UnaryOp, UnaryOperator};

use super::scope::{Place, Scope};
use super::value::{Evaluated, Unknown, Value};

pub fn value<'a>(scope: &Scope<'a>, operation: &Operation, place: &Place<'a>) -> Value {
    let result = match operation {
        Operation::Unary(unary) => self::unary(scope, unary, place),
        Operation::Binary(binary) => self::binary(scope, binary, place),
    };
    result.unwrap_or_else(Value::from)
}

fn unary<'a>(scope: &Scope<'a>, unary: &UnaryOp, place: &Place<'a>) -> Evaluated {
    let value = scope.value(&unary.expr, place);
    match unary.operator {
        UnaryOperator::Not => Ok(Value::Bool(!value.into_bool()?)),
        UnaryOperator::Neg => Ok(Value::Number(-value.into_number()?)),
    }
}

fn binary<'a>(scope: &Scope<'a>, binary: &BinaryOp, place: &Place<'a>) -> Evaluated {
    let left = scope.value(&binary.lhs_expr, place);
    let right = || scope.value(&binary.rhs_expr, place);
    match binary.operator {
        BinaryOperator::And => decided_by(false, &left, &right()),
        BinaryOperator::Or => decided_by(true, &left, &right()),
        BinaryOperator::Eq => equal(scope, &left, &right(), place.depth).map(Value::Bool),
        BinaryOperator::NotEq => equal(scope, &left, &right(), place.depth).map(|equal| Value::Bool(!equal)),
        operator => {
            let (left, right) = (left.into_number()?, right().into_number()?);
            numbers(left, operator, right)
        }
    }
}

/// `false` decides a conjunction and `true` an alternative, whatever the other side is.
fn decided_by(deciding: bool, left: &Value, right: &Value) -> Evaluated {
    let sides = [left, right].map(|side| side.clone().into_bool());
    if sides.iter().any(|side| side.as_ref().is_ok_and(|side| *side == deciding)) {
        return Ok(Value::Bool(deciding));
    }
    for side in sides {
        side?;
    }
    Ok(Value::Bool(!deciding))
}

fn numbers(left: f64, operator: BinaryOperator, right: f64) -> Evaluated {
    let number = match operator {
        BinaryOperator::Less => return Ok(Value::Bool(left < right)),
        BinaryOperator::LessEq => return Ok(Value::Bool(left <= right)),
        BinaryOperator::Greater => return Ok(Value::Bool(left > right)),
        BinaryOperator::GreaterEq => return Ok(Value::Bool(left >= right)),
        BinaryOperator::Plus => left + right,
        BinaryOperator::Minus => left - right,
        BinaryOperator::Mul => left * right,
        BinaryOperator::Div => left / right,
        BinaryOperator::Mod => left % right,
        _ => return Err(Unknown::invalid("a calculation")),
    };
    if number.is_finite() { Ok(Value::Number(number)) } else { Err(Unknown::invalid("a calculation")) }
}

/// Whether two values are equal, as far as they are known: one difference is enough.
pub fn equal(scope: &Scope<'_>, left: &Value, right: &Value, depth: usize) -> Evaluated<bool> {
    scope.charge(left.weight().min(right.weight()), depth)?;
    same(left, right)
}

/// Like [`equal`], for values that were counted already.
pub fn same(left: &Value, right: &Value) -> Evaluated<bool> {
    match (left, right) {
        (Value::Id(one), Value::Id(other)) if one == other => Ok(true),
        // An id is never null, whatever it will be.
        (Value::Id(_), Value::Null) | (Value::Null, Value::Id(_)) => Ok(false),
        (Value::Unknown(unknown), _) | (_, Value::Unknown(unknown)) => Err(unknown.clone()),
        (id @ Value::Id(_), _) | (_, id @ Value::Id(_)) => id.clone().into_text().map(|_| false),
        (Value::List(one), Value::List(other)) => {
            let mut unknown = one
                .rest
                .as_ref()
                .or(other.rest.as_ref())
                .map(|rest| Unknown::new(&rest.what, rest.reason.clone()));
            if unknown.is_none() && one.items.len() != other.items.len() {
                return Ok(false);
            }
            for (one, other) in one.items.iter().zip(&other.items) {
                match same(one, other) {
                    Ok(true) => {}
                    Ok(false) => return Ok(false),
                    Err(gap) => unknown = Some(gap),
                }
            }
            unknown.map_or(Ok(true), Err)
        }
        (Value::Map(one), Value::Map(other)) => {
            if let Some((key, _)) = one.unnamed.first().or(other.unnamed.first()) {
                return Err(key.clone());
            }
            let mut unknown = one
                .rest
                .as_ref()
                .or(other.rest.as_ref())
                .map(|rest| Unknown::new(&rest.what, rest.reason.clone()));
            if unknown.is_none() && !one.entries.keys().eq(other.entries.keys()) {
                return Ok(false);
            }
            for (key, value) in &one.entries {
                match other.entries.get(key).map_or(Ok(true), |other| same(value, other)) {
                    Ok(true) => {}
                    Ok(false) => return Ok(false),
                    Err(gap) => unknown = Some(gap),
                }
            }
            unknown.map_or(Ok(true), Err)
        }
        _ => Ok(left.fingerprint() == right.fingerprint()),
    }
}

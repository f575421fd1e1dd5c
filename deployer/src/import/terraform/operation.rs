//! Arithmetic, comparison and logic. Integers of `hcl::eval` may overflow; results here are finite or unknown.

use hcl::expr::{BinaryOp, BinaryOperator, Operation, UnaryOp, UnaryOperator};

use super::context::EvalContext;
use super::evaluator::Evaluator;
use super::value::{Evaluated, Unknown, Value, same};

pub fn value<'a>(evaluator: &Evaluator<'a>, operation: &Operation, context: &EvalContext<'a>) -> Value {
    let result = match operation {
        Operation::Unary(unary) => self::unary(evaluator, unary, context),
        Operation::Binary(binary) => self::binary(evaluator, binary, context),
    };
    result.unwrap_or_else(Value::from)
}

fn unary<'a>(evaluator: &Evaluator<'a>, unary: &UnaryOp, context: &EvalContext<'a>) -> Evaluated {
    let value = evaluator.value(&unary.expr, context);
    match unary.operator {
        UnaryOperator::Not => Ok(Value::Bool(!value.into_bool()?)),
        UnaryOperator::Neg => Ok(Value::Number(-value.into_number()?)),
    }
}

fn binary<'a>(evaluator: &Evaluator<'a>, binary: &BinaryOp, context: &EvalContext<'a>) -> Evaluated {
    let left = evaluator.value(&binary.lhs_expr, context);
    let right = || evaluator.value(&binary.rhs_expr, context);
    match binary.operator {
        BinaryOperator::And => decided_by(false, &left, &right()),
        BinaryOperator::Or => decided_by(true, &left, &right()),
        BinaryOperator::Eq => equal(evaluator, &left, &right(), context.depth).map(Value::Bool),
        BinaryOperator::NotEq => {
            equal(evaluator, &left, &right(), context.depth).map(|equal| Value::Bool(!equal))
        }
        operator => {
            let (left, right) = (left.into_number()?, right().into_number()?);
            numbers(left, operator, right)
        }
    }
}

/// `false` decides a conjunction and `true` a disjunction, even if the other side is unknown.
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

/// Whether two values are equal. A single difference decides, even if other parts are unknown.
pub fn equal(evaluator: &Evaluator<'_>, left: &Value, right: &Value, depth: usize) -> Evaluated<bool> {
    evaluator.charge(left.weight().min(right.weight()), depth)?;
    same(left, right)
}

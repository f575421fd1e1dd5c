//! Refuses paths whose evaluation may take much longer than reading the body.

use crate::contract::description::Checked;

/// The longest path.
const MAX_CHARS: usize = 500;

/// By how much alternatives such as `['a','b']` may multiply the values.
const MAX_ALTERNATIVES: u32 = 16;

/// Check that the cost of a path grows in proportion to the body.
pub(super) fn check(path: &str) -> Checked {
    if path.chars().count() > MAX_CHARS {
        return Err(format!("it is longer than {MAX_CHARS} characters"));
    }
    let (mut alternatives, mut descents) = (1_u32, 0);
    // The alternatives of each open bracket.
    let mut open: Vec<u32> = Vec::new();
    let plain = without_strings(path);
    for (at, character) in plain.iter().enumerate() {
        match character {
            '[' => open.push(1),
            ',' => open.iter_mut().last().into_iter().for_each(|commas| *commas += 1),
            ']' => alternatives = alternatives.saturating_mul(open.pop().unwrap_or(1)),
            '.' if plain.get(at + 1) == Some(&'.') => descents += 1,
            '$' if at > 0 => {
                return Err(
                    "`$` inside of a filter searches the whole body again for each value; use `@`".to_owned()
                );
            }
            _ => {}
        }
    }
    if descents > 1 {
        return Err("`..` occurs more than once, which may search the body again for each value".to_owned());
    }
    if alternatives > MAX_ALTERNATIVES {
        return Err(format!("its alternatives multiply the values by more than {MAX_ALTERNATIVES}"));
    }
    Ok(())
}

/// Return the characters outside of quotes.
fn without_strings(path: &str) -> Vec<char> {
    let mut quote = None;
    let mut characters = path.trim().chars();
    let mut plain = Vec::new();
    while let Some(character) = characters.next() {
        match quote {
            Some(_) if character == '\\' => _ = characters.next(),
            Some(open) if character == open => quote = None,
            Some(_) => {}
            None if matches!(character, '"' | '\'') => quote = Some(character),
            None => plain.push(character),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_whose_cost_may_be_quadratic_are_refused() {
        for path in [
            "$",
            "$..freeSpace",
            "$[?@.path=='/a..b$'].x",
            "$[?@.path==\"a\\\"..$\"]..x",
            "$['a','b']['c','d']",
            "$[0,1,2,3,4,5,6,7]",
            "$['$']['..'].x",
            " $.x",
        ] {
            assert_eq!(check(path), Ok(()), "{path}");
        }
        let long = format!("$.{}", "x".repeat(500));
        for (path, why) in [
            ("$..a..b", "more than once"),
            ("$..[?@..a]", "more than once"),
            ("$.a[?$.b == @.c]", "use `@`"),
            ("$[?count($..*) > 1]", "use `@`"),
            ("$[0,0][0,0][0,0][0,0][0,0]", "multiply"),
            ("$[*,*,*,*,*,*,*,*,*,*,*,*,*,*,*,*,*]", "multiply"),
            (long.as_str(), "longer"),
        ] {
            assert!(check(path).unwrap_err().contains(why), "{path}");
        }
    }
}

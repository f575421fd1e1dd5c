//! Refuses expressions whose search takes much longer than reading the body.
//!
//! The search follows all places of the expression that may match at the same time, and each of them costs about half a
//! millisecond in 64 KiB. After some character, only those places can be followed that match it. How often an expression,
//! written out without counts, matches the same character is therefore the limit of its cost.

use std::collections::BTreeMap;
use std::iter::Peekable;
use std::str::Chars;

use crate::contract::description::Checked;

/// The most places that are followed at the same time.
const MAX_PLACES: u32 = 8;

/// Check that a search for a valid expression takes a few milliseconds at most.
pub(super) fn check(expression: &str) -> Checked {
    if places(expression) <= MAX_PLACES || ends_early(expression) {
        return Ok(());
    }
    Err("too many parts of it may match the same characters, which takes too long in a large body; repeat less in it \
         (`.{20}x` has 20 such parts, `.*x` has one), or begin it with `^`"
        .to_owned())
}

/// Return whether only the beginning of the body is searched: the expression is bound to it, and ends.
fn ends_early(expression: &str) -> bool {
    expression.starts_with('^') && !expression.contains(['|', '*', '+']) && {
        // Flags may let `^` match at each line.
        !expression.contains("(?") && !expression.contains(",}")
    }
}

/// The characters that a part of an expression matches.
#[derive(Default)]
struct Matched {
    /// How often it matches any of several characters.
    classes: u32,
    /// How often it matches each character.
    characters: BTreeMap<char, u32>,
}

impl Matched {
    fn add(&mut self, other: &Self) {
        self.classes = self.classes.saturating_add(other.classes);
        for (character, count) in &other.characters {
            let sum = self.characters.entry(*character).or_default();
            *sum = sum.saturating_add(*count);
        }
    }

    fn repeated(mut self, times: u32) -> Self {
        self.classes = self.classes.saturating_mul(times);
        self.characters.values_mut().for_each(|count| *count = count.saturating_mul(times));
        self
    }
}

/// Return how often an expression may match the same character.
fn places(expression: &str) -> u32 {
    let mut rest = expression.chars().peekable();
    // The sequences of all open groups.
    let mut open = vec![Matched::default()];
    while let Some(character) = rest.next() {
        let mut part = Matched::default();
        match character {
            '(' => {
                if opens_group(&mut rest) {
                    open.push(part);
                }
                continue;
            }
            ')' if open.len() > 1 => part = open.pop().unwrap_or_default(),
            '[' => {
                skip_class(&mut rest);
                part.classes = 1;
            }
            '.' => part.classes = 1,
            '\\' => escaped(&mut rest, &mut part),
            '^' | '$' | '|' | '*' | '+' | '?' => continue,
            _ => _ = part.characters.insert(character.to_ascii_lowercase(), 1),
        }
        let part = part.repeated(times(&mut rest));
        open.iter_mut().last().into_iter().for_each(|sequence| sequence.add(&part));
    }
    let mut all = Matched::default();
    open.iter().for_each(|sequence| all.add(sequence));
    all.classes.saturating_add(all.characters.values().copied().max().unwrap_or_default())
}

/// Skip what follows `(` and is not content: `?:`, `?P<name>`, or flags. Return whether a group begins.
fn opens_group(rest: &mut Peekable<Chars<'_>>) -> bool {
    if rest.next_if_eq(&'?').is_none() {
        return true;
    }
    rest.find(|character| matches!(character, ':' | '>' | ')')) != Some(')')
}

/// Skip the rest of `[...]`, which may contain other classes.
fn skip_class(rest: &mut Peekable<Chars<'_>>) {
    let mut depth = 1;
    _ = rest.next_if_eq(&'^');
    // Here, a bracket is a character.
    _ = rest.next_if_eq(&']');
    while depth > 0
        && let Some(character) = rest.next()
    {
        match character {
            '\\' => _ = rest.next(),
            '[' => depth += 1,
            ']' => depth -= 1,
            _ => {}
        }
    }
}

/// Read what follows a backslash.
fn escaped(rest: &mut Peekable<Chars<'_>>, part: &mut Matched) {
    let Some(character) = rest.next() else { return };
    match character {
        'd' | 'D' | 's' | 'S' | 'w' | 'W' => part.classes = 1,
        // A position, which may have a name in braces: `\b{start}`.
        'b' | 'B' | 'A' | 'z' | '<' | '>' => skip_name(rest),
        // A code, in braces or not, whose digits then count as characters.
        'x' | 'u' | 'U' => {
            part.classes = 1;
            skip_name(rest);
        }
        other => _ = part.characters.insert(other.to_ascii_lowercase(), 1),
    }
}

fn skip_name(rest: &mut Peekable<Chars<'_>>) {
    if rest.next_if_eq(&'{').is_some() {
        _ = rest.find(|character| *character == '}');
    }
}

/// Read a repetition, and return how often it writes out what it repeats: `{2,5}` does so five times.
fn times(rest: &mut Peekable<Chars<'_>>) -> u32 {
    let mut times = 1_u32;
    while rest.next_if_eq(&'{').is_some() {
        let counts: String = rest.by_ref().take_while(|character| *character != '}').collect();
        let numbers = counts.split(',').filter_map(|count| count.trim().parse::<u32>().ok());
        times = times.saturating_mul(numbers.max().unwrap_or(1).max(1));
        // Lazy repetitions are no shorter.
        _ = rest.next_if_eq(&'?');
    }
    times
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_counts_as_often_as_it_may_be_matched() {
        for (expression, expected) in [
            ("", 0),
            ("version", 1),
            ("banana", 3),
            ("bAnAna", 3),
            (".{50}b", 51),
            (".*b", 2),
            ("[a-z]{5}[0-9]{3}Z", 9),
            ("[]a]{2}[^]a]{2}[a[b]c]{2}", 6),
            (r"[\]a]{2}\]{3}", 5),
            (r"queue: \d{1,2}\b", 4),
            (r"\bx\b{start}x\x{41}\u0041{2}", 4),
            ("(?:a?){20}z", 20),
            ("(?:(?P<name>ab){3}c){4}", 12),
            ("(?i)aaa(?i:a)", 4),
            ("x{3,}?y", 3),
            ("(x{2}){2}", 4),
            ("x{2}{3}", 6),
            ("a{9}{9}{9}{9}{9}{9}{9}{9}{9}{9}{9}{9}", u32::MAX),
        ] {
            assert_eq!(places(expression), expected, "{expression}");
        }
    }

    #[test]
    fn expensive_expressions_are_refused_unless_they_are_bound_to_the_beginning() {
        for expression in [".{7}b", "^.{50}b", "^\"20[0-9-]{8}T", "^(?s).*a", r"^\d{1,3}\.\d{1,3}\.\d{1,3}$"]
        {
            assert_eq!(check(expression), Ok(()), "{expression}");
        }
        for expression in [
            ".{50}b",
            ".{8}b",
            "^.{50}|b",
            "^.{50}b*",
            "^.{50}b+",
            "^.{50}b{2,}",
            "^(?m:^.{50}b)",
            "(?m)^.{50}b",
            "[^x]{99}",
        ] {
            assert!(check(expression).is_err(), "{expression}");
        }
    }
}

//! Draws days and response times in few bytes.

use std::fmt::Write;

use crate::page::view::{DayClass, DayView};

/// The classes, in the order in which they are drawn and named.
pub(super) const CLASSES: [DayClass; 6] = [
    DayClass::Up,
    DayClass::Degraded,
    DayClass::Partial,
    DayClass::Down,
    DayClass::Maintenance,
    DayClass::Unknown,
];

/// The height of the drawing of response times.
pub(super) const HEIGHT: u32 = 18;

/// The distance between two hours.
const STEP: usize = 3;

/// Return the path of all days of a class: a line for each run of days, one unit for a day. The style sheet draws it as
/// bars; nothing if there is no such day.
pub(super) fn bars(days: &[(u32, DayView)], class: DayClass) -> Option<String> {
    let mut path = String::new();
    let (mut at, mut end) = (0, 0);
    for run in days.chunk_by(|(_, one), (_, next)| one.class == next.class) {
        let begin = at;
        at += run.len();
        if run.first().is_none_or(|(_, day)| day.class != class) {
            continue;
        }
        // Writing to a string cannot fail.
        let _ = match path.is_empty() {
            true => write!(path, "M{begin} 4h{}", run.len()),
            false => write!(path, "m{} 0h{}", begin - end, run.len()),
        };
        end = at;
    }
    (!path.is_empty()).then_some(path)
}

/// Return the path of response times from 0 to the highest one, with a gap where there is none; nothing without any.
pub(super) fn line(times: &[Option<f64>], highest: f64) -> Option<String> {
    let mut path = String::new();
    let mut previous: Option<i64> = None;
    for (hour, time) in times.iter().enumerate() {
        let Some(time) = time else {
            previous = None;
            continue;
        };
        #[expect(clippy::cast_possible_truncation, reason = "from 0 to the height")]
        let y = i64::from(HEIGHT - 1) - (time / highest.max(1.0) * f64::from(HEIGHT - 2)) as i64;
        let _ = match previous {
            Some(before) if y < before => write!(path, " {STEP}{}", y - before),
            Some(before) => write!(path, " {STEP} {}", y - before),
            // A line of no length is a dot, since its ends are round.
            None => write!(path, "M{} {y}l0 0", hour * STEP),
        };
        previous = Some(y);
    }
    (!path.is_empty()).then_some(path)
}

/// Return the width of the drawing of response times.
pub(super) fn width(times: &[Option<f64>]) -> usize {
    times.len().saturating_sub(1) * STEP
}

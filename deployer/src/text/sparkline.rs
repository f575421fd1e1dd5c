//! A line of small bars, one for each value.

use super::Charset;

const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const ASCII: [char; 8] = ['.', ':', '-', '=', '+', '*', '#', '@'];

/// The highest bar is the largest value, but at least this multiple of the smallest one: small differences look small.
const LEAST_RANGE: f64 = 2.0;

/// Return a bar for each value, and a space where there is none. The lowest bar is the smallest value.
pub fn sparkline(values: &[Option<f64>], charset: Charset) -> String {
    let bars = match charset {
        Charset::Utf8 => BLOCKS,
        Charset::Ascii => ASCII,
    };
    let known = || values.iter().flatten().copied();
    let least = known().fold(f64::INFINITY, f64::min);
    let most = known().fold(least * LEAST_RANGE, f64::max);
    let bar = |value: f64| {
        let share = if most > least { (value - least) / (most - least) } else { 0.0 };
        let highest = bars.len() - 1;
        bars[((share * highest as f64).round() as usize).min(highest)]
    };
    values.iter().map(|value| value.map_or(' ', bar)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[f64], charset: Charset) -> String {
        sparkline(&values.iter().map(|value| (*value >= 0.0).then_some(*value)).collect::<Vec<_>>(), charset)
    }

    #[test]
    fn the_smallest_value_is_the_lowest_bar_and_the_largest_the_highest() {
        let values = [100.0, 200.0, 300.0, 400.0, 500.0, 600.0, 700.0, 800.0];
        assert_eq!(
            (of(&values, Charset::Utf8), of(&values, Charset::Ascii)),
            ("▁▂▃▄▅▆▇█".into(), ".:-=+*#@".into())
        );
    }

    #[test]
    fn a_missing_value_is_a_gap() {
        assert_eq!(of(&[-1.0, 10.0, -1.0, -1.0, 90.0, -1.0], Charset::Utf8), " ▁  █ ");
        assert_eq!(of(&[-1.0; 3], Charset::Utf8), "   ");
        assert_eq!(of(&[], Charset::Utf8), "");
    }

    #[test]
    fn small_differences_are_not_exaggerated() {
        assert_eq!(of(&[100.0, 109.0, 100.0, 119.0], Charset::Utf8), "▁▂▁▂");
        assert_eq!(of(&[100.0, 100.0], Charset::Utf8), "▁▁");
        assert_eq!(of(&[0.0, 0.0], Charset::Utf8), "▁▁");
    }
}

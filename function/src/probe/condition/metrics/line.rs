//! Reads one line of Prometheus' text format, or of OpenMetrics.

use std::borrow::Cow;

/// A name or a value, without escapes.
pub(super) type Text<'a> = Cow<'a, [u8]>;

/// One value of a series.
#[derive(Debug, PartialEq)]
pub(super) struct Sample<'a> {
    pub(super) name: Text<'a>,
    pub(super) labels: Vec<(Text<'a>, Text<'a>)>,
    pub(super) value: f64,
}

/// Return the name that a line begins with; empty if it is in the braces, or if this is no sample.
pub(super) fn name(line: &[u8]) -> &[u8] {
    let end = line.iter().position(|byte| matches!(byte, b'{' | b' ' | b'\t')).unwrap_or(line.len());
    &line[..end]
}

/// Parse a line, without the spaces around it. A value that is not a number is NaN. What follows the value (a time, an
/// exemplar) is only checked.
pub(super) fn parse(line: &[u8]) -> Option<Sample<'_>> {
    let mut rest = Rest(line);
    let mut name = Cow::Borrowed(self::name(line));
    let is_start = |byte: &u8| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b':' | b'.');
    if !name.iter().take(1).all(is_start) {
        return None;
    }
    rest.0 = rest.0[name.len()..].trim_ascii_start();
    let mut labels = Vec::new();
    if rest.skip(b'{') {
        while !rest.skip(b'}') {
            let label = rest.label()?;
            if rest.skip(b'=') {
                labels.push((label, rest.quoted()?));
            } else if name.is_empty() {
                name = label;
            } else {
                return None;
            }
            // A comma may precede the closing brace.
            if !rest.skip(b',') && !rest.0.starts_with(b"}") {
                return None;
            }
        }
    }
    let value = rest.token();
    let is_time = |token: &[u8]| number(token).is_some();
    let has_end = rest.0.is_empty() || rest.0.starts_with(b"#") || {
        is_time(rest.token()) && (rest.0.is_empty() || rest.0.starts_with(b"#"))
    };
    let is_sample = !name.is_empty() && !value.is_empty() && has_end;
    is_sample.then(|| Sample { name, labels, value: number(value).unwrap_or(f64::NAN) })
}

fn number(token: &[u8]) -> Option<f64> {
    std::str::from_utf8(token).ok()?.parse().ok()
}

/// What is not read yet of a line.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    /// Skip this byte and the spaces after it.
    fn skip(&mut self, byte: u8) -> bool {
        let Some((first, rest)) = self.0.split_first() else { return false };
        let is_it = *first == byte;
        if is_it {
            self.0 = rest.trim_ascii_start();
        }
        is_it
    }

    /// Read up to the next space.
    fn token(&mut self) -> &'a [u8] {
        let end = self.0.iter().position(u8::is_ascii_whitespace).unwrap_or(self.0.len());
        let (token, rest) = self.0.split_at(end);
        self.0 = rest.trim_ascii_start();
        token
    }

    /// Read the name of a label, or of the metric, which may be in quotes.
    fn label(&mut self) -> Option<Text<'a>> {
        if self.0.starts_with(b"\"") {
            return self.quoted();
        }
        let is_end = |byte: &u8| matches!(byte, b'=' | b',' | b'}' | b'{' | b'"' | b' ' | b'\t');
        let end = self.0.iter().position(is_end).filter(|end| *end > 0)?;
        let (label, rest) = self.0.split_at(end);
        self.0 = rest.trim_ascii_start();
        // Only names in quotes are those of metrics.
        self.0.starts_with(b"=").then_some(Cow::Borrowed(label))
    }

    /// Read a text in quotes. `\\`, `\"` and `\n` are its only escapes.
    fn quoted(&mut self) -> Option<Text<'a>> {
        let text = self.0.strip_prefix(b"\"")?;
        let mut unescaped: Option<Vec<u8>> = None;
        let mut at = 0;
        loop {
            match *text.get(at)? {
                b'"' => break,
                b'\\' => {
                    let bytes = unescaped.get_or_insert_with(|| text[..at].to_vec());
                    match *text.get(at + 1)? {
                        b'n' => bytes.push(b'\n'),
                        other @ (b'\\' | b'"') => bytes.push(other),
                        other => bytes.extend([b'\\', other]),
                    }
                    at += 2;
                }
                other => {
                    if let Some(bytes) = &mut unescaped {
                        bytes.push(other);
                    }
                    at += 1;
                }
            }
        }
        self.0 = text[at + 1..].trim_ascii_start();
        Some(unescaped.map_or(Cow::Borrowed(&text[..at]), Cow::Owned))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Format a parsed line, or return nothing.
    fn parsed(line: &str) -> Option<String> {
        let Sample { name, labels, value } = parse(line.as_bytes())?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let labels: Vec<String> =
            labels.iter().map(|(name, value)| format!("{}={:?}", text(name), text(value))).collect();
        Some(format!("{} {} {value}", text(&name), labels.join(",")))
    }

    #[test]
    fn samples_are_read_as_the_format_says() {
        for (line, expected) in [
            ("a 1", "a  1"),
            ("a:b_9 -1.5e+3", "a:b_9  -1500"),
            ("a{} 1", "a  1"),
            ("a {x=\"1\",y=\"2\"} 3 1793700300000", "a x=\"1\",y=\"2\" 3"),
            ("a\t{ x = \"1\" , }\t3\t-5", "a x=\"1\" 3"),
            ("a{x=\"}, #{=\\\"\\\\\\n\\d\"} 3", "a x=\"}, #{=\\\"\\\\\\n\\\\d\" 3"),
            ("a{x=\"\u{fc}\"} +Inf", "a x=\"\u{fc}\" inf"),
            ("a -Infinity", "a  -inf"),
            ("a NaN", "a  NaN"),
            ("{\"my.metric\"} 1", "my.metric  1"),
            ("{\"my.metric\", \"la.bel\"=\"x\"} 1", "my.metric la.bel=\"x\" 1"),
            ("a{\"la.bel\"=\"x\"} 1", "a la.bel=\"x\" 1"),
            // OpenMetrics: a time in seconds, and an exemplar.
            ("a_total 17 1793700300.5 # {trace_id=\"x y\"} 0.5 1793700300.1", "a_total  17"),
            ("a_bucket{le=\"+Inf\"} 17 # {} 0.5", "a_bucket le=\"+Inf\" 17"),
            // Not a number that is known, hence not one that can be compared.
            ("a 0x1p-2", "a  NaN"),
            ("a many", "a  NaN"),
        ] {
            assert_eq!(parsed(line).as_deref(), Some(expected), "{line}");
        }
        for line in [
            "",
            "a",
            "a{x=\"1\"}",
            "a{x=\"1\" 1",
            "a{x=\"1} 1",
            "a{x=1} 1",
            "a{x} 1",
            "a{\"x\"} 1",
            "{x=\"1\"} 1",
            "{} 1",
            "a{,} 1",
            "a{x=\"1\"y=\"2\"} 1",
            "a{x=\"\\",
            "a 1 2 3",
            "a 1 tomorrow",
            "<p>some words</p>",
        ] {
            assert_eq!(parsed(line), None, "{line}");
        }
    }
}

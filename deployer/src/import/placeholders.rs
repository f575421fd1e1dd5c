//! Replaces the placeholders of proxies: variables and template actions.

/// Replace each placeholder between the two delimiters, which are removed too, if `value` knows its value.
pub fn replace_placeholders(
    text: &str,
    marks: (&str, &str),
    value: impl Fn(&str) -> Option<String>,
) -> String {
    let (open, close) = marks;
    let mut replaced = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(open) {
        replaced.push_str(before);
        let known = after.split_once(close).and_then(|(inner, after)| Some((value(inner)?, after)));
        rest = match known {
            Some((known, after)) => {
                replaced.push_str(&known);
                after
            }
            None => {
                replaced.push_str(open);
                after
            }
        };
    }
    replaced.push_str(rest);
    replaced
}

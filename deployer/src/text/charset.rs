//! Which characters text may have: whether the reader's terminal and files are in UTF-8.

/// The characters of drawings, such as sparklines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Charset {
    Utf8,
    Ascii,
}

impl Charset {
    /// Return the character set of the locale.
    pub fn of_environment() -> Self {
        Self::of(|name| std::env::var_os(name).map(|value| value.to_string_lossy().into_owned()))
    }

    /// The first variable that is not empty decides, as POSIX defines it. Windows has no such variables, and UTF-8.
    fn of(variable: impl Fn(&str) -> Option<String>) -> Self {
        let is_set = |name: &&str| variable(name).is_some_and(|value| !value.is_empty());
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find(|name| is_set(name));
        let locale = locale.and_then(|name| variable(name)).map(|locale| locale.to_ascii_lowercase());
        // The font of the Linux console has only some of the blocks.
        let is_console = variable("TERM").is_some_and(|term| term == "linux");
        match locale {
            _ if is_console => Self::Ascii,
            Some(locale) if locale.contains("utf-8") || locale.contains("utf8") => Self::Utf8,
            None if cfg!(windows) => Self::Utf8,
            _ => Self::Ascii,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_variable_of_the_locale_that_is_not_empty_decides() {
        for (variables, expected) in [
            (vec![("LANG", "en_US.UTF-8")], Charset::Utf8),
            (vec![("LANG", "de_DE.utf8"), ("LC_ALL", "")], Charset::Utf8),
            (vec![("LC_CTYPE", "C.UTF-8"), ("LANG", "C")], Charset::Utf8),
            (vec![("LC_ALL", "C"), ("LC_CTYPE", "C.UTF-8"), ("LANG", "C.UTF-8")], Charset::Ascii),
            (vec![("LANG", "de_DE@euro")], Charset::Ascii),
            (vec![("LANG", "C.UTF-8"), ("TERM", "linux")], Charset::Ascii),
        ] {
            let of = |name: &str| {
                variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
            };
            assert_eq!(Charset::of(of), expected, "{variables:?}");
        }
        assert_eq!(Charset::of(|_| None) == Charset::Utf8, cfg!(windows));
    }
}

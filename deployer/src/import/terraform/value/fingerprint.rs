//! Fingerprints of values, to find equal ones.

use super::{Value, number_text};

impl Value {
    /// Return a text that two values share only if they are equal. Fingerprints of strings sort like the strings.
    pub fn fingerprint(&self) -> String {
        if let Self::Text(text) = self {
            return format!("t{text}");
        }
        let mut print = String::new();
        self.print(&mut print);
        print
    }

    fn print(&self, print: &mut String) {
        let mut named = |kind: char, text: &str| {
            print.push(kind);
            print.push_str(&text.len().to_string());
            print.push(':');
            print.push_str(text);
        };
        match self {
            Self::Null => named('0', ""),
            Self::Bool(value) => named('b', &value.to_string()),
            Self::Number(number) => named('n', &number_text(*number)),
            Self::Text(text) => named('t', text),
            Self::Id(address) => named('i', address),
            Self::Unknown(unknown) => named('u', &unknown.missing.what),
            Self::List(list) => {
                named('l', &list.items.len().to_string());
                list.items.iter().for_each(|item| item.print(print));
            }
            Self::Map(map) => {
                named('m', &map.entries.len().to_string());
                for (key, value) in &map.entries {
                    Self::from(key.as_str()).print(print);
                    value.print(print);
                }
                for (key, value) in &map.unnamed {
                    Self::from(key.clone()).print(print);
                    value.print(print);
                }
            }
        }
    }
}

//! What a Terraform expression comes to, as far as the files tell.

/// A value, or what would have to be known for it.
#[derive(Debug, Clone, PartialEq)]
pub enum Known {
    Text(String),
    List(Vec<Self>),
    Map(Vec<(String, Self)>),
    /// The resource of this address, by its id.
    Resource(String),
    /// Not to be had from the files: this, such as `var.zone`, says it.
    Missing(String),
}

impl Known {
    pub fn get(&self, key: &str) -> Option<&Self> {
        if let Self::Map(entries) = self {
            entries.iter().find(|(name, _)| name == key).map(|(_, value)| value)
        } else {
            None
        }
    }

    /// The elements of a list; of a map, its values; anything else is the only one.
    pub fn items(&self) -> Vec<&Self> {
        match self {
            Self::List(items) => items.iter().collect(),
            Self::Map(entries) => entries.iter().map(|(_, value)| value).collect(),
            other => vec![other],
        }
    }

    /// The maps within, for what may be written as one block, several, or a list of objects.
    pub fn maps(&self) -> Vec<&Self> {
        match self {
            Self::Map(_) => vec![self],
            Self::List(items) => items.iter().flat_map(Self::maps).collect(),
            _ => Vec::new(),
        }
    }

    pub fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// Its text, or what is missing for it.
    pub fn into_text(self) -> Result<String, String> {
        match self {
            Self::Text(text) => Ok(text),
            Self::Missing(what) | Self::Resource(what) => Err(what),
            Self::List(_) | Self::Map(_) => Err("a text where a list stands".to_owned()),
        }
    }

    /// Pairs of key and value, as `for_each` goes through them. A set's elements are their own keys.
    pub fn pairs(&self) -> Vec<(Self, Self)> {
        match self {
            Self::Map(entries) => {
                entries.iter().map(|(key, value)| (Self::Text(key.clone()), value.clone())).collect()
            }
            Self::List(items) => items.iter().map(|item| (item.clone(), item.clone())).collect(),
            _ => Vec::new(),
        }
    }
}

/// The functions that home setups call. Anything else is not known.
pub fn call(name: &str, mut arguments: Vec<Known>) -> Known {
    let text = |known: &Known| known.text().map(str::to_owned);
    match name {
        "toset" | "tolist" | "tomap" | "tostring" | "sensitive" | "nonsensitive" | "trimspace"
            if arguments.len() == 1 =>
        {
            arguments.remove(0)
        }
        "try" | "coalesce" => {
            let at = arguments.iter().position(|argument| !matches!(argument, Known::Missing(_)));
            at.map_or_else(|| Known::Missing(format!("{name}()")), |at| arguments.swap_remove(at))
        }
        "concat" | "flatten" => {
            let lists = arguments
                .into_iter()
                .flat_map(|list| if let Known::List(items) = list { items } else { vec![list] });
            let deep = name == "flatten";
            Known::List(
                lists
                    .flat_map(|item| match item {
                        Known::List(items) if deep => items,
                        item => vec![item],
                    })
                    .collect(),
            )
        }
        "merge" => {
            let mut merged: Vec<(String, Known)> = Vec::new();
            for (key, value) in arguments
                .into_iter()
                .flat_map(|map| if let Known::Map(entries) = map { entries } else { Vec::new() })
            {
                merged.retain(|(name, _)| *name != key);
                merged.push((key, value));
            }
            Known::Map(merged)
        }
        "values" if arguments.len() == 1 => Known::List(arguments[0].items().into_iter().cloned().collect()),
        "keys" if arguments.len() == 1 => {
            Known::List(arguments[0].pairs().into_iter().map(|(key, _)| key).collect())
        }
        "lower" if arguments.len() == 1 => {
            text(&arguments[0]).map_or_else(|| arguments.remove(0), |text| Known::Text(text.to_lowercase()))
        }
        "lookup" if arguments.len() >= 2 => {
            let found = text(&arguments[1]).and_then(|key| arguments[0].get(&key).cloned());
            found
                .or_else(|| arguments.get(2).cloned())
                .unwrap_or_else(|| Known::Missing("lookup()".to_owned()))
        }
        "format" | "join" => texts(name, &arguments),
        _ => Known::Missing(format!("{name}()")),
    }
}

/// The two functions that put texts together. What is missing in a part is missing in the whole.
fn texts(name: &str, arguments: &[Known]) -> Known {
    let parts: Vec<&Known> = arguments
        .iter()
        .flat_map(|part| if let Known::List(items) = part { items.iter().collect() } else { vec![part] })
        .collect();
    if let Some(missing) = parts.iter().find(|part| part.text().is_none()) {
        return (*missing).clone();
    }
    let mut parts = parts.into_iter().filter_map(Known::text);
    let first = parts.next().unwrap_or_default();
    if name == "join" {
        return Known::Text(parts.collect::<Vec<_>>().join(first));
    }
    let filled = parts.fold(first.to_owned(), |text, part| text.replacen("%s", part, 1));
    if filled.contains('%') { Known::Missing("format()".to_owned()) } else { Known::Text(filled) }
}

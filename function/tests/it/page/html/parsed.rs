//! A document as a parser of HTML reads it. It is strict: what a browser would repair is an error here.

/// An element with its attributes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element {
    pub name: String,
    pub attributes: Vec<(String, String)>,
    /// The names of the elements that it is in, the outermost one first.
    pub within: Vec<String>,
    /// The text in it, with that of elements in it.
    pub text: String,
}

/// Elements without content.
const VOID: [&str; 2] = ["meta", "link"];

/// Empty elements of SVG.
const DRAWN: [&str; 3] = ["path", "use", "stop"];

impl Element {
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// Return all elements in the order in which they begin.
pub fn elements(html: &str) -> Vec<Element> {
    let mut elements: Vec<Element> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    let mut rest = html.strip_prefix("<!DOCTYPE html>").unwrap();
    while !rest.is_empty() {
        let (text, after) = rest.split_at(rest.find('<').unwrap_or(rest.len()));
        for at in &open {
            elements[*at].text.push_str(&unescaped(text));
        }
        let Some(tag) = after.strip_prefix('<') else { break };
        if let Some(end) = tag.strip_prefix('/') {
            let (name, after) = end.split_once('>').unwrap();
            let last = open.pop().unwrap();
            assert_eq!(elements[last].name, name, "what was begun last ends first");
            rest = after;
            continue;
        }
        let (mut element, is_closed, after) = begin(tag);
        element.within = open.iter().map(|at| elements[*at].name.clone()).collect();
        rest = after;
        if element.name == "style" {
            // Raw text: nothing in it is markup.
            let (text, after) = rest.split_once("</style>").unwrap();
            element.text = text.to_owned();
            rest = after;
        } else if !is_closed && !VOID.contains(&element.name.as_str()) {
            open.push(elements.len());
        }
        elements.push(element);
    }
    assert!(open.is_empty(), "every element ends");
    elements
}

/// Read a tag after its `<`. The second value says whether it is the end as well, which only those of drawings can be.
fn begin(tag: &str) -> (Element, bool, &str) {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let name_end = tag.find(|c| !is_name(c)).unwrap();
    assert!(name_end > 0, "a `<` begins an element: {:?}", tag.get(..20));
    let (name, mut rest) = tag.split_at(name_end);
    let mut attributes = Vec::new();
    loop {
        let closed = rest.strip_prefix("/>");
        assert!(closed.is_none() || DRAWN.contains(&name), "{name} needs an end tag");
        if let Some(after) = closed.or_else(|| rest.strip_prefix('>')) {
            let (within, text) = (Vec::new(), String::new());
            let element = Element { name: name.to_owned(), attributes, within, text };
            return (element, closed.is_some(), after);
        }
        let (attribute, after) = rest.strip_prefix(' ').unwrap().split_once("=\"").unwrap();
        assert!(attribute.chars().all(is_name), "{attribute:?} is the name of an attribute");
        let (value, after) = after.split_once('"').unwrap();
        attributes.push((attribute.to_owned(), unescaped(value)));
        rest = after;
    }
}

fn unescaped(text: &str) -> String {
    let mut unescaped = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        unescaped.push_str(before);
        let (name, after) = after.split_once(';').unwrap();
        unescaped.push_str(match name {
            "amp" => "&",
            "lt" => "<",
            "gt" => ">",
            "quot" => "\"",
            _ => panic!("&{name}; is none of ours"),
        });
        rest = after;
    }
    unescaped + rest
}

/// Return what is visible, one line for each block.
pub fn visible(html: &str) -> String {
    let is_block = |element: &&Element| {
        let blocks = ["h1", "h2", "h3", "p", "li", "summary", "small"];
        element.within.iter().any(|name| name == "body") && blocks.contains(&element.name.as_str())
    };
    let lines = elements(html).into_iter();
    lines.filter(|element| is_block(&element)).map(|element| line(&element.text)).collect()
}

/// Return the text with each no-break space as `_`, and without the marks around labels.
fn line(text: &str) -> String {
    let text = text.replace('\u{a0}', "_").replace(['\u{2068}', '\u{2069}'], "");
    format!("{}\n", text.trim())
}

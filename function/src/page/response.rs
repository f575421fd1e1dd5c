//! A response to a visitor, in the payload format 2.0 of function URLs.

use serde_json::{Map, Value, json};

/// A response to a visitor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// Its headers; each name only once, in lower case.
    pub headers: Vec<(&'static str, String)>,
    /// Its body, always text.
    pub body: String,
}

impl Response {
    /// Return a short text.
    pub fn text(status: u16, text: &str) -> Self {
        let headers = vec![("content-type", "text/plain; charset=utf-8".to_owned())];
        Self { status, headers, body: format!("{text}\n") }
    }

    /// Add a header.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Return it as Lambda expects it.
    pub fn into_json(self) -> Value {
        let mut headers = Map::new();
        for (name, value) in self.headers {
            headers.insert(name.to_owned(), value.into());
        }
        json!({ "statusCode": self.status, "headers": headers, "body": self.body, "isBase64Encoded": false })
    }
}

//! A visitor's request, in the payload format 2.0 of function URLs.

use serde_json::Value;

/// A visitor's request. What a visitor may leave out may be missing.
#[derive(Debug, Clone, Copy)]
pub struct PageRequest<'a>(&'a Value);

/// What may be done with a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Get it.
    Get,
    /// Get its headers.
    Head,
    /// Anything else.
    Other,
}

impl<'a> PageRequest<'a> {
    /// Read the event of an invocation, which may be any value.
    pub fn of(event: &'a Value) -> Self {
        Self(event)
    }

    /// Return its method.
    pub fn method(self) -> Method {
        match self.http("method") {
            None | Some("GET") => Method::Get,
            Some("HEAD") => Method::Head,
            Some(_) => Method::Other,
        }
    }

    /// Return its path, percent-encoded as it was sent.
    pub fn path(self) -> &'a str {
        let raw = self.0.get("rawPath").and_then(Value::as_str);
        raw.or_else(|| self.http("path")).filter(|path| !path.is_empty()).unwrap_or("/")
    }

    /// Return a header by its name in lower case.
    pub fn header(self, name: &str) -> Option<&'a str> {
        let headers = self.0.get("headers")?.as_object()?;
        let found = headers.get(name).or_else(|| {
            headers.iter().find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value)
        });
        found?.as_str()
    }

    fn http(self, field: &str) -> Option<&'a str> {
        self.0.get("requestContext")?.get("http")?.get(field)?.as_str()
    }
}

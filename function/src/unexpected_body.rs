//! Recognizes response bodies that are not a service's confirmation: web pages of something in front of it, and reports
//! of failure.

/// The number of bytes that are examined.
const MAX_BYTES: usize = 4 * 1024;

/// Return whether this is a web page. No service confirms a message with one.
pub fn is_page(body: &[u8]) -> bool {
    let text = beginning(body);
    let mut rest = text.trim_start_matches('\u{feff}').trim_start();
    // Comments and an XML declaration may come first.
    for (open, close) in [("<?xml", "?>"), ("<!--", "-->")] {
        while let Some((_, behind)) = rest.strip_prefix(open).and_then(|inner| inner.split_once(close)) {
            rest = behind.trim_start();
        }
    }
    ["<!doctype html", "<html", "<head", "<body", "<title", "<meta", "<script", "<h1"]
        .iter()
        .any(|tag| rest.starts_with(tag))
}

/// Return whether this is a page that blocks access: a login page, or a captive portal.
pub fn is_login_page(body: &[u8]) -> bool {
    let text = beginning(body);
    is_page(body)
        && ["<form", "type=\"password\"", "http-equiv=\"refresh\""].iter().any(|sign| text.contains(sign))
}

/// Return whether a response reports a failure, in JSON or as text.
pub fn reports_failure(body: &[u8]) -> bool {
    if let Ok(serde_json::Value::Object(object)) = serde_json::from_slice(body) {
        let is = |name: &str, wanted: &[&str]| {
            object
                .get(name)
                .and_then(serde_json::Value::as_str)
                .is_some_and(|value| wanted.iter().any(|wanted| value.eq_ignore_ascii_case(wanted)))
        };
        let is_false = |name: &str| object.get(name) == Some(&serde_json::Value::Bool(false));
        let has_error = object.get("error").or_else(|| object.get("errors")).is_some_and(|error| {
            error.as_str().is_some_and(|text| !text.is_empty())
                || error.as_bool() == Some(true)
                || error.as_object().is_some_and(|error| !error.is_empty())
                || error.as_array().is_some_and(|errors| !errors.is_empty())
        });
        let bad = ["error", "fail", "failed", "failure"];
        return ["ok", "success"].into_iter().any(is_false)
            || ["status", "result"].into_iter().any(|name| is(name, &bad))
            || has_error;
    }
    let text = beginning(body);
    [
        "not found",
        "rate limited",
        "rate limit",
        "too many requests",
        "failed",
        "error",
        "denied",
        "forbidden",
        "unauthorized",
    ]
    .iter()
    .any(|phrase| text.contains(phrase))
}

fn beginning(body: &[u8]) -> String {
    String::from_utf8_lossy(&body[..body.len().min(MAX_BYTES)]).to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn web_pages_are_recognized() {
        for (body, page, login) in [
            ("<!doctype html><html><title>Sign in</title><form></form></html>", true, true),
            ("\u{feff}\r\n<!-- Access -->\n<HTML><body>Blocked</body></HTML>", true, false),
            ("<?xml version=\"1.0\"?>\n<!DOCTYPE html PUBLIC \"-//W3C\"><html/>", true, false),
            ("<html><meta http-equiv=\"refresh\" content=\"0;url=http://portal\"></html>", true, true),
            ("ok", false, false),
            ("", false, false),
            (r#"{"id":"1","content":"<html><form>"}"#, false, false),
            ("<Response code=\"1\"/>", false, false),
        ] {
            assert_eq!((is_page(body.as_bytes()), is_login_page(body.as_bytes())), (page, login), "{body}");
        }
    }

    #[test]
    fn reports_of_failure_are_recognized() {
        for (body, expected) in [
            (r#"{"ok":false,"msg":"Monitor not found or not active."}"#, true),
            (r#"{"success":false}"#, true),
            (r#"{"status":"error","message":"no"}"#, true),
            (r#"{"error":"invalid token"}"#, true),
            (r#"{"errors":["no"]}"#, true),
            ("OK (not found)", true),
            ("OK (rate limited)", true),
            ("Webhook message delivery failed with error: endpoint returned HTTP error 429", true),
            (r#"{"ok":true}"#, false),
            (r#"{"error":null,"errors":[],"status":"ok"}"#, false),
            (r#"{"text":"plex failed with an error"}"#, false),
            ("OK", false),
            ("Got it, thanks!", false),
            ("", false),
        ] {
            assert_eq!(reports_failure(body.as_bytes()), expected, "{body}");
        }
    }
}

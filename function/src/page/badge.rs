//! The badge of an app: its label and its status, as an image or as JSON for shields.io.

use maud::html;
use serde_json::{Value, json};

use super::view::{App, AppStatus};

/// The height of the image, in pixels.
const HEIGHT: usize = 20;

/// The space beside each text, in pixels.
const MARGIN: usize = 6;

/// Render the badge as SVG. The texts are forced into the estimated widths.
pub fn svg(app: &App) -> String {
    let (label, message) = (app.label.as_str(), app.status.as_str());
    let (left, right) = (width(label), width(message));
    let (label_box, message_box) = (left + 2 * MARGIN, right + 2 * MARGIN);
    let (whole, text) = (label_box + message_box, format!("{label}: {message}"));
    let markup = html! {
        svg xmlns="http://www.w3.org/2000/svg" width=(whole) height=(HEIGHT) role="img" aria-label=(text) {
            title { (text) }
            clipPath id="r" { rect width=(whole) height=(HEIGHT) rx="3" {} }
            g clip-path="url(#r)" {
                rect width=(label_box) height=(HEIGHT) fill="#24292f" {}
                rect x=(label_box) width=(message_box) height=(HEIGHT) fill=(color(app.status)) {}
            }
            g fill="#fff" font-family="Verdana,Geneva,DejaVu Sans,sans-serif" font-size="11" {
                text x=(MARGIN) y="14" textLength=(left) lengthAdjust="spacingAndGlyphs" { (label) }
                text x=(label_box + MARGIN) y="14" textLength=(right) lengthAdjust="spacingAndGlyphs" { (message) }
            }
        }
    };
    markup.into_string()
}

/// Return the badge in the endpoint format of shields.io.
pub fn shields(app: &App) -> Value {
    json!({
        "schemaVersion": 1,
        "label": app.label,
        "message": app.status.as_str(),
        "color": color(app.status),
        "isError": app.status == AppStatus::Unknown,
        "cacheSeconds": 60,
    })
}

/// Return the background of a status. White text on it has a contrast of at least 4.5.
fn color(status: AppStatus) -> &'static str {
    match status {
        AppStatus::Up => "#1a7f37",
        AppStatus::Degraded => "#9a6700",
        AppStatus::Down => "#cf222e",
        AppStatus::Maintenance => "#0969da",
        AppStatus::Unknown => "#6e7781",
    }
}

/// Estimate the width of a text in 11 pixels of Verdana.
fn width(text: &str) -> usize {
    let tenths = |c: char| match c {
        'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | ';' | '!' | '|' | '\'' | ' ' => 40,
        'f' | 't' | 'r' | '(' | ')' | '[' | ']' | '-' => 48,
        'm' | 'w' | 'M' | 'W' | '@' | '%' => 100,
        'A'..='Z' => 78,
        c if c.is_ascii() => 68,
        c if u32::from(c) < 0x2000 => 72,
        _ => 120,
    };
    text.chars().map(tenths).sum::<usize>().div_ceil(10)
}

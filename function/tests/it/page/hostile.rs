//! Texts from outside are escaped, cleaned and bounded in JSON, SVG and the feed.

use plexmon_function::contract::announcement::Announcement;
use plexmon_function::contract::settings::Settings;
use plexmon_function::page::Data;
use serde_json::Value;

use super::fixtures::{NOW, data, down, formats, settings, window};

/// A text that begins with this part and contains everything that could do harm.
fn hostile(part: &str) -> String {
    format!(
        "{part}<script>alert('1')</script>\"'&]]><!--\u{202e}\u{2066}\u{200b}\u{feff}\u{0}\u{8}\u{1b}[2J\u{fffe}{}",
        "\u{1f3ac}x".repeat(5_000)
    )
}

fn hostile_settings() -> Settings {
    let mut settings = settings(&["plex", "nas", "a\u{1}<b>\"&'/\u{202e}"]);
    settings.page.as_mut().unwrap().title = hostile("Title");
    for target in &mut settings.targets {
        target.label = Some(hostile("Label"));
        target.group = Some(hostile("Group"));
    }
    settings.maintenance = vec![window(NOW - 60, NOW + 60, &["plex"])];
    settings
}

#[test]
fn hostile_texts_are_escaped_cleaned_and_bounded() {
    let settings = hostile_settings();
    let announcement = Announcement { id: 1, text: hostile("Notice"), made: NOW, from: NOW, until: NOW + 60 };
    let data = Data { announcements: vec![announcement], ..data(down(&settings, &["nas"])) };
    for (path, text) in formats(&settings, &data) {
        assert!(text.len() < 60_000, "{path} has {} bytes", text.len());
        for c in ['\u{202e}', '\u{2066}', '\u{200b}', '\u{feff}', '\u{0}', '\u{8}', '\u{1b}', '\u{fffe}'] {
            let is_name = path == "index.html" || path == "status.json";
            assert!(!text.contains(c) || (is_name && c == '\u{202e}'), "{path} has {c:?}");
        }
        if path.ends_with(".json") {
            let value: Value = serde_json::from_str(&text).unwrap();
            assert!(value.is_object(), "{path}");
        } else {
            assert!(!text.contains("<script") && !text.contains("<!--"), "{path}");
        }
        if path.ends_with(".svg") || path.ends_with(".atom") {
            let document = roxmltree::Document::parse(&text).unwrap_or_else(|why| panic!("{path}: {why}"));
            let names = document.descendants().filter(|node| node.is_element());
            assert!(names.map(|node| node.tag_name().name()).all(|name| name != "script" && name != "b"));
            assert!(
                text.contains("Label&lt;script&gt;alert('1')&lt;/script&gt;&quot;'&amp;]]&gt;"),
                "{path}: {text}"
            );
        }
    }
}

#[test]
fn a_label_without_anything_to_show_is_the_name() {
    let mut settings = settings(&["plex"]);
    settings.targets[0].label = Some(" \u{202e}\u{200b}\n".to_owned());
    let text = super::fixtures::format(&settings, &data(down(&settings, &[])), "badge/plex.json");
    assert!(text.contains(r#""label":"plex""#), "{text}");
}

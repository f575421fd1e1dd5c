//! The style sheet: its policy, and the contrast of its colors (WCAG 2.2, 1.4.3 and 1.4.11).

use std::collections::BTreeMap;

use aws_smithy_types::base64;
use plexmon_function::page::Language;
use plexmon_function::page::content::content;
use plexmon_function::page::html::STYLE;
use plexmon_function::page::route::Route;
use sha2::{Digest, Sha256};

use super::super::examples;
use super::named;
use super::parsed::elements;

#[test]
fn the_policy_allows_the_style_sheet_and_nothing_else() {
    let content = content(&Route::Html, &examples::hostile(), Language::De).unwrap();
    let elements = elements(&content.body);
    let styles = named(&elements, "style");
    assert_eq!(styles.len(), 1);
    assert_eq!(styles[0].text, STYLE);
    let hash = base64::encode(Sha256::digest(STYLE.as_bytes()));
    assert!(content.policy.contains(&format!("style-src 'sha256-{hash}';")), "{}", content.policy);
    assert!(!STYLE.contains('<'), "it does not end the element");
    for loading in ["@import", "@font-face", "url(http", "url(\"", "//"] {
        assert!(!STYLE.contains(loading), "it loads nothing: {loading}");
    }
}

/// Return the colors of a rule: `--up:#1a7f37` and so on.
fn colors(rule: &str) -> BTreeMap<&str, u32> {
    let declarations = rule.split(';').filter_map(|one| one.trim().strip_prefix("--")?.split_once(":#"));
    declarations.map(|(name, color)| (name, hex(color))).collect()
}

fn hex(color: &str) -> u32 {
    let long = match color.len() {
        3 => color.chars().flat_map(|digit| [digit, digit]).collect(),
        _ => color.to_owned(),
    };
    u32::from_str_radix(&long, 16).unwrap()
}

fn luminance(color: u32) -> f64 {
    let linear = |shift: u32| {
        let share = f64::from(color >> shift & 0xff) / 255.0;
        if share <= 0.040_45 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * linear(16) + 0.7152 * linear(8) + 0.0722 * linear(0)
}

fn contrast(one: u32, other: u32) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// Return what is between the first occurrence of a text and the next `}`.
fn rule<'a>(style: &'a str, selector: &str) -> &'a str {
    style.split_once(selector).unwrap().1.split_once('}').unwrap().0
}

#[test]
fn every_text_and_every_bar_has_enough_contrast_in_both_modes() {
    let dark = STYLE.split_once("@media(prefers-color-scheme:dark){").unwrap().1;
    for (mode, colors) in [("light", colors(rule(STYLE, ":root{"))), ("dark", colors(rule(dark, ":root{")))] {
        assert_eq!(colors.len(), 10, "{mode}: {colors:?}");
        for text in ["text", "dim", "up", "degraded", "down", "maintenance", "unknown"] {
            let ratio = contrast(colors[text], colors["card"]);
            assert!(ratio >= 4.5, "{mode}: {text} has {ratio:.2} on a card");
        }
        // What is outside of a card.
        for text in ["text", "dim", "maintenance"] {
            let ratio = contrast(colors[text], colors["page"]);
            assert!(ratio >= 4.5, "{mode}: {text} has {ratio:.2} on the page");
        }
        for bar in ["up", "degraded", "down", "maintenance", "unknown"] {
            let ratio = contrast(colors[bar], colors["page"]);
            assert!(ratio >= 3.0, "{mode}: a bar of {bar} has {ratio:.2} in the legend");
        }
    }
}

#[test]
fn the_headline_is_white_on_a_color_with_enough_contrast() {
    let fills = STYLE.match_indices(".top{background:#").map(|(at, before)| &STYLE[at + before.len()..][..6]);
    let fills: Vec<&str> = fills.collect();
    assert_eq!(fills.len(), 5, "one for each state: {fills:?}");
    assert!(rule(STYLE, ".top{").contains("color:#fff"));
    for fill in fills {
        let ratio = contrast(hex(fill), 0x00ff_ffff);
        assert!(ratio >= 4.5, "white on #{fill} has {ratio:.2}");
    }
}

#[test]
fn contrasts_are_computed_as_wcag_defines_them() {
    assert!((contrast(0, 0x00ff_ffff) - 21.0).abs() < 0.001);
    assert!((contrast(0x0076_7676, 0x00ff_ffff) - 4.54).abs() < 0.01);
}

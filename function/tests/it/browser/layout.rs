//! The page on phones, enlarged, on paper, and for visitors who see few colors.

use plexmon_function::page::Language;
use plexmon_testing::browser::{Medium, Viewport};
use serde_json::json;

use super::examples::Examples;
use super::start;

#[test]
fn nothing_has_to_be_scrolled_sideways() {
    let (browser, examples) = (start(), Examples::serve());
    for viewport in [Viewport::NARROW, Viewport::ZOOMED, Viewport::PHONE] {
        browser.resize(viewport);
        for (name, _, url) in examples.all() {
            browser.open(&url);
            browser.run("document.querySelectorAll('details').forEach(one => one.open = true)");
            let widths = browser.run(
                "const page = document.documentElement; \
                 return [Math.max(page.scrollWidth, document.body.scrollWidth), page.clientWidth]",
            );
            assert_eq!(widths, json!([viewport.width, viewport.width]), "{name} at {}", viewport.width);
        }
    }
}

#[test]
fn the_headline_is_on_the_first_screen_of_a_phone() {
    let (browser, examples) = (start(), Examples::serve());
    // With what it means on the usual phone, the sentence alone on the smallest one.
    for (viewport, part) in [(Viewport::PHONE, ".top"), (Viewport::NARROW, "h1")] {
        browser.resize(viewport);
        for (name, _, url) in examples.all() {
            browser.open(&url);
            let bottom = format!("return document.querySelector('{part}').getBoundingClientRect().bottom");
            let bottom = browser.run(&bottom).as_f64().unwrap();
            assert!(bottom <= f64::from(viewport.height), "{part} of {name} ends at {bottom}");
        }
    }
}

#[test]
fn on_paper_it_is_dark_on_white_and_the_details_are_there() {
    let (browser, examples) = (start(), Examples::serve());
    browser.render_for(Medium::Print);
    browser.open(&examples.url("outage", Language::En));
    let top = browser.run(
        "const style = getComputedStyle(document.querySelector('.top')); return [style.color, style.backgroundColor]",
    );
    assert_eq!(top, json!(["rgb(0, 0, 0)", "rgba(0, 0, 0, 0)"]));
    let details = "[...document.querySelectorAll('details:not([open]) li')]";
    let heights =
        browser.run(&format!("return {details}.map(one => one.getBoundingClientRect().height > 9)"));
    let heights = heights.as_array().unwrap();
    assert!(!heights.is_empty() && heights.iter().all(|is_there| is_there == true), "{heights:?}");
}

#[test]
fn nothing_moves() {
    let (browser, examples) = (start(), Examples::serve());
    for (name, _, url) in examples.all() {
        browser.open(&url);
        assert_eq!(browser.run("return document.getAnimations().length"), 0, "{name}");
    }
}

/// With the colors of the visitor alone, the bars of different states still differ, by their height or filling.
#[test]
fn bars_are_drawn_in_forced_colors() {
    let (browser, examples) = (start(), Examples::serve());
    browser.render_for(Medium::ForcedColors);
    browser.open(&examples.url("worst", Language::En));
    let drawn = browser.run(
        "const svg = document.querySelector('[data-target] > svg'); \
         return [...svg.querySelectorAll('path')].map(path => { const style = getComputedStyle(path); \
         return [style.stroke, style.strokeWidth, style.strokeDasharray].join(' ') })",
    );
    let drawn = drawn.as_array().unwrap();
    let mut different: Vec<String> = drawn.iter().map(ToString::to_string).collect();
    different.sort();
    different.dedup();
    assert_eq!((drawn.len(), different.len()), (6, 6), "{drawn:?}");
}

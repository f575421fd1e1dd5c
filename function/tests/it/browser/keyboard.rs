//! The page without a mouse.

use plexmon_function::page::Language;
use plexmon_testing::browser::{Browser, Key, Medium};
use serde_json::json;

use super::examples::Examples;
use super::start;

/// What can have the focus, in the order of the page. Each is given a number, to find it again.
const FOCUSABLE: &str = "const all = [...document.querySelectorAll('a[href], summary, button, input, [tabindex]')]; \
    all.forEach((one, number) => one.dataset.number = number); return all.length";

/// The number of what has the focus, and whether that is visible: an outline of at least two pixels that differs from what
/// is around it, and inside of the window.
const FOCUSED: &str = "const one = document.activeElement; if (one === document.body) return null; \
    const style = getComputedStyle(one), box = one.getBoundingClientRect(); \
    const outlined = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2 && \
        style.outlineColor !== getComputedStyle(document.body).backgroundColor; \
    return [Number(one.dataset.number), outlined && box.top >= 0 && box.bottom <= innerHeight && box.height >= 24]";

fn tab_through(browser: &Browser, name: &str) {
    let count = browser.run(FOCUSABLE).as_u64().unwrap();
    assert!(count >= 2, "{name} has {count} links");
    for number in 0..count {
        browser.press(Key::Tab);
        assert_eq!(browser.run(FOCUSED), json!([number, true]), "{name}");
    }
}

#[test]
fn every_link_and_detail_is_reached_in_order_with_a_visible_focus() {
    let (browser, examples) = (start(), Examples::serve());
    for name in ["operational", "outage", "stale", "worst", "not-loaded"] {
        for medium in [Medium::Light, Medium::Dark, Medium::ForcedColors] {
            browser.render_for(medium);
            browser.open(&examples.url(name, Language::En));
            tab_through(&browser, &format!("{name}, {medium:?}"));
        }
    }
}

#[test]
fn details_open_with_a_key() {
    let (browser, examples) = (start(), Examples::serve());
    browser.open(&examples.url("operational", Language::En));
    let visible = "return document.querySelector('details li').checkVisibility()";
    assert_eq!(browser.run(visible), false);
    browser.run("document.querySelector('summary').focus()");
    browser.press(Key::Enter);
    assert_eq!(browser.run(visible), true);
}

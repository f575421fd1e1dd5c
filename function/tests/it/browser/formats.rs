//! The other formats in a browser: the feed and the badges.

use plexmon_function::page::Language;
use plexmon_function::page::content::content;
use plexmon_function::page::route::{Route, encoded};
use serde_json::json;

use super::examples::Examples;
use super::start;

#[test]
fn the_feed_is_well_formed_and_linked() {
    let (browser, examples) = (start(), Examples::serve());
    for name in ["operational", "worst", "hostile"] {
        let url = examples.url(name, Language::En);
        browser.open(&url);
        let links =
            browser.run("return [...document.querySelectorAll('[href$=\".atom\"]')].map(one => one.href)");
        let feed = format!("{url}feed.atom");
        let links = links.as_array().unwrap();
        assert!(links.len() >= 2 && links.iter().all(|link| *link == feed), "{links:?}");
        // As in feed readers, with a parser that accepts nothing else.
        let text = content(&Route::Feed, &examples.views[name], Language::En).unwrap().body;
        let parsed = browser.run(&format!(
            "const xml = new DOMParser().parseFromString({}, 'application/xml'); \
             return [xml.documentElement.localName, xml.querySelectorAll('parsererror').length, \
             xml.querySelectorAll('entry').length > 0]",
            json!(text),
        ));
        assert_eq!(parsed, json!(["feed", 0, true]), "{name}");
    }
}

#[test]
fn badges_are_images() {
    let (browser, examples) = (start(), Examples::serve());
    for name in ["operational", "outage", "stale", "hostile"] {
        let url = examples.url(name, Language::En);
        let app = encoded(&examples.views[name].apps().next().unwrap().name);
        browser.open(&format!("{url}badge/{app}.svg"));
        let badge = browser.run(
            "const svg = document.documentElement; return [svg.localName, svg.getAttribute('role'), \
             svg.querySelector('title').textContent === svg.getAttribute('aria-label'), \
             svg.getBoundingClientRect().width > 40, \
             [...svg.querySelectorAll('text')].every(one => one.getBBox().width <= svg.getBBox().width)]",
        );
        assert_eq!(badge, json!(["svg", "img", true, true, true]), "{name}");
        assert_eq!(browser.console(), [""; 0], "{name}");
    }
}

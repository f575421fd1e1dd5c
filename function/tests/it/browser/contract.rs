//! What other programs read from the page, and that it loads nothing else and runs no script.

use serde_json::{Value, json};

use super::examples::Examples;
use super::start;

#[test]
fn the_attributes_say_what_the_view_says() {
    let (browser, examples) = (start(), Examples::serve());
    for (name, view, url) in examples.all() {
        browser.open(&url);
        let overall =
            browser.run("return [...document.querySelectorAll('main')].map(main => main.dataset.overall)");
        assert_eq!(overall, json!([view.overall.as_str()]), "{name}");
        let targets = browser.run(
            "return [...document.querySelectorAll('main [data-target]')].map(({ dataset: data }) => \
             [data.target, data.status, data['uptime-90d'] ?? data.uptime90d, data.daysFrom, data.days])",
        );
        let wanted: Vec<Value> = view.apps().map(attributes).collect();
        // Attributes cannot hold every character: a parser of HTML replaces those that XML forbids.
        assert_eq!(targets, Value::from(wanted), "{name}");
        assert_eq!(browser.run("return document.documentElement.lang.length"), 2, "{name}");
    }
}

fn attributes(app: &plexmon_function::page::view::App) -> Value {
    let (_, quarter) = app.uptime[3];
    let uptime = quarter.uptime.percent().map(|percent| format!("{:.2}", percent.value()));
    let first = app.days.first().map(|(day, _)| plexmon_function::time::date(u64::from(*day) * 86_400));
    let days: String = app.days.iter().map(|(_, day)| day.class.letter()).collect();
    json!([app.name, app.status.as_str(), uptime.unwrap_or_default(), first.unwrap_or_default(), days])
}

#[test]
fn nothing_else_is_requested_and_the_console_stays_empty() {
    let (browser, examples) = (start(), Examples::serve());
    for (name, _, url) in examples.all() {
        browser.open(&url);
        // The icon is a part of the page.
        let requests = browser.requests();
        let elsewhere: Vec<_> =
            requests.iter().filter(|to| **to != url && !to.starts_with("data:")).collect();
        assert!(requests.contains(&url) && elsewhere.is_empty(), "{name}: {elsewhere:?}");
        assert_eq!(browser.console(), [""; 0], "{name}");
        let styled = browser.run("return getComputedStyle(document.querySelector('.top')).display");
        assert_eq!(styled, "grid", "{name}: the policy blocks the page's own style");
    }
}

#[test]
fn hostile_texts_are_texts() {
    let (browser, examples) = (start(), Examples::serve());
    let url = examples.url("hostile", plexmon_function::page::Language::En);
    browser.open(&url);
    let elements = browser.run(
        "return [...document.querySelectorAll('script, iframe, object, embed, form, img, base')].length + \
         [...document.querySelectorAll('*')].flatMap(one => one.getAttributeNames()).filter(name => name.startsWith('on')).length",
    );
    assert_eq!(elements, 0);
    let labels = browser.run("return [...document.querySelectorAll('h3')].map(one => one.textContent)");
    let wanted: Vec<&str> = examples.views["hostile"].apps().map(|app| app.label.as_str()).collect();
    assert_eq!(labels, json!(wanted));
    assert_eq!(browser.console(), [""; 0]);
}

//! The whole server in a browser: below its secret path, and in the visitor's language.

use std::cell::RefCell;
use std::fmt::Write;
use std::time::Duration;

use plexmon_function::contract::settings::Settings;
use plexmon_function::page::Response;
use plexmon_testing::bench::{Request, Server, response};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::start;
use crate::page::fixtures::{self, Memory, NOW};
use crate::page::past;

const SECRET: &str = "kWq8ZtR2nLx5VbY7cJd3Hs9p";

/// Serve a home with a past. Lambda would hand the same events to the function.
fn serve(settings: Settings) -> String {
    let values = past::stored(&settings, NOW - 60);
    let server = Server::start(None, Duration::ZERO, move |request| {
        let memory = Memory(RefCell::new(values.iter().cloned().collect()));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let event = event(request);
        Some(written(&runtime.block_on(fixtures::respond(&settings, &memory, &event))))
    });
    format!("http://{}", server.address)
}

fn event(request: &Request) -> serde_json::Value {
    let mut line = request.head.split(' ');
    let (method, path) = (line.next().unwrap(), line.next().unwrap());
    let known = |name: &'static str| Some((name, request.header(name)?));
    let headers: Vec<_> = ["accept-language", "if-none-match"].into_iter().filter_map(known).collect();
    fixtures::event(method, path, &headers)
}

fn written(answer: &Response) -> Vec<u8> {
    let mut headers = String::new();
    for (name, value) in &answer.headers {
        let _ = write!(headers, "{name}: {value}\r\n");
    }
    response(&answer.status.to_string(), &headers, &answer.body)
}

#[test]
fn below_its_secret_path_everything_is_found_and_nothing_leads_out() {
    let mut settings = past::settings(6);
    let digest = Sha256::digest(SECRET.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    settings.page.as_mut().unwrap().secret_sha256 = Some(digest);
    let (browser, server) = (start(), serve(settings));
    // Without the slash at its end, relative links would lead to the root.
    browser.open(&format!("{server}/{SECRET}"));
    let page = format!("{server}/{SECRET}/");
    assert_eq!(browser.run("return location.href"), json!(page));
    assert_eq!(browser.run("return document.querySelector('main').dataset.overall"), "outage");
    let links = browser.run(
        "return Promise.all([...document.querySelectorAll('a[href], link[href]')].map(one => one.href) \
         .filter(href => !href.startsWith('data:')))",
    );
    for link in links.as_array().unwrap() {
        let link = link.as_str().unwrap();
        assert!(link.starts_with(&page), "{link} is not below {page}");
        browser.open(link);
        assert!(
            !browser
                .run("return document.documentElement.textContent")
                .as_str()
                .unwrap()
                .contains("not found")
        );
    }
    assert_eq!(browser.console(), [""; 0]);
    browser.open(&format!("{server}/"));
    assert_eq!(browser.run("return document.body.textContent"), "not found\n");
}

#[test]
fn the_page_is_in_the_visitors_language() {
    let (browser, server) = (start(), serve(past::settings(3)));
    for (languages, expected) in [("de-AT,de", "de"), ("fr,de", "de"), ("en-GB", "en"), ("fr", "en")] {
        browser.accept_languages(languages);
        browser.open(&format!("{server}/"));
        assert_eq!(browser.run("return document.documentElement.lang"), expected, "{languages}");
    }
}

#[test]
fn twenty_apps_with_a_past_have_no_violation() {
    let (browser, server) = (start(), serve(past::settings(20)));
    browser.open(&format!("{server}/"));
    assert_eq!(browser.run("return document.querySelectorAll('[data-target]').length"), 20);
    assert_eq!(browser.violations(super::directory()), []);
}

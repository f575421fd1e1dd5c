//! The checks of the other tests find what they look for.

use std::path::Path;
use std::time::Duration;

use plexmon_testing::bench::http::{Server, response};
use plexmon_testing::browser::{Key, Medium, Viewport};
use serde_json::json;

use super::{directory, start};

/// Everything that the page must not be.
const BAD: &str = "<!doctype html><html><head><meta name=viewport content='width=device-width'>\
    <style>p { color: #aaa; width: 700px } @media (prefers-color-scheme: dark) { p { color: #bbb } }\
    @media print { p { color: #111 } } @media (forced-colors: active) { p { color: #222 } }</style></head>\
    <body><p>pale</p><a href='/next'>next</a><img src='/missing.png'><script>var never = 1</script></body></html>";

/// Serve a page whose policy blocks its script and its style.
fn serve(policy: &'static str) -> String {
    let server = Server::start(None, Duration::ZERO, move |request| {
        let headers = format!("content-type: text/html\r\ncontent-security-policy: {policy}\r\n");
        Some(match request.starts_with("GET / ") {
            true => response("200 OK", &headers, BAD),
            false => response("404 Not Found", "", "not found"),
        })
    });
    format!("http://{}/", server.address)
}

#[test]
fn console_messages_and_requests_are_recorded() {
    let (browser, url) = (start(), serve("script-src 'none'"));
    browser.open(&url);
    let console = browser.console();
    let says = |text: &str| console.iter().any(|message| message.contains(text));
    assert!(says("script-src") && says("404"), "{console:?}");
    let mut requests = browser.requests();
    // The page names no icon, so that the browser may look for one.
    requests.retain(|request| !request.ends_with("/favicon.ico"));
    assert_eq!(requests, [url.clone(), format!("{url}missing.png")]);
    assert_eq!(browser.run("return typeof never"), json!("undefined"), "the policy applies to the page");
    assert!(!browser.requests().contains(&url), "each request is returned once");
}

#[test]
fn accessibility_is_checked_past_the_policy() {
    let (browser, url) = (start(), serve("default-src 'none'; style-src 'unsafe-inline'"));
    browser.open(&url);
    let rules: Vec<_> = browser.violations(directory()).into_iter().map(|found| found.rule).collect();
    for rule in ["color-contrast", "document-title", "html-has-lang", "image-alt"] {
        assert!(rules.iter().any(|found| found == rule), "{rule} is not among {rules:?}");
    }
}

#[test]
fn a_page_is_rendered_for_other_media_and_sizes() {
    let (browser, url) = (start(), serve("default-src 'none'; style-src 'unsafe-inline'"));
    browser.open(&url);
    let color = |medium| {
        browser.render_for(medium);
        browser.run("return getComputedStyle(document.querySelector('p')).color")
    };
    assert_eq!(color(Medium::Light), "rgb(170, 170, 170)");
    assert_eq!(color(Medium::Dark), "rgb(187, 187, 187)");
    assert_eq!(color(Medium::Print), "rgb(17, 17, 17)");
    assert_ne!(color(Medium::ForcedColors), "rgb(187, 187, 187)");
    for viewport in [Viewport::DESKTOP, Viewport::PHONE, Viewport::NARROW, Viewport::ZOOMED] {
        browser.resize(viewport);
        let size =
            browser.run("return [document.documentElement.clientWidth, innerHeight, devicePixelRatio]");
        let Viewport { width, height, scale, .. } = viewport;
        // Phones shrink the page until it fits.
        assert_eq!(size[0], width, "{size}");
        assert!(viewport.mobile || size[1] == height, "{size}");
        assert_eq!(size[2], scale, "{size}");
    }
    assert!(browser.run("return document.documentElement.scrollWidth").as_u64() >= Some(700));
}

#[test]
fn keys_move_the_focus_and_follow_links() {
    let (browser, url) = (start(), serve("default-src 'none'"));
    browser.open(&url);
    browser.press(Key::Tab);
    assert_eq!(browser.run("return document.activeElement.textContent"), "next");
    browser.press(Key::Enter);
    assert_eq!(browser.run("return location.pathname"), "/next");
}

#[test]
fn screenshots_have_the_size_of_the_window_or_of_the_page() {
    let (browser, url) = (start(), serve("default-src 'none'"));
    browser.resize(Viewport { width: 400, height: 300, scale: 2, mobile: false });
    browser.open(&url);
    assert_eq!(size(&browser.screenshot()), (800, 600));
    browser.run(
        "document.querySelector('p').textContent = 'x\\n'.repeat(9); document.body.style.height = '900px'",
    );
    let all = size(&browser.screenshot_of_all());
    assert!(all.1 >= 1800, "{all:?}");
}

/// The width and height in the head of a PNG.
fn size(png: &[u8]) -> (u32, u32) {
    assert!(png.starts_with(b"\x89PNG"));
    let number = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
    (number(16), number(20))
}

#[test]
fn the_browser_ends_with_a_test_that_panics() {
    let (sender, receiver) = std::sync::mpsc::channel();
    let test = std::thread::spawn(move || {
        let browser = start();
        sender.send((browser.processes(), browser.files())).unwrap();
        panic!("a failing test");
    });
    assert!(test.join().is_err());
    let (processes, files) = receiver.recv().unwrap();
    for process in processes {
        let state = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
        assert!(state.is_empty(), "still there: {state}");
    }
    assert!(!Path::new(&files).exists());
}

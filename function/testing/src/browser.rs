//! A headless Chromium for tests: the machine's own with its `chromedriver`, or Debian's, which is unpacked below Cargo's
//! target directory.
//!
//! Every test has a browser of its own, with an empty profile. It ends with its value, also when the test panics.

mod axe;
mod driver;
mod install;

use std::fmt;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};

use driver::Driver;

/// A browser with one tab.
pub struct Browser {
    driver: Driver,
}

/// What the page is rendered for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Medium {
    /// A screen with a light color scheme.
    Light,
    /// A screen with a dark color scheme.
    Dark,
    /// A screen with the few colors that the user has chosen.
    ForcedColors,
    /// Paper.
    Print,
}

/// The visible part of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Viewport {
    /// In CSS pixels.
    pub width: u32,
    /// In CSS pixels.
    pub height: u32,
    /// Device pixels of a CSS pixel.
    pub scale: u32,
    /// Whether `<meta name="viewport">` counts and scroll bars take no room, as on phones.
    pub mobile: bool,
}

impl Viewport {
    /// A laptop.
    pub const DESKTOP: Self = Self { width: 1280, height: 800, scale: 1, mobile: false };
    /// The usual phone.
    pub const PHONE: Self = Self { width: 390, height: 844, scale: 2, mobile: true };
    /// The narrowest screen for which nothing may have to be scrolled sideways (WCAG 2.2, 1.4.10).
    pub const NARROW: Self = Self { width: 320, height: 568, scale: 2, mobile: true };
    /// The laptop at 200 %: half as many CSS pixels, twice as large.
    pub const ZOOMED: Self = Self { width: 640, height: 400, scale: 2, mobile: false };
}

/// A rule of axe-core that the page breaks.
#[derive(Clone, PartialEq, Eq)]
pub struct Violation {
    /// The rule.
    pub rule: String,
    /// What it demands.
    pub help: String,
    /// The elements that break it, and how.
    pub nodes: Vec<String>,
}

impl fmt::Debug for Violation {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "{}: {}\n  {}", self.rule, self.help, self.nodes.join("\n  "))
    }
}

impl Browser {
    /// Start a browser. What has to be unpacked is unpacked below `directory`, a test's `CARGO_TARGET_TMPDIR`.
    pub fn start(directory: &Path) -> Self {
        let browser = Self { driver: Driver::start(&install::chromium(directory)) };
        browser.resize(Viewport::DESKTOP);
        browser
    }

    /// The ids of the driver and the browser.
    pub fn processes(&self) -> [i32; 2] {
        self.driver.processes()
    }

    /// The directory with all that they write.
    pub fn files(&self) -> PathBuf {
        self.driver.files()
    }

    /// Open a page, and wait until it is loaded.
    pub fn open(&self, url: &str) {
        self.driver.command("url", &json!({ "url": url }));
    }

    /// Run the body of a JavaScript function in the page, past its content security policy, and return its result.
    pub fn run(&self, script: &str) -> Value {
        self.driver.command("execute/sync", &json!({ "script": script, "args": [] }))
    }

    /// Run a command of the Chrome DevTools Protocol.
    pub fn devtools(&self, command: &str, parameters: &Value) -> Value {
        self.driver.command("goog/cdp/execute", &json!({ "cmd": command, "params": parameters }))
    }

    /// Change the size of the visible part.
    pub fn resize(&self, viewport: Viewport) {
        let Viewport { width, height, scale, mobile } = viewport;
        let metrics =
            json!({ "width": width, "height": height, "deviceScaleFactor": scale, "mobile": mobile });
        self.devtools("Emulation.setDeviceMetricsOverride", &metrics);
    }

    /// Render for another medium.
    pub fn render_for(&self, medium: Medium) {
        let (scheme, forced) = match medium {
            Medium::Light | Medium::Print => ("light", "none"),
            Medium::Dark => ("dark", "none"),
            Medium::ForcedColors => ("dark", "active"),
        };
        let features = json!([
            { "name": "prefers-color-scheme", "value": scheme },
            { "name": "forced-colors", "value": forced },
        ]);
        let media = if medium == Medium::Print { "print" } else { "screen" };
        self.devtools("Emulation.setEmulatedMedia", &json!({ "media": media, "features": features }));
    }

    /// Say which languages the visitor reads, as in `accept-language`.
    pub fn accept_languages(&self, languages: &str) {
        let agent = self.run("return navigator.userAgent");
        self.devtools(
            "Emulation.setUserAgentOverride",
            &json!({ "userAgent": agent, "acceptLanguage": languages }),
        );
    }

    /// Press and release a key, such as `Tab`.
    pub fn press(&self, key: Key) {
        let code = key.code();
        let actions = json!([{ "type": "keyDown", "value": code }, { "type": "keyUp", "value": code }]);
        let keyboard = json!({ "type": "key", "id": "keyboard", "actions": actions });
        self.driver.command("actions", &json!({ "actions": [keyboard] }));
    }

    /// Return the visible part as a PNG.
    pub fn screenshot(&self) -> Vec<u8> {
        self.capture(&json!({ "format": "png" }))
    }

    /// Return the whole page as a PNG, however long it is.
    pub fn screenshot_of_all(&self) -> Vec<u8> {
        let size = &self.devtools("Page.getLayoutMetrics", &json!({}))["cssContentSize"];
        let (width, height) = (&size["width"], &size["height"]);
        let clip = json!({ "x": 0, "y": 0, "width": width, "height": height, "scale": 1 });
        self.capture(&json!({ "format": "png", "captureBeyondViewport": true, "clip": clip }))
    }

    fn capture(&self, parameters: &Value) -> Vec<u8> {
        let captured = self.devtools("Page.captureScreenshot", parameters);
        BASE64.decode(captured["data"].as_str().unwrap()).unwrap()
    }

    /// Return the console's messages since the last call: errors of scripts, of the content security policy, and of
    /// requests.
    pub fn console(&self) -> Vec<String> {
        let message = |entry: &Value| format!("{}: {}", entry["level"], entry["message"]);
        self.log("browser").iter().map(message).collect()
    }

    /// Return the addresses of all requests since the last call.
    pub fn requests(&self) -> Vec<String> {
        let url = |entry: &Value| {
            let event: Value = serde_json::from_str(entry["message"].as_str()?).ok()?;
            let event = &event["message"];
            let is_request = event["method"] == "Network.requestWillBeSent";
            is_request.then(|| event["params"]["request"]["url"].as_str().map(str::to_owned))?
        };
        self.log("performance").iter().filter_map(url).collect()
    }

    fn log(&self, kind: &str) -> Vec<Value> {
        let entries = self.driver.command("se/log", &json!({ "type": kind }));
        entries.as_array().cloned().unwrap_or_else(|| panic!("no log {kind}: {entries}"))
    }

    /// Return what axe-core finds, by the rules of WCAG 2.2 at levels A and AA and by its best practices. It is installed
    /// below `directory`, a test's `CARGO_TARGET_TMPDIR`.
    pub fn violations(&self, directory: &Path) -> Vec<Violation> {
        axe::violations(self, directory)
    }
}

/// A key of the keyboard.
#[derive(Clone, Copy, Debug)]
pub enum Key {
    /// To the next element that can have the focus.
    Tab,
    /// Follow a link, open a `<details>`.
    Enter,
}

impl Key {
    /// Its code in the standard WebDriver.
    fn code(self) -> char {
        match self {
            Self::Tab => '\u{e004}',
            Self::Enter => '\u{e007}',
        }
    }
}

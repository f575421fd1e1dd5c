//! The process of `chromedriver`, which starts and ends the browser.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::install::Chromium;

/// The driver wants the same free port for IPv6 and IPv4. It ends when another program is faster.
const ATTEMPTS: usize = 5;

/// A running driver with its browser. With this value, both end, and their files are removed.
pub struct Driver {
    child: Child,
    port: u16,
    /// Kept open for what it may still write.
    _output: BufReader<ChildStdout>,
    session: Option<Session>,
    /// Home and temporary files of both; removed last.
    directory: TempDir,
}

struct Session {
    path: String,
    browser: Pid,
}

impl Driver {
    /// Start it on a free port, and the browser.
    pub fn start(chromium: &Chromium) -> Self {
        let directory = TempDir::with_prefix("browser-").unwrap();
        let (child, output, port) = start_driver(chromium, directory.path());
        let mut started = Self { child, port, _output: output, session: None, directory };
        started.start_browser(&chromium.browser);
        started
    }

    fn start_browser(&mut self, browser: &Path) {
        let session =
            self.call("POST", "/session", &json!({ "capabilities": { "alwaysMatch": wanted(browser) } }));
        let session = session.unwrap_or_else(|why| panic!("{} does not start: {why}", browser.display()));
        let process = session["capabilities"]["goog:processID"].as_i64();
        let browser = Pid::from_raw(process.and_then(|id| i32::try_from(id).ok()).unwrap());
        let path = format!("/session/{}", session["sessionId"].as_str().unwrap());
        self.session = Some(Session { path, browser });
    }

    pub fn processes(&self) -> [i32; 2] {
        let driver = i32::try_from(self.child.id()).unwrap();
        [driver, self.session.as_ref().unwrap().browser.as_raw()]
    }

    pub fn files(&self) -> PathBuf {
        self.directory.path().to_owned()
    }

    /// Send a command to the browser, and return its value.
    pub fn command(&self, name: &str, body: &Value) -> Value {
        let path = &self.session.as_ref().unwrap().path;
        self.call("POST", &format!("{path}/{name}"), body).unwrap_or_else(|why| panic!("{name}: {why}"))
    }

    fn call(&self, method: &str, path: &str, body: &Value) -> Result<Value, String> {
        let (port, body) = (self.port, body.to_string());
        let mut stream = TcpStream::connect(("127.0.0.1", port)).map_err(|why| why.to_string())?;
        let head = format!("{method} {path} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nconnection: close\r\n");
        let request = format!("{head}content-length: {}\r\n\r\n{body}", body.len());
        stream.write_all(request.as_bytes()).map_err(|why| why.to_string())?;
        let (ok, answer) = answer(BufReader::new(stream)).map_err(|why| why.to_string())?;
        let mut answer: Value = serde_json::from_slice(&answer).map_err(|why| why.to_string())?;
        let value = answer["value"].take();
        if ok { Ok(value) } else { Err(format!("{}: {}", value["error"], value["message"])) }
    }
}

/// Start the driver, and return its process, output and port.
fn start_driver(chromium: &Chromium, directory: &Path) -> (Child, BufReader<ChildStdout>, u16) {
    let mut before = String::new();
    for _ in 0..ATTEMPTS {
        let mut driver = (chromium.driver)();
        driver.arg("--port=0").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        for variable in ["HOME", "TMPDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR"] {
            driver.env(variable, directory);
        }
        // It shall not find the desktop of this machine.
        for variable in ["DBUS_SESSION_BUS_ADDRESS", "DISPLAY", "WAYLAND_DISPLAY"] {
            driver.env_remove(variable);
        }
        let mut child = driver.spawn().unwrap_or_else(|why| panic!("{driver:?} cannot be run: {why}"));
        let mut output = BufReader::new(child.stdout.take().unwrap());
        match announced_port(&mut output) {
            Ok(port) => return (child, output, port),
            Err(output) => {
                let _ = child.kill();
                before = format!("{driver:?} does not start ({:?}): {output}", child.wait());
            }
        }
    }
    panic!("{before}");
}

/// The capabilities of a session: without a window, and with logs of the console and of all requests.
fn wanted(browser: &Path) -> Value {
    let arguments = [
        "--headless",
        // Root has no sandbox, and neither have most containers; the pages are our own.
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-background-networking",
        "--disable-breakpad",
        "--no-first-run",
        "--no-proxy-server",
        "--hide-scrollbars",
        "--force-color-profile=srgb",
        "--lang=en-US",
    ];
    json!({
        "goog:chromeOptions": { "binary": browser, "args": arguments },
        "goog:loggingPrefs": { "browser": "ALL", "performance": "ALL" },
    })
}

/// Whether the status is 200, and the body.
fn answer(mut stream: impl BufRead) -> std::io::Result<(bool, Vec<u8>)> {
    let (mut ok, mut length) = (false, 0);
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line)? == 0 || line == "\r\n" {
            break;
        }
        ok |= line.starts_with("HTTP/1.1 200");
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().map_err(std::io::Error::other)?;
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body)?;
    Ok((ok, body))
}

/// Read the port from what the driver prints when it is ready; or return what it printed before it ended.
fn announced_port(output: &mut impl BufRead) -> Result<u16, String> {
    let mut before = String::new();
    for line in output.lines().map_while(Result::ok) {
        let port =
            line.split_once("started successfully on port ").map(|(_, port)| port.trim_end_matches('.'));
        if let Some(port) = port.and_then(|port| port.parse().ok()) {
            return Ok(port);
        }
        before += &line;
        before.push('\n');
    }
    Err(before)
}

impl Drop for Driver {
    fn drop(&mut self) {
        if let Some(Session { path, browser }) = self.session.take() {
            // The driver ends the browser, and waits for it.
            if self.call("DELETE", &path, &json!({})).is_err() {
                let _ = kill(browser, Signal::SIGKILL);
            }
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

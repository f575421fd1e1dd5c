//! Where Chromium comes from.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::debian::{self, Unpacked};

/// The browser without a window, which needs the fewest libraries; its data; its driver; the font of Android; and a font
/// for everything else.
const PACKAGES: [&str; 5] = [
    "chromium-headless-shell",
    "chromium-common",
    "chromium-driver",
    "fonts-roboto-unhinted",
    "fonts-dejavu-core",
];

/// The names under which distributions install a Chromium.
const BROWSERS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// A browser and its driver.
pub struct Chromium {
    /// The browser.
    pub browser: PathBuf,
    /// The driver, with the environment that both need.
    pub driver: Box<dyn Fn() -> Command>,
}

/// The machine's own browser and driver if it has both, of one version; otherwise those of Debian.
pub fn chromium(directory: &Path) -> Chromium {
    own().unwrap_or_else(|| {
        let unpacked = Unpacked::below(directory, "chromium", &PACKAGES).unwrap_or_else(|why| {
            panic!(
                "install Chromium and its driver, both of one version (for example, `apt-get install \
                 chromium chromium-driver`): {why}"
            )
        });
        of_debian(unpacked)
    })
}

fn own() -> Option<Chromium> {
    let driver = debian::installed("chromedriver")?;
    let wanted = major_version(&driver)?;
    let browsers = BROWSERS.iter().filter_map(|name| debian::installed(name));
    let browser = browsers.into_iter().find(|browser| major_version(browser).as_ref() == Some(&wanted))?;
    Some(Chromium { browser, driver: Box::new(move || Command::new(&driver)) })
}

/// The `156` of `ChromeDriver 156.0.8078.108 (...)` and `Chromium 156.0.8078.108 built on ...`.
fn major_version(program: &Path) -> Option<String> {
    let output = Command::new(program).arg("--version").output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let version =
        text.split_whitespace().find(|word| word.starts_with(|first: char| first.is_ascii_digit()))?;
    version.split('.').next().map(str::to_owned)
}

fn of_debian(unpacked: Unpacked) -> Chromium {
    let browser = unpacked.root.join("usr/lib/chromium/chromium-headless-shell");
    let fonts = fonts(&unpacked.root);
    let driver = move || {
        let mut driver = unpacked.program("chromedriver");
        driver.env("FONTCONFIG_FILE", &fonts);
        driver
    };
    Chromium { browser, driver: Box::new(driver) }
}

/// Write a configuration with the unpacked fonts alone: pages look the same on every machine.
fn fonts(root: &Path) -> OsString {
    let file = root.join("fonts.conf");
    let family = |name: &str, font: &str| {
        format!(
            "<alias binding=\"same\"><family>{name}</family><prefer><family>{font}</family></prefer></alias>"
        )
    };
    // Chromium asks for Arial where a page says `sans-serif`, and for `sans` where it says `system-ui`.
    let sans = ["system-ui", "sans-serif", "sans", "Arial"].map(|name| family(name, "Roboto")).concat();
    let text = format!(
        "<?xml version=\"1.0\"?><fontconfig><dir>{}</dir><cachedir prefix=\"xdg\">fontconfig</cachedir>{sans}{}\
         </fontconfig>",
        root.join("usr/share/fonts").display(),
        family("monospace", "DejaVu Sans Mono"),
    );
    // Other processes may read it at the same time: it changes at once, or not at all.
    if fs::read_to_string(&file).ok().as_ref() != Some(&text) {
        let partial = root.join(format!("fonts.conf.{}", std::process::id()));
        fs::write(&partial, &text).unwrap();
        fs::rename(&partial, &file).unwrap();
    }
    file.into_os_string()
}

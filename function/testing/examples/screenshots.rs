//! Write PNGs of pages, each as visitors may see it: on a laptop, in dark mode, on a phone, on paper and so on.
//!
//! ```console
//! $ cargo run -p plexmon-testing --example screenshots -- FOLDER PAGE...
//! ```
//!
//! A page is an address or an HTML file. The PNGs are named after its last part.

#[cfg(target_os = "linux")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    use std::path::{Path, PathBuf};
    use std::{env, fs};

    use plexmon_testing::browser::{Browser, Medium, Viewport};

    const VARIANTS: [(&str, Medium, Viewport); 7] = [
        ("light", Medium::Light, Viewport::DESKTOP),
        ("dark", Medium::Dark, Viewport::DESKTOP),
        ("phone", Medium::Light, Viewport::PHONE),
        ("phone-dark", Medium::Dark, Viewport::PHONE),
        ("narrow", Medium::Light, Viewport::NARROW),
        ("forced-colors", Medium::ForcedColors, Viewport::DESKTOP),
        ("print", Medium::Print, Viewport { width: 794, height: 1123, scale: 1, mobile: false }),
    ];

    let arguments: Vec<String> = env::args().skip(1).collect();
    let [folder, pages @ ..] = arguments.as_slice() else {
        return Err("usage: screenshots FOLDER PAGE...".into());
    };
    fs::create_dir_all(folder)?;
    // Beside `debug/examples/screenshots`: the directory that tests call `CARGO_TARGET_TMPDIR`.
    let executable = env::current_exe()?;
    let target = executable.ancestors().nth(3).ok_or("no target directory")?;
    let browser = Browser::start(&target.join("tmp"));
    for page in pages {
        let url = match page.contains("://") {
            true => page.clone(),
            false => format!("file://{}", fs::canonicalize(page)?.display()),
        };
        let name = Path::new(url.trim_end_matches('/')).file_stem().ok_or("a page without a name")?;
        for (variant, medium, viewport) in VARIANTS {
            browser.resize(viewport);
            browser.render_for(medium);
            browser.open(&url);
            let name = format!("{}-{variant}", name.display());
            fs::write(PathBuf::from(folder).join(format!("{name}.png")), browser.screenshot_of_all())?;
            // What a phone shows before anyone scrolls.
            if viewport == Viewport::PHONE {
                fs::write(PathBuf::from(folder).join(format!("{name}-first.png")), browser.screenshot())?;
            }
        }
        let console = browser.console();
        if !console.is_empty() {
            return Err(format!("{page}: {}", console.join("\n")).into());
        }
    }
    Ok(())
}

#[cfg(not(target_os = "linux"))]
fn main() {}

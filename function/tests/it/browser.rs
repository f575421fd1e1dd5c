//! What visitors see: pages in a real browser, which is downloaded where the machine has none.

mod accessibility;
mod contract;
mod examples;
mod formats;
mod harness;
mod keyboard;
mod layout;
mod served;

use std::path::Path;

use plexmon_testing::browser::Browser;

/// Where the browser and axe-core are unpacked.
fn directory() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
}

fn start() -> Browser {
    Browser::start(directory())
}

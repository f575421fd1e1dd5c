//! Resources that one run of the tests has once: a runtime for servers, and an emulator with an account per test.

use std::path::PathBuf;
use std::sync::OnceLock;

use plexmon_deploy::sandbox::{Emulator, Installed, prepare};
use tokio::runtime::{Builder, Runtime};

/// Return the folder in which the emulator is installed for all runs, laid out like a user's cache directory.
pub fn cache() -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("cache")
}

/// Return the runtime of servers, which run while the tests block on processes.
pub fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap())
}

fn installed() -> &'static Installed {
    static INSTALLED: OnceLock<Installed> = OnceLock::new();
    INSTALLED.get_or_init(|| runtime().block_on(prepare(&cache().join("plexmon"), &|_| {})).unwrap())
}

/// Return the emulator's own Python, which has botocore.
pub fn python() -> PathBuf {
    installed().python()
}

/// Return the shared emulator. It ends with this process, because a pipe from it closes.
pub fn emulator() -> &'static Emulator {
    static EMULATOR: OnceLock<Emulator> = OnceLock::new();
    EMULATOR.get_or_init(|| {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("emulators");
        runtime().block_on(Emulator::start(installed(), &folder)).unwrap()
    })
}

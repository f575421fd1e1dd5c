//! Open the browser.

/// Open an address in the user's browser, without waiting for it.
pub(super) fn open(address: &str) -> Result<(), String> {
    if !has_desktop() {
        return Err("there is no desktop".to_owned());
    }
    open::that_detached(address).map_err(|error| error.to_string())
}

/// Without a desktop, the system may start a browser for terminals, which would take over this one.
#[cfg(all(unix, not(target_os = "macos")))]
fn has_desktop() -> bool {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    is_set("DISPLAY") || is_set("WAYLAND_DISPLAY")
}

#[cfg(not(all(unix, not(target_os = "macos"))))]
fn has_desktop() -> bool {
    true
}

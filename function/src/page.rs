//! The status page: a second function of the same program. It reads what the monitor has stored, and answers the requests
//! of visitors. It has no secrets and writes nothing.
//!
//! [`view`] turns settings, state and history into what visitors may know, as values. Everything that is shown, in
//! whatever format, comes from a [`View`]: what is not public is not in it.

pub mod view;

pub use self::view::View;

/// The function's handler setting that makes it serve the page.
pub const HANDLER: &str = "page";

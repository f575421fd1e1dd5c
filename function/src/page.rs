//! The status page: a second function of the same program. It reads what the monitor has stored, and answers the requests
//! of visitors. It has no secrets and writes nothing.
//!
//! [`view`] turns settings, state and history into what visitors may know, as values. Everything that is shown, in
//! whatever format, comes from a [`View`]: what is not public is not in it.
//!
//! - [`data`] is what is stored; `compose` makes a [`View`] from it.
//! - [`html`], [`status_json`], [`badge`] and [`feed`] are the formats; [`content`] chooses one, and [`files`] has all of
//!   them as files.
//! - [`request`], [`route`], [`response`] are the parts of HTTP; [`server`] answers, with what [`reader`] reads and keeps.

mod accept_language;
pub mod badge;
mod cleaned;
mod compose;
pub mod content;
mod csp;
pub mod data;
pub mod feed;
mod files;
pub mod html;
pub mod language;
pub mod reader;
pub mod request;
pub mod response;
pub mod route;
pub mod server;
pub mod status_json;
pub mod view;

pub use self::data::Data;
pub use self::files::files;
pub use self::language::Language;
pub use self::request::PageRequest;
pub use self::response::Response;
pub use self::server::PageServer;
pub use self::view::View;

/// The function's handler setting that makes it serve the page.
pub const HANDLER: &str = "page";

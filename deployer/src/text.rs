//! Text that several commands share. Everything here is pure: values and a [`Page`] in, text out.

mod account_plan;
pub mod certificate;
mod charset;
mod error;
mod history_room;
pub mod notification;
mod page;
mod publication;
mod sparkline;
pub mod verdict;
mod waterfall;

use std::time::Duration;

pub use account_plan::{PlanNotice, plan_notice};
pub use charset::Charset;
pub use error::error_text;
pub use history_room::history_room;
pub use page::{DEGRADED, Details, Page, Paint, padded};
pub use publication::{publication, publication_line, publication_question};
pub use sparkline::sparkline;
pub use waterfall::waterfall;

/// `1 step`, `2 steps`.
pub fn plural(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// Seconds with one digit, as in `0.4 s`.
pub fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}

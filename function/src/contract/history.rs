//! The history of each target: how its checks went, how fast it responded, and its outages, for 90 days.
//!
//! The checks of the current hour are counted in the state ([`crate::contract::state::HistoryState`]), which every run
//! writes anyway. When the hour is over, they become a [`ClosedHour`] and move to the target's [`Record`]. One or more
//! records are in one SSM [`Parameter`], each with an equal share of its [`Room`]. Everything in a record is packed
//! into a fixed width, so that its size is known before anything is counted.
//!
//! The history is less important than notifications: what does not fit into the state, or cannot be written, is left
//! out.

mod closed_hour;
mod counts;
mod event;
mod packed;
mod parameter;
mod record;
mod response_time;
mod room;
mod sections;
mod uptime;
mod view;
mod widths;

pub use self::closed_hour::{ClosedHour, Mark};
pub use self::counts::{Class, Counts};
pub use self::event::{Event, EventKind, EventList};
pub use self::packed::{Reader, Writer};
pub use self::parameter::{Parameter, VERSION};
pub use self::record::{Day, Hour, Record};
pub use self::response_time::{Histogram, ResponseTime, ResponseTimes};
pub(crate) use self::room::WRITES_A_RUN;
pub use self::room::{Division, MAX_PARAMETERS, Room, name_bytes};
pub use self::uptime::{Percent, Uptime};
pub use self::view::{Begin, Period, TargetHistory, closed_hour};

/// How many days are kept, today included.
pub const DAYS: u32 = 90;

/// For how many hours response times are kept.
pub const HOURS: u32 = 7 * 24;

/// For how many of the last hours the checks are counted by the hour.
pub const RECENT_HOURS: u32 = 24;

/// Seconds of an hour.
pub const HOUR_S: u64 = 60 * 60;

/// The suffix in the name of a history parameter: it follows the state parameter's name.
pub const SUFFIX: &str = "_history";

/// The end of the name of the parameter that keeps an unreadable history.
pub const ASIDE: &str = "_history_unreadable";

/// One of the parameters that the history is kept in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// A parameter with records, counted from 0.
    Number(usize),
    /// The first history that could not be read, as it was.
    Aside,
}

impl Place {
    /// Return the name of the parameter: `..._history`, `..._history2` and so on.
    pub fn parameter(self, state_parameter: &str) -> String {
        match self {
            Self::Number(0) => format!("{state_parameter}{SUFFIX}"),
            Self::Number(number) => format!("{state_parameter}{SUFFIX}{}", number + 1),
            Self::Aside => format!("{state_parameter}{ASIDE}"),
        }
    }
}

/// Return the hour of a time in Unix seconds, as hours since 1970.
pub fn hour_of(at: u64) -> u32 {
    u32::try_from(at / HOUR_S).unwrap_or(u32::MAX)
}

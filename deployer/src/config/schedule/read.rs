//! The setting `schedule`, checked against the timeout of the function.

use plexmon_function::time::duration;

use super::Schedule;
use crate::config::reader::{Table, Value};
use crate::error::Result;

/// How often to check by default.
const DEFAULT_SCHEDULE: &str = "rate(5 minutes)";

/// The schedule. It must follow AWS's grammar, and a run must end before the next one begins.
pub fn read(value: Option<Value<'_>>, top: &Table<'_>, timeout_s: u32) -> Result<Schedule> {
    let expression = value.as_ref().map_or(Ok(DEFAULT_SCHEDULE), Value::string)?;
    let schedule = match (Schedule::parse(expression), &value) {
        (Ok(schedule), _) => schedule,
        (Err(why), Some(value)) => return Err(value.error(why).hint(
            "allowed: rate(N minutes|hours|days), rate(1 minute|hour|day), or a six-field cron(...) in UTC",
        )),
        (Err(why), None) => return Err(top.error(why)),
    };
    let Some(gap) = schedule.smallest_gap().filter(|gap| gap.as_secs() <= u64::from(timeout_s)) else {
        return Ok(schedule);
    };
    let apart = duration(gap.as_secs());
    Err(match value {
        Some(value) => value
            .error(format!(
                "starts runs as little as {apart} apart, which is not longer than `timeout_s` ({timeout_s} s): runs could overlap"
            ))
            .hint("lower `timeout_s` in [function], or check less often"),
        None => {
            let why = format!(
                "is {timeout_s}, but the default schedule starts a run every {apart}: runs could overlap"
            );
            let timeout = top.table("function", "[function]")?.and_then(|table| table.get("timeout_s"));
            timeout
                .map_or_else(|| top.error(format!("`timeout_s` {why}")), |value| value.error(&why))
                .hint("lower it, or check less often: schedule = \"rate(30 minutes)\"")
        }
    })
}

//! How much of the history has room, if that is less than the configuration asks for.

use super::plural;
use crate::config::HistoryRoom;

/// Return a line about it; `None` if there is room for all.
pub fn history_room(room: &HistoryRoom) -> Option<String> {
    if !room.is_limited() {
        return None;
    }
    let HistoryRoom { hours_of_response_times, outages, targets, targets_with_room, parameters, .. } = *room;
    let lacking = targets - targets_with_room;
    let (of, advice) = match lacking {
        0 => (plural(targets, "target"), String::new()),
        _ => (
            format!("{targets_with_room} of {}", plural(targets, "target")),
            format!(
                "; the other {} none: check more often, or divide the targets among several deployments",
                if lacking == 1 { "one has".to_owned() } else { format!("{lacking} have") }
            ),
        ),
    };
    Some(format!(
        "history: {} of {of}, response times of {hours_of_response_times} hours, the last {outages} outages of \
         each, in {}{advice}",
        room.days_of_all(),
        plural(parameters, "parameter")
    ))
}

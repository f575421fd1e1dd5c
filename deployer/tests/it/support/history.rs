//! Parameters of a history, as the function writes them.

use plexmon_function::contract::history::{
    Class, ClosedHour, Counts, Event, EventKind, HOUR_S, Mark, Parameter, Record, ResponseTime,
};
use plexmon_function::probe::Cause;

/// Return a record with this many hours before the current one, 12 checks each, with these `events`; in the last `down`
/// hours it was down.
pub fn record(now: u64, hours: u32, events: &[Event], down: u32) -> Record {
    let mut record = Record::default();
    let current = u32::try_from(now / HOUR_S).unwrap();
    for before in (1..=hours).rev() {
        let hour = current - before;
        let mut counts = Counts::default();
        counts.add(if before <= down { Class::Down } else { Class::Up }, 12);
        for event in events.iter().filter(|event| event.begin / HOUR_S == u64::from(hour)) {
            let class = if event.kind == EventKind::Planned { Class::Maintenance } else { Class::Down };
            counts.shift(Class::Up, class, 4);
        }
        record.add(&ClosedHour {
            mark: Mark { epoch: 1, seq: hours - before },
            hour,
            day: hour / 24,
            counts,
            times: if before <= down { Vec::new() } else { vec![response_time(before)] },
            events: if before == 1 { events.to_vec() } else { Vec::new() },
            check: "0123abcd".to_owned(),
        });
    }
    record
}

fn response_time(before: u32) -> ResponseTime {
    ResponseTime::of_ms(if before.is_multiple_of(2) { 50.0 } else { 100.0 })
}

/// Return an event that began 10 minutes after a full hour, this many hours ago, and lasted 20 minutes.
pub fn event(now: u64, hours: u64, kind: EventKind, cause: Cause) -> Event {
    let begin = (now / HOUR_S - hours) * HOUR_S + 600;
    Event { kind, begin, end: begin + 1_200, cause: Some(cause) }
}

/// Return the value of a parameter with these records.
pub fn parameter(records: impl IntoIterator<Item = (&'static str, Record)>) -> String {
    let mut parameter = Parameter::new(super::NAME);
    parameter.records.extend(records.into_iter().map(|(name, record)| (name.to_owned(), record)));
    parameter.encode(90)
}

//! Histories for tests, made of closed hours as the function makes them.

use plexmon_function::contract::history::{
    Class, ClosedHour, Counts, Event, EventKind, Mark, Record, ResponseTime, TargetHistory, hour_of,
};
use plexmon_function::contract::settings::Clock;
use plexmon_function::local_time::day_of;
use plexmon_function::probe::Cause;

/// Checks in an hour.
const CHECKS: u32 = 12;

pub struct Made {
    /// In Unix seconds.
    pub now: u64,
    /// How many hours there are, the current one included.
    pub hours: u32,
    /// How many checks were down (or something else), by the number of hours before the current one.
    pub others: Vec<(u32, Class, u32)>,
    pub events: Vec<Event>,
    pub outage: Option<Event>,
}

impl Made {
    /// A history of some hours in which everything was up.
    pub fn up(now: u64, hours: u32) -> Self {
        Self { now, hours, others: Vec::new(), events: Vec::new(), outage: None }
    }

    /// Make the history, with the response time in milliseconds of each hour, by the number of hours before the current
    /// one.
    pub fn with(self, ms: impl Fn(u32) -> Option<f64>, clock: &Clock) -> TargetHistory {
        let mut record = Record::default();
        let current = hour_of(self.now);
        for before in (0..self.hours).rev() {
            let hour = current - before;
            let mut counts = Counts::default();
            counts.add(Class::Up, CHECKS);
            for (_, class, checks) in self.others.iter().filter(|(at, _, _)| *at == before) {
                counts.shift(Class::Up, *class, *checks);
            }
            record.add(&ClosedHour {
                mark: Mark { epoch: 1, seq: self.hours - before },
                hour,
                day: day_of(u64::from(hour) * 3_600, clock),
                counts,
                times: ms(before).map(ResponseTime::of_ms).into_iter().collect(),
                events: if before == 0 { self.events.clone() } else { Vec::new() },
                check: "0123abcd".to_owned(),
            });
        }
        TargetHistory { record, outage: self.outage, hour: current, today: day_of(self.now, clock) }
    }
}

/// An event this many minutes before now, and as many minutes long.
pub fn event(kind: EventKind, now: u64, before: u64, length: u64, cause: Option<Cause>) -> Event {
    let begin = now - before * 60;
    Event { kind, begin, end: begin + length * 60, cause }
}

//! Random records, and the largest one.

use plexmon_function::contract::history::{
    Class, Counts, DAYS, Day, Event, EventKind, HOURS, Histogram, Hour, Mark, RECENT_HOURS, Record,
    ResponseTime,
};
use plexmon_function::probe::Cause;
use plexmon_testing::rng::Rng;

/// The last hour of the records, and the day of it.
pub const HOUR: u32 = 498_250;
pub const DAY: u32 = HOUR / 24;

fn below(rng: &mut Rng, end: u64) -> u32 {
    u32::try_from(rng.below(end)).unwrap()
}

fn random_counts(rng: &mut Rng, end: u64) -> Counts {
    let mut counts = Counts::default();
    Class::ALL.into_iter().for_each(|class| counts.add(class, below(rng, end)));
    counts
}

fn time(rng: &mut Rng) -> Option<ResponseTime> {
    (!rng.one_in(5)).then(|| ResponseTime::of_ms(2_f64.powf(rng.below(160) as f64 / 10.0)))
}

/// Draw a record as it may be after any time.
pub fn random(rng: &mut Rng) -> Record {
    let mut record = Record::default();
    record.check = format!("{:08x}", rng.draw() >> 32);
    record.mark = Some(Mark { epoch: below(rng, 1 << 32), seq: below(rng, 1 << 32) });
    for day in (0..below(rng, 91)).filter(|_| !rng.one_in(9)).collect::<Vec<_>>() {
        let day_of = Day { counts: random_counts(rng, 2_048), median: time(rng) };
        record.days.insert(DAY - day, day_of);
    }
    for hour in 0..below(rng, 169) {
        let counts = if hour < RECENT_HOURS { random_counts(rng, 256) } else { Counts::default() };
        let hour_of = Hour { counts, median: time(rng), p95: time(rng) };
        if hour_of != Hour::default() && !rng.one_in(9) {
            record.hours.insert(HOUR - hour, hour_of);
        }
    }
    let mut today = Histogram::default();
    for _ in 0..rng.below(200) {
        today.add(&time(rng).into_iter().collect::<Vec<_>>());
    }
    record.today = if today == Histogram::default() { (0, today) } else { (DAY, today) };
    let mut begin = 1_785_000_000;
    for _ in 0..rng.below(40) {
        begin += rng.below(400_000);
        let kinds = [EventKind::Outage, EventKind::Planned, EventKind::Interrupted, EventKind::CheckChanged];
        let cause = rng.choose(&[None, Some(Cause::Tls), Some(Cause::Exposed), Some(Cause::Other)]);
        record.events.push(Event { kind: rng.choose(&kinds), begin, end: begin + rng.below(70_000), cause });
    }
    record
}

/// Return a record with everything at its maximum.
pub fn largest() -> Record {
    let mut counts = [Counts::default(), Counts::default()];
    for class in Class::ALL {
        counts[0].add(class, 2_047);
        counts[1].add(class, 255);
    }
    let time = Some(ResponseTime::of_ms(f64::MAX));
    let mut today = Histogram::default();
    for step in 0..127 {
        today.add(&[ResponseTime::of_ms((f64::from(step) / 8.0).exp2()); 2_047]);
    }
    let begin = u64::from(u32::MAX);
    let cause = Some(Cause::MonitorOffline);
    let event = Event { kind: EventKind::CheckChanged, begin, end: begin + (1 << 26) - 1, cause };
    let mut record = Record::default();
    record.check = "ffffffff".to_owned();
    record.mark = Some(Mark { epoch: u32::MAX, seq: u32::MAX });
    record.days = (0..DAYS).map(|back| (65_535 - back, Day { counts: counts[0], median: time })).collect();
    let hour = |back: u32| {
        let counts = if back < RECENT_HOURS { counts[1] } else { Counts::default() };
        ((1 << 24) - 1 - back, Hour { counts, median: time, p95: time })
    };
    record.hours = (0..HOURS).map(hour).collect();
    record.today = (65_535, today);
    record.events = vec![event; 1_000];
    record
}

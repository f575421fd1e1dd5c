//! A made-up history for the page of the sandbox: about 80 days of checks, a few outages, and response times. It is always the
//! same, and is written with the function's own types. Only the sandbox has it.

use aws_sdk_ssm::types::{ParameterTier, ParameterType};
use plexmon_function::contract::history::{
    Class, ClosedHour, Counts, Event, EventKind, HOUR_S, Mark, Parameter, Place, Record, ResponseTime,
    hour_of,
};
use plexmon_function::contract::settings::{Clock, Target};
use plexmon_function::local_time::day_of;
use plexmon_function::probe::Cause;
use plexmon_function::time;

use crate::error::Result;
use crate::session::Session;

const DAYS: u64 = 80;
const CHECKS_AN_HOUR: u32 = 12;
/// The time between two checks, in seconds.
const INTERVAL_S: u64 = HOUR_S / CHECKS_AN_HOUR as u64;

/// What happened: the hours before now, the length in minutes, and why.
const OUTAGES: [(u64, u64, Cause); 5] = [
    (71 * 24 + 5, 25, Cause::App),
    (52 * 24 + 14, 190, Cause::Home),
    (33 * 24 + 2, 10, Cause::Condition),
    (32 * 24 + 20, 45, Cause::Timeout),
    (6 * 24 + 9, 15, Cause::App),
];

/// Write the past of all targets, as if the monitor had run all the time.
pub async fn write(session: &Session) -> Result<()> {
    let (config, now) = (&session.config, time::now());
    let mut parameter = Parameter::new(&config.name);
    for target in &config.targets {
        parameter.records.insert(target.name.clone(), record(target, &config.clock, now));
    }
    let put = session.aws.ssm.put_parameter().name(Place::Number(0).parameter(&config.state_parameter));
    let put = put.value(parameter.encode(config.history.days)).overwrite(true);
    let put = put.r#type(ParameterType::String).tier(ParameterTier::Standard);
    session.aws.call("ssm", "PutParameter", put.send()).await?;
    Ok(())
}

/// Make the record of a target, up to the hour before the current one.
fn record(target: &Target, clock: &Clock, now: u64) -> Record {
    let (current, check) = (hour_of(now), target.check_id());
    let events = OUTAGES.map(|(before, minutes, cause)| {
        let begin = (now - before * HOUR_S) / INTERVAL_S * INTERVAL_S;
        Event { kind: EventKind::Outage, begin, end: begin + minutes * 60, cause: Some(cause) }
    });
    let mut record = Record::default();
    let hours = u32::try_from(DAYS * 24).unwrap_or_default();
    for (seq, hour) in (1..).zip(current - hours..current) {
        let begin = u64::from(hour) * HOUR_S;
        let mut counts = Counts::default();
        let checks = (0..CHECKS_AN_HOUR).map(|check| begin + u64::from(check) * INTERVAL_S);
        let down = checks.filter(|at| events.iter().any(|event| (event.begin..event.end).contains(at)));
        let down = u32::try_from(down.count()).unwrap_or_default();
        counts.add(Class::Down, down);
        counts.add(Class::Up, CHECKS_AN_HOUR - down);
        let ended = |event: &&Event| hour_of(event.end) == hour;
        record.add(&ClosedHour {
            mark: Mark { epoch: 1, seq },
            hour,
            day: day_of(begin, clock),
            counts,
            times: vec![ResponseTime::of_ms(response_ms(hour)); CHECKS_AN_HOUR as usize],
            events: events.iter().filter(ended).copied().collect(),
            check: check.clone(),
        });
    }
    record
}

/// A server that is busier in the evening, with a little noise.
fn response_ms(hour: u32) -> f64 {
    let evening = match hour % 24 {
        18..=22 => 35,
        16 | 17 | 23 => 15,
        _ => 0,
    };
    f64::from(42 + evening + hour.wrapping_mul(2_654_435_761) % 11)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use plexmon_function::contract::history::{Period, TargetHistory};
    use plexmon_function::contract::state::{MAX_BYTES, State};

    use super::*;
    use crate::config::Config;

    const NOW: u64 = 1_795_712_400;

    #[test]
    fn the_past_has_room_and_reads_as_it_was_made() {
        let text = "[[target]]\nname = \"plex\"\nurl = \"https://plex.example.com\"\n";
        let config = Config::parse(text, Path::new("config.toml")).unwrap();
        let (target, clock) = (&config.targets[0], &config.clock);
        let mut parameter = Parameter::new(&config.name);
        parameter.records.insert("plex".to_owned(), record(target, clock, NOW));
        let stored = parameter.encode(config.history.days);
        assert!(stored.len() <= MAX_BYTES);
        let read = Parameter::parse(&stored).unwrap();
        let history = TargetHistory::new(read.records.get("plex"), &State::default(), target, clock, NOW);
        assert_eq!(history.outages().count(), OUTAGES.len());
        let uptime = history.uptime_in(Period::Days(90), clock).percent().unwrap().to_string();
        assert_eq!(uptime, "99.75 %");
        assert_eq!(history.record.days.len(), 81);
    }
}

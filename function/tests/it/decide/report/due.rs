//! When reports are due, compared with a clock that is read every 15 minutes.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use plexmon_function::contract::settings::{Clock, ReportDay, ReportSchedule};
use plexmon_function::contract::state::State;
use plexmon_testing::rng::Rng;

use super::{DAY, HOUR, MINUTE, ZONES, deliver, reporting, started};
use crate::fixtures::NOW;

/// Return each time from one to another at which a report is due, by looking at the clock every 15 minutes: all zones
/// here change theirs, and all reports are due, at multiples of that.
fn due_times(schedule: ReportSchedule, rule: &str, from: u64, until: u64) -> Vec<u64> {
    let zone = if rule.is_empty() { TimeZone::UTC } else { TimeZone::posix(rule).unwrap() };
    let mut due = Vec::new();
    let mut latest = i64::MIN;
    for at in (from - from % 900..until).step_by(900) {
        let instant = Timestamp::from_second(i64::try_from(at).unwrap()).unwrap();
        let shown = instant.as_second() + i64::from(zone.to_offset(instant).seconds());
        // Each quarter of an hour that the clock has reached for the first time, also by skipping it.
        for quarter in latest.max(shown - 3 * 3_600) / 900 + 1..=shown / 900 {
            let shown = Timestamp::from_second(quarter * 900).unwrap().to_zoned(TimeZone::UTC);
            let is_day = match schedule.day {
                ReportDay::Weekly(day) => {
                    u32::try_from(shown.weekday().to_monday_zero_offset()).unwrap() == day
                }
                ReportDay::Monthly(day) => u32::try_from(shown.day()).unwrap() == day,
            };
            let minute = u32::try_from(shown.hour()).unwrap() * 60 + u32::try_from(shown.minute()).unwrap();
            if latest > i64::MIN && is_day && minute == schedule.minute {
                due.push(at);
            }
        }
        latest = latest.max(shown);
    }
    due
}

#[test]
fn every_period_of_two_years_has_one_report_in_every_zone() {
    let mut rng = Rng(1);
    let schedules = [
        (ReportDay::Weekly(0), 0),
        (ReportDay::Weekly(5), 23 * 60 + 30),
        (ReportDay::Weekly(6), 2 * 60 + 30),
        (ReportDay::Monthly(1), 0),
        (ReportDay::Monthly(28), 9 * 60),
    ];
    let until = NOW + 730 * DAY;
    for (rule, (day, minute)) in ZONES.iter().flat_map(|rule| schedules.map(|schedule| (rule, schedule))) {
        let settings = reporting(ReportSchedule { day, minute }, rule);
        let expected = due_times(settings.report.unwrap(), rule, NOW, until);
        let count = if matches!(day, ReportDay::Weekly(_)) { 104..=105 } else { 23..=24 };
        assert!(count.contains(&expected.len()), "{rule} {day:?}: {}", expected.len());
        let mut state = started(&settings, NOW);
        let (mut now, mut queued) = (NOW, Vec::new());
        while now < until - DAY {
            let before = now;
            now += 15 * MINUTE + rng.below(12 * HOUR);
            let Some(due) = deliver(&mut state, &settings, now) else { continue };
            assert!(before < due && due <= now, "{rule} {day:?}: in the first run after it is due");
            queued.push(due);
            // A restart changes nothing.
            state = State::parse(&state.encode().unwrap().text).unwrap();
            assert_eq!(deliver(&mut state, &settings, now), None, "once");
        }
        let expected: Vec<u64> = expected.into_iter().filter(|at| *at <= now).collect();
        assert_eq!(queued, expected, "{rule} {day:?} {minute}");
    }
}

/// The days are consecutive: none is in two reports, and none is left out.
#[test]
fn the_periods_of_reports_are_consecutive() {
    for (rule, day) in
        ZONES.iter().flat_map(|rule| [(rule, ReportDay::Weekly(6)), (rule, ReportDay::Monthly(1))])
    {
        let schedule = ReportSchedule { day, minute: 2 * 60 + 30 };
        let clock = Clock::of_rule(rule);
        let mut last = schedule.last_due(NOW, &clock).unwrap();
        for now in (NOW..NOW + 730 * DAY).step_by(900) {
            let due = schedule.last_due(now, &clock).unwrap();
            assert!(due.at <= now && due.day >= last.day, "{rule}");
            if due != last {
                assert_eq!(due.first, last.day, "{rule}");
                assert!(now - due.at < 900, "{rule}");
            }
            last = due;
        }
    }
}

//! The model: a plain list of the checks of one target, and the outages that follow from it. It knows the documented
//! rules and nothing about how the history is kept.

use plexmon_function::contract::history::{Class, Event, EventKind, HOUR_S, Uptime};
use plexmon_function::probe::Cause;

/// What one check found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Seen {
    Up {
        ms: f64,
    },
    Down(Cause),
    /// The check could not find out.
    Unknown,
}

/// One check.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Check {
    pub at: u64,
    pub seen: Seen,
    pub class: Class,
}

/// When a target counts as down, up again, and slow.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    pub down_after: usize,
    pub up_after: usize,
    pub slow_ms: Option<u32>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Status {
    #[default]
    Unknown,
    Up,
    Down,
}

/// Everything that happened to one target.
#[derive(Debug, Clone, Default)]
pub struct List {
    pub checks: Vec<Check>,
    /// What ended, and when that was known.
    pub events: Vec<(u64, Event)>,
    status: Status,
    /// When the outage began, and its last cause.
    since: u64,
    cause: Option<Cause>,
    /// The checks that contradict the status, one after the other.
    streak: Vec<usize>,
    slow: usize,
    /// Whether the next run checks something else.
    pub is_changed: bool,
}

impl List {
    /// Add a check. `in_maintenance` says whether the target is in maintenance at a time.
    pub fn add(&mut self, at: u64, seen: Seen, rules: Rules, in_maintenance: impl Fn(u64) -> bool) {
        if std::mem::take(&mut self.is_changed) {
            self.change_check(at);
        }
        self.checks.push(Check { at, seen, class: Class::Unknown });
        self.change_status(seen, rules, &in_maintenance);
        self.count_slow(seen, rules);
        let is_slow = rules.slow_ms.is_some() && self.slow >= rules.down_after;
        let class = match (seen, self.status) {
            _ if in_maintenance(at) => Class::Maintenance,
            (Seen::Unknown, _) | (_, Status::Unknown) => Class::Unknown,
            (_, Status::Down) => Class::Down,
            (Seen::Down(_), Status::Up) => Class::Degraded,
            (Seen::Up { .. }, Status::Up) if is_slow => Class::Degraded,
            (Seen::Up { .. }, Status::Up) => Class::Up,
        };
        if let Some(check) = self.checks.last_mut() {
            check.class = class;
        }
    }

    fn change_status(&mut self, seen: Seen, rules: Rules, in_maintenance: &impl Fn(u64) -> bool) {
        let (status, enough) = match seen {
            Seen::Unknown => return,
            Seen::Up { .. } if self.status == Status::Unknown => (Status::Up, 1),
            Seen::Up { .. } => (Status::Up, rules.up_after),
            Seen::Down(_) => (Status::Down, rules.down_after),
        };
        if status == self.status {
            self.streak.clear();
        } else {
            self.streak.push(self.checks.len() - 1);
            if self.streak.len() >= enough {
                self.turn(status, in_maintenance);
            }
        }
        if let (Seen::Down(cause), Status::Down) = (seen, self.status) {
            self.cause = Some(cause);
        }
    }

    /// Change the status, and count the checks of this hour that led to it as what they turned out to be.
    fn turn(&mut self, status: Status, in_maintenance: &impl Fn(u64) -> bool) {
        let streak = std::mem::take(&mut self.streak);
        let (begin, now) = (self.checks[streak[0]].at, self.checks[streak[streak.len() - 1]].at);
        let turned = match status {
            Status::Down => Class::Down,
            _ => Class::Up,
        };
        if !(self.status == Status::Unknown && status == Status::Up) {
            for check in streak {
                let check = &mut self.checks[check];
                if check.at / HOUR_S == now / HOUR_S && !in_maintenance(check.at) {
                    check.class = turned;
                }
            }
        }
        if self.status == Status::Down {
            let of_outage = |check: &&Check| (self.since..=begin).contains(&check.at);
            let is_planned = in_maintenance(self.since)
                && in_maintenance(begin)
                && self.checks.iter().filter(of_outage).all(|check| in_maintenance(check.at));
            let kind = if is_planned { EventKind::Planned } else { EventKind::Outage };
            self.events.push((now, Event { kind, begin: self.since, end: begin, cause: self.cause }));
        }
        (self.status, self.since) = (status, begin);
    }

    /// A response is slow only after as many in a row as an outage takes. A failed check ends the row, unless it is
    /// only a failed check between slow ones.
    fn count_slow(&mut self, seen: Seen, rules: Rules) {
        match (seen, rules.slow_ms) {
            (Seen::Up { ms }, Some(limit)) if ms >= f64::from(limit) => self.slow += 1,
            (Seen::Up { .. }, _) => self.slow = 0,
            (Seen::Down(_), _) if self.status == Status::Down || self.slow < rules.down_after => {
                self.slow = 0
            }
            _ => {}
        }
    }

    fn change_check(&mut self, now: u64) {
        if self.status == Status::Down {
            let (begin, cause) = (self.since, self.cause);
            let event = Event { kind: EventKind::Interrupted, begin, end: now.max(begin), cause };
            self.events.push((now, event));
        }
        let event = Event { kind: EventKind::CheckChanged, begin: now, end: now, cause: None };
        self.events.push((now, event));
        self.forget_status();
    }

    /// Stop to monitor the target after the check of the run at this time: what is known of the current hour is lost.
    pub fn leave(&mut self, last_run: u64) {
        self.checks.retain(|check| check.at / HOUR_S != last_run / HOUR_S);
        self.events.retain(|(known, _)| known / HOUR_S != last_run / HOUR_S);
        self.forget_status();
    }

    fn forget_status(&mut self) {
        (self.status, self.since, self.cause, self.slow) = (Status::Unknown, 0, None, 0);
        self.streak.clear();
        self.is_changed = false;
    }

    /// Return the outage that lasts.
    pub fn outage(&self, now: u64) -> Option<Event> {
        let outage = Event { kind: EventKind::Outage, begin: self.since, end: now, cause: self.cause };
        (self.status == Status::Down).then_some(outage)
    }
}

/// Count checks by class.
pub fn counts<'a>(checks: impl IntoIterator<Item = &'a Check>) -> [u32; 6] {
    let mut counts = [0; 6];
    checks.into_iter().for_each(|check| counts[check.class as usize] += 1);
    counts
}

/// How much of the time that is known a target was up.
pub fn uptime<'a>(checks: impl IntoIterator<Item = &'a Check>) -> Uptime {
    let [up, degraded, partial, down, _maintenance, _unknown] = counts(checks);
    Uptime { known: (up + degraded + partial + down).into(), down: down.into() }
}

/// The response time that this share of all is not above: that of the nearest rank.
pub fn quantile(checks: &[&Check], share: f64) -> Option<f64> {
    let time = |check: &&Check| if let Seen::Up { ms } = check.seen { Some(ms) } else { None };
    let mut times: Vec<f64> = checks.iter().filter_map(time).collect();
    times.sort_by(f64::total_cmp);
    let rank = (times.len() as f64 * share - 1e-9).ceil().max(1.0);
    (1_u32..).zip(times).find(|(at, _)| f64::from(*at) >= rank).map(|(_, ms)| ms)
}

//! Warnings before a certificate expires: their times depend on its lifetime, and each certificate has its own.

use plexmon_function::contract::notification::NotificationKind;
use plexmon_function::contract::state::State;
use plexmon_function::decide::{Context, decide};
use plexmon_function::probe::Observation;

use crate::fixtures::{NOW, settings, up};

const HOUR: u64 = 60 * 60;
const DAY: u64 = 24 * HOUR;

/// When a certificate becomes valid and when it expires.
type Life = (u64, u64);

struct Monitor {
    state: State,
    now: u64,
}

impl Monitor {
    fn new() -> Self {
        Self { state: State::default(), now: NOW }
    }

    /// Run a check at this time, and return its warnings about the certificate.
    fn check_at(&mut self, now: u64, (begins, ends): Life) -> Vec<String> {
        self.now = now;
        let seen =
            Observation { certificate_begins: Some(begins), certificate_expires: Some(ends), ..up("plex") };
        self.check(&seen)
    }

    fn check(&mut self, seen: &Observation) -> Vec<String> {
        let decided =
            decide(&self.state, std::slice::from_ref(seen), Context::new(&settings(&["plex"]), self.now));
        // As it is saved and read again.
        self.state = State::parse(&decided.state.encode().unwrap().text).unwrap();
        let entries = std::mem::take(&mut self.state.outbox);
        let about = entries.into_iter().filter(|entry| entry.kind == NotificationKind::Certificate);
        about.filter_map(|entry| entry.why).collect()
    }
}

/// The times of warnings, in hours since the certificate became valid, with a check every 5 minutes.
fn warned_at(hours: u64) -> Vec<f64> {
    let mut monitor = Monitor::new();
    let life = (NOW, NOW + hours * HOUR);
    let checks = (NOW..life.1).step_by(300);
    let warned = checks.filter(|now| !monitor.check_at(*now, life).is_empty());
    warned.map(|now| (now - NOW) as f64 / HOUR as f64).map(|hours| (hours * 10.0).round() / 10.0).collect()
}

#[test]
fn warnings_depend_on_the_certificates_lifetime() {
    let day = 24.0;
    assert_eq!(
        warned_at(90 * 24),
        [76.0 * day, 83.0 * day, 87.0 * day, 89.0 * day],
        "Let's Encrypt's default certificates"
    );
    assert_eq!(warned_at(398 * 24), [384.0 * day, 391.0 * day, 395.0 * day, 397.0 * day]);
    assert_eq!(warned_at(160), [112.0, 144.0, 154.7, 158.3], "Let's Encrypt's short-lived certificates");
    assert_eq!(warned_at(24), [16.8, 21.7, 23.3, 23.8], "those of a private authority");
}

#[test]
fn a_renewal_with_a_third_of_the_lifetime_left_causes_no_warning() {
    for life in [24 * HOUR, 160 * HOUR, 7 * DAY, 45 * DAY, 90 * DAY] {
        let mut monitor = Monitor::new();
        let mut certificate = (NOW, NOW + life);
        // Long-lived certificates are checked less often, so that the test ends soon.
        for now in (NOW..NOW + 4 * life).step_by(300.max(life as usize / 2_000)) {
            if certificate.1 - now <= life / 3 {
                certificate = (now, now + life);
            }
            assert_eq!(monitor.check_at(now, certificate), [""; 0], "life of {life} s, at {now}");
        }
    }
}

#[test]
fn each_renewed_certificate_has_its_own_warnings() {
    let mut monitor = Monitor::new();
    let first = (NOW, NOW + 24 * HOUR);
    let second = (NOW + 20 * HOUR, NOW + 44 * HOUR);
    assert_eq!(monitor.check_at(NOW + 20 * HOUR, first), ["the certificate expires in 4 h, on 2026-11-04"]);
    assert_eq!(monitor.check_at(NOW + 20 * HOUR, first), [""; 0], "once");
    assert_eq!(monitor.check_at(NOW + 21 * HOUR, second), [""; 0]);
    assert_eq!(monitor.check_at(NOW + 41 * HOUR, second), ["the certificate expires in 3 h, on 2026-11-05"]);
    // Renewed late, with no check between the renewal and the next warning.
    let third = (NOW + 43 * HOUR, NOW + 67 * HOUR);
    assert_eq!(monitor.check_at(NOW + 63 * HOUR, third), ["the certificate expires in 4 h, on 2026-11-06"]);
}

#[test]
fn two_servers_with_two_certificates_do_not_repeat_warnings() {
    let mut monitor = Monitor::new();
    let (old, new) = ((NOW - 80 * DAY, NOW + 10 * DAY), (NOW, NOW + 90 * DAY));
    let mut warnings = Vec::new();
    for turn in 0..20 {
        warnings.extend(monitor.check_at(NOW + turn * 300, if turn % 2 == 0 { old } else { new }));
    }
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    let mut monitor = Monitor::new();
    let (old, new) = ((NOW - 80 * DAY, NOW + 5 * DAY), (NOW - 79 * DAY, NOW + 11 * DAY));
    let warnings: usize = (0..20)
        .map(|turn| monitor.check_at(NOW + turn * 300, if turn % 2 == 0 { old } else { new }).len())
        .sum();
    assert!(warnings <= 3, "at most one for each step: {warnings}");
}

#[test]
fn an_earlier_releases_state_refers_to_the_current_certificate() {
    let certificate = (NOW - 80 * DAY, NOW + 6 * DAY);
    let mut monitor = Monitor::new();
    monitor.check_at(NOW, (NOW, NOW + 90 * DAY));
    monitor.state.targets[0].certificate = Some(7);
    assert!(!monitor.state.encode().unwrap().text.contains("certificate_until"));
    assert_eq!(monitor.check_at(NOW, certificate), [""; 0]);
    assert_eq!(monitor.state.targets[0].certificate, Some(7), "an earlier release can still read it");
    assert_eq!(monitor.check_at(NOW + 4 * DAY, certificate).len(), 1);
}

#[test]
fn a_certificate_of_unknown_beginning_is_treated_as_long_lived() {
    let mut monitor = Monitor::new();
    let seen = |days| Observation { certificate_expires: Some(NOW + days * DAY), ..up("plex") };
    assert_eq!(monitor.check(&seen(15)), [""; 0]);
    assert_eq!(monitor.check(&seen(13)).len(), 1);
}

//! Random stories of warnings: whatever conditions and channels do, each warning has one end.

use std::collections::BTreeMap;

use plexmon_function::contract::delivery::Delivery;
use plexmon_function::contract::notification::NotificationKind;
use plexmon_function::contract::state::State;
use plexmon_function::decide::{Context, decide, outgoing};
use plexmon_function::message::batch;
use plexmon_function::probe::Level;
use plexmon_testing::rng::{Rng, env_number};

use super::{Played, RUN_S, finding};
use crate::fixtures::{down, record_result, up};

/// What arrived about one finding, in order: whether it is a beginning, and whether that is certain.
type Arrived = Vec<(bool, bool)>;

/// Send what is due, each message with a random result. A channel that fails is not used again in the same run.
fn deliver(played: &mut Played, rng: &mut Rng, fails: bool, arrived: &mut BTreeMap<String, Arrived>) {
    let mut queue = outgoing(&played.state, "pushover", &played.settings, played.now);
    while !queue.is_empty() {
        let together = batch(&mut queue, &played.settings);
        let delivery = match rng.below(6) {
            0 if fails => {
                Delivery::Retry { why: "no answer".to_owned(), unproven: rng.one_in(2), wait: None }
            }
            1 if fails => Delivery::Refused { why: "refused".to_owned(), credentials: false },
            _ => Delivery::Delivered,
        };
        let is_certain = delivery == Delivery::Delivered;
        let may_have_arrived = is_certain || matches!(delivery, Delivery::Retry { unproven: true, .. });
        for one in together {
            if let Some(about) = one.about.as_ref().filter(|_| may_have_arrived) {
                let begins = one.kind == NotificationKind::Warning;
                arrived.entry(about.clone()).or_default().push((begins, is_certain));
            }
            record_result(&mut played.state, &one.id, &delivery, &played.settings, played.now);
        }
        if matches!(delivery, Delivery::Retry { .. }) {
            return;
        }
    }
}

/// Whatever conditions and channels do: a warning is followed by its end, an end follows a warning, and nothing is
/// notified twice that is known to have arrived.
#[test]
fn every_warning_has_one_end() {
    let (first, cases) = (env_number("PLEXMON_SEED", 0), env_number("PLEXMON_CASES", 500));
    for seed in first..first + cases {
        let mut rng = Rng(seed);
        let mut played = Played::new(|target| {
            target.down_after = 1 + u32::try_from(rng.below(3)).unwrap();
            target.up_after = 1 + u32::try_from(rng.below(3)).unwrap();
        });
        let mut arrived: BTreeMap<String, Arrived> = BTreeMap::new();
        for run in 0..100 {
            let is_calm = run >= 40;
            let mut seen = if rng.one_in(8) && !is_calm { down("plex") } else { up("plex") };
            for key in ["disk:/data", "inner:1", "inner:2"] {
                let level =
                    rng.choose(&[Level::Met, Level::NearLimit, Level::NotMet, Level::NotMet, Level::Unknown]);
                if seen.ok && !rng.one_in(6) {
                    seen.findings.push(finding(key, if is_calm { Level::Met } else { level }, key));
                }
            }
            // Attempts that may have arrived are hours apart.
            played.now += if is_calm { 6 * RUN_S } else { RUN_S };
            let context = Context::new(&played.settings, played.now);
            played.state = decide(&played.state, &[seen], context).state;
            deliver(&mut played, &mut rng, !is_calm, &mut arrived);
            played.state = State::parse(&played.state.encode().unwrap().text).unwrap();
        }
        assert!(played.state.targets[0].warnings.is_empty() && played.state.outbox.is_empty(), "seed {seed}");
        for (about, events) in arrived {
            assert!(events[0].0, "seed {seed}: {about} ended before it began: {events:?}");
            assert!(!events[events.len() - 1].0, "seed {seed}: {about} has no end: {events:?}");
            let repeats = events.windows(2).any(|pair| pair[0].0 == pair[1].0 && pair[0].1);
            assert!(!repeats, "seed {seed}: {about} was notified twice: {events:?}");
        }
    }
}

//! `[defaults]` and their overrides: how often a target is probed, and when its outage is reported.

use super::{TARGET, parse, refuses, target};

const DEFAULTS: &str = "[defaults]\ntries = 3\ndown_after = 4\nup_after = 5\nslow_ms = 1500\nremind_every = \"6h\"\n\
    flap_damping = false\ntimeout_s = 7\n";

type Patience = (u32, u32, u32, Option<u32>, Option<u64>, bool, u32);

/// The targets' settings in the order of the table above.
fn patience(text: &str) -> Vec<Patience> {
    let targets = parse(text).unwrap().targets.into_iter();
    let of = |target: plexmon_function::contract::settings::Target| {
        let (tries, down, up) = (target.tries, target.down_after, target.up_after);
        (tries, down, up, target.slow_ms, target.remind_s, target.damp, target.timeout_s)
    };
    targets.map(of).collect()
}

#[test]
fn defaults_apply_to_all_targets_wherever_they_are_written() {
    let second = TARGET.replace("\"plex\"", "\"other\"");
    let expected = (3, 4, 5, Some(1500), Some(6 * 60 * 60), false, 7);
    assert_eq!(patience(&format!("{DEFAULTS}\n{TARGET}\n{second}")), [expected; 2]);
    assert_eq!(patience(&format!("{TARGET}\n{second}\n{DEFAULTS}")), [expected; 2]);
}

#[test]
fn a_target_overrides_each_default() {
    let own = "tries = 1\ndown_after = 2\nup_after = 3\nslow_ms = 10\nremind_every = \"1day 2h\"\n\
        flap_damping = true\ntimeout_s = 9\n";
    let expected = (1, 2, 3, Some(10), Some(26 * 60 * 60), true, 9);
    assert_eq!(patience(&format!("{TARGET}{own}\n{DEFAULTS}")), [expected]);
    let one = (3, 2, 5, Some(1500), Some(6 * 60 * 60), false, 7);
    assert_eq!(patience(&format!("{TARGET}down_after = 2\n\n{DEFAULTS}")), [one]);
}

#[test]
fn limits_are_inclusive() {
    for good in
        ["tries = 5", "down_after = 100", "up_after = 100", "slow_ms = 60000", "remind_every = \"60s\""]
    {
        assert!(parse(&target(good)).is_ok(), "{good}");
        assert!(parse(&format!("[defaults]\n{good}\n\n{TARGET}")).is_ok(), "{good}");
    }
}

/// With a short timeout of the function, each target gets less than the usual ten seconds.
#[test]
fn the_default_timeout_fits_into_a_run() {
    assert_eq!(patience(&format!("{TARGET}\n[function]\ntimeout_s = 20\n"))[0].6, 5);
}

#[test]
fn values_out_of_range_are_rejected() {
    refuses![
        target("tries = 0"),
        target("tries = 6"),
        target("down_after = 0"),
        target("up_after = 101"),
        target("slow_ms = 0"),
        target("remind_every = \"30s\""),
        target("remind_every = \"often\""),
        target("remind_every = 6"),
        target("flap_damping = \"yes\""),
        target("down_afer = 2"),
        format!("[defaults]\ntries = 9\n\n{TARGET}"),
        format!("[defaults]\ntimeout_s = 16\n\n{TARGET}"),
        format!("[defaults]\nremind = \"6h\"\n\n{TARGET}"),
        format!("defaults = 3\n{TARGET}"),
    ];
}

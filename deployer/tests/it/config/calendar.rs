//! `timezone` and `[[maintenance]]`: when notifications are suppressed, and in which time zone.

use plexmon_function::contract::settings::{Clock, Recurrence, Window};

use super::{TARGET, parse, refuses};

const BERLIN: &str = "timezone = \"Europe/Berlin\"\n";

fn with(top: &str, window: &str) -> String {
    format!("{top}{TARGET}\n[[maintenance]]\n{window}\n")
}

fn window(top: &str, window: &str) -> Window {
    parse(&with(top, window)).unwrap().maintenance.remove(0)
}

fn once(from: u64, until: u64) -> Recurrence {
    Recurrence::Once { from, until }
}

#[test]
fn a_zone_becomes_the_rule_that_the_function_needs() {
    let clock = |zone: &str| parse(&format!("timezone = \"{zone}\"\n{TARGET}")).unwrap().clock.rule;
    assert_eq!(clock("Europe/Berlin"), "CET-1CEST,M3.5.0,M10.5.0/3");
    assert_eq!(clock("America/New_York"), "EST5EDT,M3.2.0,M11.1.0");
    assert_eq!(clock("Asia/Kolkata"), "IST-5:30");
    assert_eq!(clock("UTC"), "");
    assert_eq!(parse(TARGET).unwrap().clock, Clock::default());
}

/// With a machine's own zone data, two machines could produce different plans.
#[test]
fn only_the_bundled_zone_data_is_used() {
    let manifest = include_str!("../../../Cargo.toml");
    let jiff = manifest.lines().find(|line| line.starts_with("jiff =")).unwrap();
    assert!(!jiff.contains("tz"), "{jiff}");
}

#[test]
fn a_zone_that_no_rule_describes_brings_its_own_changes() {
    let gaza = parse(&format!("timezone = \"Asia/Gaza\"\n{TARGET}")).unwrap();
    let settings = serde_json::to_value(gaza.settings()).unwrap();
    assert_eq!(settings["clock"], "EET-2EEST,M3.4.4/50,M10.4.4/50");
    let changes = settings["clock_changes"].as_array().unwrap();
    assert!(changes.iter().all(|change| change[0].is_i64() && (change[1] == 7_200 || change[1] == 10_800)));
    let berlin = parse(&format!("{BERLIN}{TARGET}")).unwrap();
    assert!(serde_json::to_value(berlin.settings()).unwrap().get("clock_changes").is_none());
}

/// 2026-12-01 22:00 UTC is 1796162400.
#[test]
fn a_single_window_is_in_local_time_unless_it_has_an_offset() {
    const AT: u64 = 1_796_162_400;
    let local = "from = 2026-12-01T22:00:00\nto = 2026-12-02T02:00:00";
    let hour = 60 * 60;
    assert_eq!(window("", local).recurrence, once(AT, AT + 4 * hour));
    assert_eq!(window(BERLIN, local).recurrence, once(AT - hour, AT + 3 * hour));
    let offset = "from = 2026-12-01T22:00:00Z\nto = 2026-12-02T02:00:00+02:00";
    assert_eq!(window(BERLIN, offset).recurrence, once(AT, AT + 2 * hour));
    let quoted = "from = \"2026-12-01T22:00\"\nto = \"2026-12-02T02:00\"";
    assert_eq!(window("", quoted).recurrence, once(AT, AT + 4 * hour));
    let days = "from = 2026-12-01\nto = 2026-12-02";
    assert_eq!(window("", days).recurrence, once(AT - 22 * hour, AT + 2 * hour));
}

#[test]
fn a_window_recurs_on_its_weekdays() {
    let weekly = |days: &[u8], start, minutes| Recurrence::Weekly { days: days.to_vec(), start, minutes };
    let daily = "time = \"03:00\"\nduration = \"90m\"";
    assert_eq!(window("", daily).recurrence, weekly(&[], 180, 90));
    let on = |weekday: &str| window("", &format!("{daily}\nweekday = {weekday}")).recurrence;
    assert_eq!(on("\"sunday\""), weekly(&[7], 180, 90));
    assert_eq!(on("[\"Mon\", \"wed\", \"FRIDAY\"]"), weekly(&[1, 3, 5], 180, 90));
    assert_eq!(window("", "time = \"23:59\"\nduration = \"7days\"").recurrence, weekly(&[], 1439, 10_080));
}

#[test]
fn a_window_may_cover_some_targets_and_have_its_own_time_zone() {
    let own = "time = \"03:00\"\nduration = \"2h\"\ntargets = [\"plex\"]\ntimezone = \"America/New_York\"";
    let window = window(BERLIN, own);
    assert_eq!(window.targets, ["plex"]);
    assert_eq!(window.clock, Some(Clock::of_rule("EST5EDT,M3.2.0,M11.1.0")));
    let once = "from = 2026-12-01T17:00:00\nto = 2026-12-01T18:00:00\ntimezone = \"America/New_York\"";
    let once = self::window(BERLIN, once).recurrence;
    assert_eq!(once, Recurrence::Once { from: 1_796_162_400, until: 1_796_166_000 });
}

#[test]
fn several_windows_are_read_in_order_and_may_name_exposure_checks() {
    let closed = format!(
        "{TARGET}exposure = \"closed\"\naccess = {{ id = {{ env = \"I\" }}, secret = {{ env = \"S\" }} }}\n"
    );
    let windows = "[[maintenance]]\ntime = \"01:00\"\nduration = \"1h\"\n\
        [[maintenance]]\ntime = \"02:00\"\nduration = \"1h\"\ntargets = [\"plex\", \"plex (closed)\"]\n";
    let windows = parse(&format!("{closed}\n{windows}")).unwrap().maintenance;
    assert_eq!((windows.len(), windows[1].targets.len()), (2, 2));
}

#[test]
fn invalid_windows_are_rejected() {
    let refused = |window: &str| with("", window);
    refuses![
        refused(""),
        refused("from = 2026-12-01T22:00:00"),
        refused("to = 2026-12-01T22:00:00"),
        refused("time = \"03:00\""),
        refused("from = 2026-12-01T22:00:00\nto = 2026-12-02T02:00:00\ntime = \"03:00\"\nduration = \"2h\""),
        refused("from = 2026-12-01T22:00:00\nto = 2026-12-02T02:00:00\nweekday = \"sunday\""),
        refused("time = \"03:00\"\nduration = \"2h\"\nto = 2026-12-02T02:00:00"),
        refused("from = 2026-12-01T22:00:00\nto = 2026-12-01T02:00:00"),
        refused("from = 22:00:00\nto = 23:00:00"),
        refused("from = \"tomorrow\"\nto = \"the day after\""),
        refused("from = 1796162400\nto = 1796166000"),
        refused("time = \"03:00\"\nduration = \"2h\"\nweekday = \"caturday\""),
        refused("time = \"03:00\"\nduration = \"2h\"\nweekday = [\"sunday\", \"su\"]"),
        refused("time = \"03:00\"\nduration = \"2h\"\nweekday = []"),
        refused("time = \"24:00\"\nduration = \"2h\""),
        refused("time = 03:00:00\nduration = \"2h\""),
        refused("time = \"03:00\"\nduration = \"8days\""),
        refused("time = \"03:00\"\nduration = \"30s\""),
        refused("time = \"03:00\"\nduration = \"120\""),
        refused("time = \"03:00\"\nduration = \"2h\"\ntargets = [\"pelx\"]"),
        refused("time = \"03:00\"\nduration = \"2h\"\ntargets = []"),
        refused("time = \"03:00\"\nduration = \"2h\"\nday = \"sunday\""),
        refused("time = \"03:00\"\nduration = \"2h\"").replace("[[maintenance]]", "[maintenance]"),
    ];
}

#[test]
fn unknown_time_zones_are_rejected() {
    refuses![
        format!("timezone = \"Berlin\"\n{TARGET}"),
        format!("timezone = \"CET-1CEST,M3.5.0,M10.5.0/3\"\n{TARGET}"),
        format!("timezone = \"\"\n{TARGET}"),
        format!("timezone = 1\n{TARGET}"),
        with("", "time = \"03:00\"\nduration = \"2h\"\ntimezone = \"Mars\""),
    ];
}

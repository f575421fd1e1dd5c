//! Play all scenarios, and compare the table in deployer/docs/guarantees.md with the notifications that they cause.

use std::fmt::Write as _;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};
use std::thread;

use plexmon_testing::generated::{Part, check};

use super::inbox::{BOTH, Letter};
use super::{channels, notes, outages, silence};

type Play = fn() -> Pin<Box<dyn Future<Output = Vec<Letter>>>>;

macro_rules! scenarios {
    ($($file:ident::$name:ident: $title:literal,)*) => {
        const SCENARIOS: &[(&str, &str, Play)] =
            &[$((stringify!($name), $title, || Box::pin($file::$name()))),*];
    };
}

scenarios! {
    outages::the_first_look: "first check",
    outages::the_first_look_at_a_home_in_trouble: "first check, two apps stopped, 15 min",
    outages::the_first_look_at_a_home_without_power: "first check during a power cut",
    outages::six_quiet_hours: "six hours without trouble",
    outages::no_power_behind_the_tunnel: "power cut of 20 min behind a Cloudflare tunnel; Bazarr comes back last",
    outages::no_power_and_apps_that_come_back_one_by_one: "the same; apps come back bit by bit",
    outages::no_power_and_no_tunnel: "power cut, no tunnel: connections are refused",
    outages::no_power_while_an_app_is_down: "power cut while Bazarr is down already",
    outages::one_app_is_stopped: "Plex stopped (nginx returns 502), and back",
    outages::three_apps_are_stopped: "three apps stopped at once, and back",
    outages::the_vpn_container_is_gone: "VPN container gone: both that share it fail",
    outages::a_single_lost_try: "one lost try, `tries = 2`",
    outages::a_single_failing_run: "one failing check, `down_after = 2`",
    outages::two_runs_in_a_row: "`down_after = 2`, `up_after = 2`; up for one check in between",
    outages::reminders: "Plex down for 2 h 10 min, then all for 70 min, reminders every hour",
    notes::the_certificate_expired: "certificate expired, then renewed",
    notes::the_certificate_expires_soon: "certificate 15 to 1 days before its end, then renewed",
    notes::the_access_token_is_revoked: "Access token revoked, then valid again",
    notes::an_app_is_challenged: "Cloudflare challenges the monitor at Plex",
    notes::an_app_is_blocked: "Cloudflare's firewall blocks the monitor at Plex",
    notes::everything_is_challenged: "Cloudflare challenges it everywhere",
    notes::plex_migrates_its_database: "Plex migrates its database",
    notes::sonarr_is_open_to_the_world: "Sonarr lets people in without a token",
    notes::all_apps_are_open_to_the_world: "three apps do",
    notes::another_server_in_plexs_place: "another server answers in Plex's place",
    notes::an_app_is_slow: "Overseerr is slow for 15 min",
    silence::an_outage_within_maintenance: "outage within maintenance",
    silence::an_outage_that_outlasts_maintenance: "outage of all that outlasts maintenance",
    silence::apps_that_outlast_maintenance: "two apps stay down after maintenance",
    silence::an_outage_that_ends_within_maintenance: "outage that began before maintenance and ends within",
    silence::pause_and_resume: "outage while paused; Plex down on resume, up in the next pause",
    silence::an_app_that_flaps: "Plex goes up and down, then stays up",
    silence::an_app_that_flaps_and_stays_down: "Plex goes up and down, stays down, comes back",
    silence::a_home_that_flaps: "all go up and down",
    silence::quiet_hours: "the phone's quiet hours: power cut over, Plex still down when they end",
    silence::the_monitor_sees_nothing: "the monitor's own network fails for 45 min, later for 15",
    silence::others_can_be_seen: "all refuse, but the rest of the net answers",
    channels::the_phone_refuses: "the phone's key is refused during an outage of Plex; mended before the next",
    channels::the_phone_does_not_answer: "the phone's service fails for 30 min, Plex down",
    channels::three_apps_while_the_phone_does_not_answer: "the same, three apps down for 10 to 15 min",
    channels::no_power_and_no_channel: "power cut, and no channel works until it is over",
    channels::no_power_and_a_channel_that_comes_back_before: "power cut, the phone's service fails for its first 10 min",
}

/// As many at a time as there are cores, so that no app seems slow only because so many are asked.
fn told() -> Vec<Vec<Letter>> {
    let next = AtomicUsize::new(0);
    let told: Vec<OnceLock<Vec<Letter>>> = SCENARIOS.iter().map(|_| OnceLock::new()).collect();
    let wrong: Mutex<Vec<&str>> = Mutex::default();
    let work = || {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some((name, _, play)) = SCENARIOS.get(at) else { return };
            let play = || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                let _ = told[at].set(runtime.block_on(play()));
            };
            // A panic says what was heard instead, under the scenario's name.
            let played = thread::scope(|scope| {
                thread::Builder::new().name((*name).to_owned()).spawn_scoped(scope, play).unwrap().join()
            });
            if played.is_err() {
                wrong.lock().unwrap().push(name);
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(work);
        }
    });
    assert!(wrong.lock().unwrap().is_empty(), "not told as they should be: {:?}", wrong.lock().unwrap());
    told.into_iter().map(|told| told.into_inner().unwrap()).collect()
}

/// The titles that came, those that came repeatedly once.
fn titles(told: &[Letter], channel: &str) -> String {
    let mut titles: Vec<(&str, u32)> = Vec::new();
    for letter in told.iter().filter(|letter| letter.to == channel || letter.to == BOTH) {
        match titles.iter_mut().find(|title| title.0 == letter.title) {
            Some(title) => title.1 += 1,
            None => titles.push((&letter.title, 1)),
        }
    }
    let titles: Vec<String> = titles
        .into_iter()
        .map(|(title, times)| if times > 1 { format!("{title} (x{times})") } else { title.to_owned() })
        .collect();
    if titles.is_empty() { "nothing".to_owned() } else { titles.join("; ") }
}

fn table(told: &[Vec<Letter>]) -> String {
    let mut table =
        String::from("| what happens | phone (all) | pager (`min = \"down\"`) |\n| --- | --- | --- |\n");
    for ((_, title, _), told) in SCENARIOS.iter().zip(told) {
        let (phone, pager) = (titles(told, "phone"), titles(told, "pager"));
        let pager = if pager == phone && pager != "nothing" { "the same".to_owned() } else { pager };
        writeln!(table, "| {title} | {phone} | {pager} |").unwrap();
    }
    table
}

#[test]
fn the_documented_notifications_are_those_that_are_sent() {
    let table = table(&told());
    println!("{table}");
    check("deployer/docs/guarantees.md", &[Part::markdown("scenarios", &table)]);
}

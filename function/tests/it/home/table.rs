//! Play all scenarios, and compare the table in deployer/docs/guarantees.md with the notifications that they cause.

use std::fmt::Write as _;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};
use std::thread;

use plexmon_testing::generated::{Part, check};

use super::inbox::{BOTH, Sent};
use super::{account, channels, conditions, domains, inside, outages, suppression};

type Play = fn() -> Pin<Box<dyn Future<Output = Vec<Sent>>>>;

macro_rules! scenarios {
    ($($file:ident::$name:ident: $title:literal,)*) => {
        const SCENARIOS: &[(&str, &str, Play)] =
            &[$((stringify!($name), $title, || Box::pin($file::$name()))),*];
    };
}

scenarios! {
    outages::first_check: "first check",
    outages::first_check_with_two_apps_down: "first check, two apps stopped, 15 min",
    outages::first_check_during_a_power_cut: "first check during a power cut",
    outages::six_hours_without_an_outage: "six hours without trouble",
    outages::power_cut_behind_a_tunnel: "power cut of 20 min behind a Cloudflare tunnel; Bazarr recovers last",
    outages::power_cut_and_apps_that_recover_one_by_one: "the same; apps recover one after the other",
    outages::power_cut_without_a_tunnel: "power cut, no tunnel: connections are refused",
    outages::power_cut_while_an_app_is_down: "power cut while Bazarr is down already",
    outages::one_app_is_stopped: "Plex stopped (nginx returns 502), then started",
    outages::three_apps_are_stopped: "three apps stopped at once, then started",
    outages::the_vpn_container_is_stopped: "VPN container stopped: both apps that share it fail",
    outages::a_single_failed_try: "one failed try, `tries = 2`",
    outages::a_single_failed_check: "one failing check, `down_after = 2`",
    outages::two_checks_in_a_row: "`down_after = 2`, `up_after = 2`; up for one check in between",
    outages::reminders: "Plex down for 2 h 10 min, then all for 70 min, reminders every hour",
    conditions::the_certificate_expired: "certificate expired, then renewed",
    conditions::the_certificate_expires_soon: "certificate 15 to 1 days before it expires, then renewed",
    conditions::the_access_token_is_revoked: "Access token revoked, then valid again",
    conditions::an_app_is_challenged: "Cloudflare challenges the monitor at Plex",
    conditions::an_app_is_blocked: "Cloudflare's firewall blocks the monitor at Plex",
    conditions::everything_is_challenged: "Cloudflare challenges the monitor at all apps",
    conditions::plex_migrates_its_database: "Plex migrates its database",
    conditions::sonarr_is_open_to_the_internet: "Sonarr is accessible without a token",
    conditions::three_apps_are_open_to_the_internet: "three apps are accessible without a token",
    conditions::a_different_server_responds_for_plex: "a different server responds for Plex",
    conditions::an_app_is_slow: "Overseerr is slow for 15 min",
    inside::a_disk_fills: "Sonarr's disk has 38 GB free, then 49 to 51, then 120; `disk_free_min = \"50 GB\"`",
    inside::a_backup_is_missed: "Kopia's last snapshot is 31 h old, then 1 h; `backup_max_age = \"26h\"`",
    inside::a_monitor_inside_is_down: "Uptime Kuma sees the NAS down, then a printer as well; both recover",
    inside::plexs_cloud_has_an_incident: "Plex stopped while Plex's cloud has an incident",
    suppression::an_outage_within_maintenance: "outage within maintenance",
    suppression::an_outage_that_outlasts_maintenance: "outage of all apps that outlasts maintenance",
    suppression::apps_that_outlast_maintenance: "two apps stay down after maintenance",
    suppression::an_outage_that_ends_within_maintenance: "outage that began before maintenance and ends within",
    suppression::pause_and_resume: "outage while paused; Plex down on resume, up in the next pause",
    suppression::an_app_that_flaps: "Plex goes up and down, then stays up",
    suppression::an_app_that_flaps_and_stays_down: "Plex goes up and down, stays down, recovers",
    suppression::a_home_that_flaps: "all apps go up and down",
    suppression::quiet_hours: "the phone's quiet hours; when they end, a power cut is over and Plex is still down",
    suppression::the_monitor_is_offline: "the monitor's own network fails for 45 min, later for 15",
    suppression::the_control_host_responds: "all apps refuse connections, but the control host responds",
    channels::the_phone_refuses: "the phone's key is refused during an outage of Plex; corrected before the next",
    channels::the_phones_service_fails: "the phone's service fails for 30 min, Plex down",
    channels::three_apps_while_the_phones_service_fails: "the same, three apps down for 10 to 15 min",
    channels::power_cut_while_all_channels_fail: "power cut, and no channel works until it is over",
    channels::power_cut_while_a_channel_fails_at_first: "power cut, the phone's service fails for its first 10 min",
    domains::the_domain_ends: "the registration of the domain, from 31 days before its end; renewed on the last day",
    domains::the_domain_is_suspended: "the domain is suspended by its registrar",
    domains::the_address_changes: "the DNS record has another address, then the right one",
    domains::a_port_closes: "a port of the home refuses connections, then accepts them",
    domains::a_port_opens: "a port that must be closed accepts connections, then refuses them",
    account::the_free_plan_ends: "AWS account on the free plan, from 31 days before its end to 2 days after it",
    account::the_monitor_starts_shortly_before_the_end: "the same; monitoring starts 5 days before the end",
    account::the_warning_waits_for_the_end_of_a_pause: "the same; notifications are paused when 7 days are left",
}

/// Play all scenarios, as many at a time as there are cores, so that no app seems slow because of the load.
fn play_all() -> Vec<Vec<Sent>> {
    let next = AtomicUsize::new(0);
    let results: Vec<OnceLock<Vec<Sent>>> = SCENARIOS.iter().map(|_| OnceLock::new()).collect();
    let wrong: Mutex<Vec<&str>> = Mutex::default();
    let work = || {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some((name, _, play)) = SCENARIOS.get(at) else { return };
            let play = || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                let _ = results[at].set(runtime.block_on(play()));
            };
            // A panic prints the messages that were sent instead, with the scenario's name.
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
    assert!(wrong.lock().unwrap().is_empty(), "scenarios with wrong messages: {:?}", wrong.lock().unwrap());
    results.into_iter().map(|result| result.into_inner().unwrap()).collect()
}

/// The titles that a channel received, each with the number of times.
fn titles(sent: &[Sent], channel: &str) -> String {
    let mut titles: Vec<(&str, u32)> = Vec::new();
    for message in sent.iter().filter(|message| message.to == channel || message.to == BOTH) {
        match titles.iter_mut().find(|title| title.0 == message.title) {
            Some(title) => title.1 += 1,
            None => titles.push((&message.title, 1)),
        }
    }
    let titles: Vec<String> = titles
        .into_iter()
        .map(|(title, times)| if times > 1 { format!("{title} (x{times})") } else { title.to_owned() })
        .collect();
    if titles.is_empty() { "nothing".to_owned() } else { titles.join("; ") }
}

fn table(results: &[Vec<Sent>]) -> String {
    let mut table =
        String::from("| what happens | phone (all) | pager (`min = \"down\"`) |\n| --- | --- | --- |\n");
    for ((_, title, _), sent) in SCENARIOS.iter().zip(results) {
        let (phone, pager) = (titles(sent, "phone"), titles(sent, "pager"));
        let pager = if pager == phone && pager != "nothing" { "the same".to_owned() } else { pager };
        writeln!(table, "| {title} | {phone} | {pager} |").unwrap();
    }
    table
}

#[test]
fn the_documented_notifications_are_those_that_are_sent() {
    let table = table(&play_all());
    println!("{table}");
    check("deployer/docs/guarantees.md", &[Part::markdown("scenarios", &table)]);
}
